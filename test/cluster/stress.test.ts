// Many small jobs in a row on one cluster, several at a time, with buffers as small and as few as they can be: whatever
// races there are between threads, sockets and deployments, the sums of every job must be right. Some jobs are canceled
// at a random moment, and must leave nothing behind that the next ones could trip over.

import { afterAll, beforeAll, expect, it } from 'vitest';
import type { EmbeddedCluster } from '../../runtime/cli/embedded-cluster.ts';
import { systemClock } from '../../runtime/core/clock.ts';
import { SeededRandom } from '../../runtime/core/random.ts';
import { mixAnswer } from '../golden/jobs/mix.ts';
import { startCluster } from '../support/embedded.ts';
import { endOf, resultsOf, submit, untilFree } from './harness.ts';

const BUDGET_MS = 10_000;
const ROUNDS_MIN = 3;
const SLOTS = 4;

let cluster: EmbeddedCluster;
beforeAll(async () => {
  cluster = await startCluster({
    workers: 2,
    slots: 2,
    environment: { MILLRACE_BUFFER_SIZE: '4KiB', TASK_MANAGER_NETWORK_BUFFER_MEMORY_MB: '4' },
  });
});
afterAll(() => cluster.stop());

/** The largest sum of each key: the last one of a running sum. */
function sumsOf(results: readonly unknown[]): Readonly<Record<string, number>> {
  const sums: Record<string, number> = {};
  for (const { key, sum } of results as { key: number; sum: number }[]) {
    sums[String(key)] = Math.max(sums[String(key)] ?? 0, sum);
  }
  return sums;
}

async function runChecked(seed: number, parallelism: number): Promise<void> {
  const records = 200 + (seed % 1_000);
  const id = await submit(cluster, 'mix', { parallelism, parameters: { records, seed } });
  const results = resultsOf(await endOf(cluster, id));
  expect(results, `seed ${seed}`).toHaveLength(records);
  expect(sumsOf(results), `seed ${seed}`).toStrictEqual(mixAnswer(records, seed));
}

async function runCanceled(seed: number, parallelism: number, afterMs: number): Promise<void> {
  const parameters = { records: 100_000, seed };
  const id = await submit(cluster, 'mix', { parallelism, parameters });
  await new Promise<void>((resolve) => {
    systemClock.after(afterMs, resolve);
  });
  cluster.coordinator.cancelJob(id);
  expect(['CANCELED', 'FINISHED'], `seed ${seed}`).toContain((await endOf(cluster, id)).status);
}

it('gives the right sums, whatever the moment', { timeout: 60_000 }, async () => {
  const random = new SeededRandom(20_251_122);
  const draw = (below: number): number => Math.floor(random.next() * below);
  const endMs = systemClock.monotonicMs() + BUDGET_MS;
  for (let round = 0; round < ROUNDS_MIN || systemClock.monotonicMs() < endMs; round++) {
    await Promise.all([
      runChecked(draw(100_000), 2),
      round % 2 === 0 ? runChecked(draw(100_000), 1) : runCanceled(draw(100_000), 2, draw(400)),
      runChecked(draw(100_000), 1),
      runChecked(draw(100_000), SLOTS),
    ]);
  }
  await untilFree(cluster, SLOTS);
});
