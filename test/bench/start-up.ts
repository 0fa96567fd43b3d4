// How long `millrace run` takes from its start as a process to the first record at the sink, and an embedded cluster of
// one coordinator and two workers until all its slots have registered.

import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { startCluster } from '../support/embedded.ts';
import { describeSpread, type Figure } from './figures.ts';

const MAIN = fileURLToPath(new URL('../../runtime/main.ts', import.meta.url));
const CODE_CACHE = fileURLToPath(new URL('../../node_modules/.cache/millrace', import.meta.url));
const JOB = fileURLToPath(new URL('./jobs/first-record.ts', import.meta.url));

/** `rounds` of each, after one that fills V8's code cache. */
export async function measureStartUp(rounds: number): Promise<readonly Figure[]> {
  await timeFirstRecord();
  const firstRecordMs: number[] = [];
  const readyMs: number[] = [];
  for (let round = 0; round < rounds; round++) {
    firstRecordMs.push(await timeFirstRecord());
    readyMs.push(await timeCluster());
  }
  return [
    {
      name: 'millrace run: process start to first record',
      spread: describeSpread(firstRecordMs, 'ms'),
    },
    { name: 'embedded cluster, 1 + 2 processes: ready', spread: describeSpread(readyMs, 'ms') },
  ];
}

function timeFirstRecord(): Promise<number> {
  const startMs = performance.now();
  return new Promise((resolve, reject) => {
    const args = ['run', JOB, '--rest-port', '0'];
    const run = spawn(process.execPath, [MAIN, ...args], {
      stdio: ['ignore', 'pipe', 'ignore'],
      env: { ...process.env, NODE_COMPILE_CACHE: CODE_CACHE }, // as the npm scripts do
    });
    let elapsedMs: number | undefined;
    run.stdout.once('data', () => {
      elapsedMs = performance.now() - startMs;
    });
    run.once('close', (code) => {
      if (code === 0 && elapsedMs !== undefined) resolve(elapsedMs);
      else reject(new Error(`millrace run ended with ${code ?? 'a signal'} and no record.`));
    });
  });
}

async function timeCluster(): Promise<number> {
  const startMs = performance.now();
  const cluster = await startCluster({ workers: 2, slots: 2 });
  const elapsedMs = performance.now() - startMs;
  await cluster.stop();
  return elapsedMs;
}
