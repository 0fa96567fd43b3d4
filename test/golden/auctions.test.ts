// Joins and changelogs on clusters of real processes: the same final rows at any parallelism, on one worker and on several.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EmbeddedCluster } from '../../runtime/cli/embedded-cluster.ts';
import type { ExecutionMode } from '../../runtime/core/execution-mode.ts';
import type { RowChange } from '../../runtime/operators/change-spec.ts';
import type { Change } from '../../runtime/index.ts';
import { resultsOf, runJob } from '../cluster/harness.ts';
import { AppliedRows, inOrder } from '../support/applied-rows.ts';
import { startCluster } from '../support/embedded.ts';
import { auctionAnswers, topBids, upsertAnswer } from './auctions-expected.ts';
import { bid } from './jobs/auctions.ts';

const RECORDS = 1_000;

interface Run {
  readonly parallelism: number;
  readonly mode?: ExecutionMode;
}

interface Layout {
  readonly workers: number;
  readonly slots: number;
  readonly runs: readonly Run[];
}

interface Result {
  readonly branch?: string;
  readonly value?: unknown;
  readonly key?: unknown;
  readonly row?: unknown;
}

/** Flink's four kinds, as changes that can be applied one by one. */
function halves({ kind, row }: Change<unknown>): RowChange<unknown> {
  return { kind: kind === '+I' || kind === '+U' ? '+I' : '-D', row };
}

describe.each([
  { workers: 1, slots: 4, runs: [{ parallelism: 1 }, { parallelism: 4 }, { parallelism: 3, mode: 'batch' }] },
  { workers: 2, slots: 1, runs: [{ parallelism: 2 }] },
] as const satisfies readonly Layout[])('$workers workers x $slots slots', ({ workers, slots, runs }) => {
  let cluster: EmbeddedCluster;

  beforeAll(async () => {
    cluster = await startCluster({
      workers,
      slots,
      environment: { TASK_MANAGER_HEAP_MEMORY_MB: '320', MILLRACE_BUFFER_SIZE: '8KiB' },
    });
  });
  afterAll(() => cluster.stop());

  it.each<Run>(runs)('parallelism $parallelism, $mode', async ({ parallelism, mode = 'streaming' }) => {
    const results = resultsOf(
      await runJob(cluster, 'auctions', { parallelism, parameters: { records: RECORDS }, mode }),
    ) as readonly Result[];
    const ofBranch = (branch: string): readonly unknown[] =>
      results.filter((result) => result.branch === branch).map(({ value }) => value);

    for (const [branch, rows] of Object.entries(auctionAnswers(RECORDS))) {
      expect(rows.length, branch).toBeGreaterThan(1);
      expect(inOrder(ofBranch(branch)), branch).toStrictEqual(inOrder(rows));
    }

    const applied = new AppliedRows();
    for (const change of ofBranch('topChanges')) applied.apply(halves(change as Change<unknown>));
    const bids = Array.from({ length: RECORDS }, (_, index) => bid(index));
    expect(applied.rows).toStrictEqual(inOrder(topBids(bids).filter(({ price }) => price % 2 === 0)));

    const latest = new Map<string, unknown>();
    for (const { key, row } of results) if (key !== undefined) latest.set(JSON.stringify(key), row);
    const left = [...latest.values()].filter((row) => row !== null);
    if (mode === 'streaming') expect(left.length).toBeLessThan(latest.size); // some were deleted
    else expect(left).toHaveLength(latest.size);
    expect(inOrder(left)).toStrictEqual(inOrder(upsertAnswer(RECORDS)));
  });
});
