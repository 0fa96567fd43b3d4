// Joins and changelogs on clusters of real processes: the same final rows at any parallelism, on one worker and on several.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EmbeddedCluster } from '../../runtime/cli/embedded-cluster.ts';
import type { RowChange } from '../../runtime/operators/change-spec.ts';
import type { Change } from '../../runtime/index.ts';
import { resultsOf, runJob } from '../cluster/harness.ts';
import { AppliedRows, inOrder } from '../support/applied-rows.ts';
import { startCluster } from '../support/embedded.ts';
import { auctionAnswers, topBids, upsertAnswer } from './auctions-expected.ts';
import { bid } from './jobs/auctions.ts';

const RECORDS = 1_000;

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
  { workers: 1, slots: 4, parallelisms: [1, 4] },
  { workers: 2, slots: 1, parallelisms: [2] },
])('$workers workers x $slots slots', ({ workers, slots, parallelisms }) => {
  let cluster: EmbeddedCluster;

  beforeAll(async () => {
    cluster = await startCluster({
      workers,
      slots,
      environment: { TASK_MANAGER_HEAP_MEMORY_MB: '320', MILLRACE_BUFFER_SIZE: '8KiB' },
    });
  });
  afterAll(() => cluster.stop());

  it.each(parallelisms)('parallelism %i', async (parallelism) => {
    const results = resultsOf(
      await runJob(cluster, 'auctions', { parallelism, parameters: { records: RECORDS } }),
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
    expect(left.length).toBeLessThan(latest.size); // some were deleted
    expect(inOrder(left)).toStrictEqual(inOrder(upsertAnswer(RECORDS)));
  });
});
