// What a cluster costs while it does nothing: a coordinator and a worker as the containers run them.

import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { cpuSecondsOf, residentBytesOf } from './cpu-time.ts';
import type { Figure } from './figures.ts';

const MAIN = fileURLToPath(new URL('../../runtime/main.ts', import.meta.url));
const CODE_CACHE = fileURLToPath(new URL('../../node_modules/.cache/millrace', import.meta.url));
const SETTLE_MS = 5_000;

/** Memory and processor time over `seconds` of idling. */
export async function measureIdle(seconds: number): Promise<readonly Figure[]> {
  await observe(0); // fills V8's code cache
  return observe(seconds);
}

async function observe(seconds: number): Promise<readonly Figure[]> {
  const environment = {
    MILLRACE_RPC_PORT: '16123',
    MILLRACE_REST_PORT: '18081',
    MILLRACE_LOG_LEVEL: 'error',
  };
  const coordinator = start('coordinator', environment);
  const worker = start('worker', {
    ...environment,
    MILLRACE_DATA_PORT: '0',
    MILLRACE_PROBE_PORT: '0',
  });
  try {
    await delay(SETTLE_MS);
    const processes = [coordinator, worker].map((child) => child.pid ?? 0);
    const before = processes.map(cpuSecondsOf);
    await delay(seconds * 1000);
    return processes.map((pid, index) => {
      const percent = (100 * (cpuSecondsOf(pid) - (before[index] ?? 0))) / seconds;
      const resident = residentBytesOf(pid) / 1e6;
      return {
        name: `idle ${index === 0 ? 'coordinator' : 'worker, 2 slots'}`,
        spread: `${resident.toFixed(0)} MB resident, ${percent.toFixed(2)} % of a core over ${seconds} s`,
      };
    });
  } finally {
    await Promise.all([coordinator, worker].map(end));
  }
}

function start(verb: string, environment: Readonly<Record<string, string>>): ChildProcess {
  return spawn(process.execPath, [MAIN, verb], {
    stdio: 'ignore',
    env: { ...process.env, NODE_COMPILE_CACHE: CODE_CACHE, ...environment },
  });
}

function end(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.once('close', () => {
      resolve();
    });
    child.kill('SIGTERM');
  });
}
