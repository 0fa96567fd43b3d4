// The streaming law without failures: every transformation gives the same answer at any parallelism, on one worker and on
// several. The answers come from expected.ts, which knows nothing of the engine.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EmbeddedCluster } from '../../runtime/cli/embedded-cluster.ts';
import { resultsOf, runJob, sorted } from '../cluster/harness.ts';
import { startCluster } from '../support/embedded.ts';
import {
  largestAnswer,
  perShopAnswer,
  billAnswer,
  runningAnswer,
  statelessAnswer,
  windowAnswer,
} from './expected.ts';
import { generalWindowAnswer } from './expected-windows.ts';
import { patternAnswer } from './pattern-answer.ts';

interface Layout {
  readonly workers: number;
  readonly slots: number;
  readonly parallelisms: readonly number[];
}

const LAYOUTS: readonly Layout[] = [
  { workers: 1, slots: 4, parallelisms: [1, 2, 4] },
  { workers: 2, slots: 2, parallelisms: [4] },
  { workers: 2, slots: 1, parallelisms: [2] },
];
const RECORDS = 2_000;

function ofBranch(records: readonly unknown[], branch: string): readonly unknown[] {
  return records.filter((record) => (record as { readonly branch: string }).branch === branch);
}

describe.each(LAYOUTS)('$workers workers x $slots slots', ({ workers, slots, parallelisms }) => {
  let cluster: EmbeddedCluster;

  beforeAll(async () => {
    cluster = await startCluster({
      workers,
      slots,
      environment: { TASK_MANAGER_HEAP_MEMORY_MB: '320', MILLRACE_BUFFER_SIZE: '8KiB' },
    });
  });
  afterAll(() => cluster.stop());

  describe.each(parallelisms)('parallelism %i', (parallelism) => {
    const run = async (
      job: string,
      parameters: Readonly<Record<string, unknown>> = { records: RECORDS },
    ): Promise<readonly unknown[]> =>
      resultsOf(await runJob(cluster, job, { parallelism, parameters }));

    it('maps, filters, flattens, processes, validates and unites', async () => {
      const results = await run('stateless');
      expect(sorted(results)).toStrictEqual(sorted(statelessAnswer(RECORDS)));
    });

    it('keeps state, fires timers and reduces by key', async () => {
      const results = await run('keyed');
      expect(sorted(ofBranch(results, 'bill'))).toStrictEqual(sorted(billAnswer(RECORDS)));
      expect(sorted(ofBranch(results, 'perShop'))).toStrictEqual(sorted(perShopAnswer(RECORDS)));
      const largest = new Map<number, number>();
      for (const { group, amount } of ofBranch(results, 'largest') as { group: number; amount: number }[]) {
        largest.set(group, Math.max(largest.get(group) ?? 0, amount));
      }
      expect(largest).toStrictEqual(largestAnswer(RECORDS));
      expect(ofBranch(results, 'largest')).toHaveLength(RECORDS);
    });

    it('keeps reductions, aggregates, lists and maps of each key', async () => {
      const results = await run('running');
      expect(sorted(results)).toStrictEqual(sorted(runningAnswer(RECORDS)));
    });

    it('aggregates windows and hands out what came too late', async () => {
      const results = await run('windows');
      expect(ofBranch(results, 'late').length).toBeGreaterThan(10);
      expect(sorted(results)).toStrictEqual(sorted(windowAnswer(RECORDS)));
    });

    it('cuts sessions, counts, days and windows of the job itself, with lateness, triggers and evictors', async () => {
      const results = await run('general-windows');
      for (const branch of ['lateSessions', 'lateTolerant', 'countSlid', 'days']) {
        expect(ofBranch(results, branch).length, branch).toBeGreaterThan(3);
      }
      expect(sorted(results)).toStrictEqual(sorted(generalWindowAnswer(RECORDS)));
    });

    it('detects patterns of events', async () => {
      const results = await run('patterns');
      const branches = new Set(results.map((result) => (result as { branch: string }).branch));
      expect([...branches].toSorted()).toEqual(['growth', 'none', 'output', 'run', 'unrefunded']);
      expect(sorted(results)).toStrictEqual(sorted(patternAnswer(RECORDS)));
    });

    it('sends records of every shape unchanged', async () => {
      const records = 54;
      const results = (await run('shapes', { records })) as { of: string; same: boolean }[];
      expect(results).toHaveLength(3 * records);
      expect(results.filter(({ same }) => !same)).toStrictEqual([]);
    });
  });
});
