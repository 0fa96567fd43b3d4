// Where records go: every partitioner sends each record to the subtasks it promises, and operators share slots as declared.
// Processing-time timers are here too, since they need nothing but one cluster.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EmbeddedCluster } from '../../runtime/cli/embedded-cluster.ts';
import { resultsOf, runJob } from '../cluster/harness.ts';
import { startCluster } from '../support/embedded.ts';
import type { Trip } from './jobs/partitioners.ts';

const RECORDS = 200;
const WIDE = 4;
const NARROW = 2;

let cluster: EmbeddedCluster;
beforeAll(async () => {
  cluster = await startCluster({ workers: 2, slots: 2 });
});
afterAll(() => cluster.stop());

function groupBy<Item>(items: readonly Item[], keyOf: (item: Item) => string): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return groups;
}

describe('partitioners', () => {
  let trips: readonly Trip[];
  const of = (branch: string): readonly Trip[] => trips.filter((trip) => trip.branch === branch);
  const targetsOf = (branch: string): Map<string, Trip[]> => groupBy(of(branch), ({ to }) => to);
  const values = (branch: string): readonly number[] =>
    of(branch)
      .map(({ value }) => value)
      .toSorted((left, right) => left - right);
  const all = Array.from({ length: RECORDS }, (_, value) => value);

  beforeAll(async () => {
    const parameters = { records: RECORDS, wide: WIDE, narrow: NARROW };
    trips = resultsOf(
      await runJob(cluster, 'partitioners', { parallelism: WIDE, parameters }),
    ) as readonly Trip[];
  });

  it.each(['forward', 'rebalance', 'rescale down', 'rescale up', 'global', 'partitionBy', 'auto', 'shuffle'])(
    '%s delivers each record once',
    (branch) => {
      expect(values(branch)).toStrictEqual(all);
    },
  );

  it('forward stays in the slot', () => {
    expect(of('forward').filter(({ from, to }) => from !== to)).toStrictEqual([]);
    expect(targetsOf('forward').size).toBe(WIDE);
  });

  it.each(['rebalance', 'auto'])('%s gives each subtask its share of each producer', (branch) => {
    for (const mine of groupBy(of(branch), ({ from }) => from).values()) {
      const shares = [...groupBy(mine, ({ to }) => to).values()].map((share) => share.length);
      expect(shares).toHaveLength(WIDE);
      expect(Math.max(...shares) - Math.min(...shares)).toBeLessThanOrEqual(1);
    }
  });

  it('rescale down sends each producer to one subtask, and spreads producers evenly', () => {
    const pairs = groupBy(of('rescale down'), ({ from, to }) => `${from} ${to}`);
    expect(pairs.size).toBe(WIDE);
    for (const share of targetsOf('rescale down').values()) {
      expect(new Set(share.map(({ from }) => from)).size).toBe(WIDE / NARROW);
    }
  });

  it('rescale up deals each producer out to its own subtasks', () => {
    const targets = targetsOf('rescale up');
    expect(targets.size).toBe(WIDE);
    for (const share of targets.values()) {
      expect(new Set(share.map(({ from }) => from)).size).toBe(1);
      expect(share).toHaveLength(RECORDS / WIDE);
    }
  });

  it('broadcast delivers every record to every subtask', () => {
    const targets = targetsOf('broadcast');
    expect(targets.size).toBe(WIDE);
    for (const share of targets.values()) {
      expect(share.map(({ value }) => value).toSorted((left, right) => left - right)).toStrictEqual(all);
    }
  });

  it('global uses one subtask', () => {
    expect(targetsOf('global').size).toBe(1);
  });

  it('shuffle gives each subtask about its share of each producer, in no pattern', () => {
    for (const mine of groupBy(of('shuffle'), ({ from }) => from).values()) {
      const shares = [...groupBy(mine, ({ to }) => to).values()].map((share) => share.length);
      expect(shares).toHaveLength(WIDE);
      expect(Math.min(...shares)).toBeGreaterThan(mine.length / WIDE / 2);
      const turns = mine.map(({ to }) => to);
      expect(turns.some((to, index) => index > 0 && to === turns[index - 1])).toBe(true);
    }
  });

  it('partitionBy sends records where the function says', () => {
    const targets = targetsOf('partitionBy');
    expect(targets.size).toBe(WIDE);
    for (const share of targets.values()) {
      expect(new Set(share.map(({ value }) => value % WIDE)).size).toBe(1);
    }
  });
});

describe('slot sharing groups', () => {
  it('keeps groups apart and a group together', async () => {
    const execution = await runJob(cluster, 'slot-groups', {
      parallelism: 2,
      parameters: { records: 50 },
    });
    const records = resultsOf(execution) as { home: string; here: string; alsoHere: string }[];
    const homes = new Set(records.map(({ home }) => home));
    const others = new Set(records.map(({ here }) => here));
    expect(records).toHaveLength(50);
    expect([homes.size, others.size]).toStrictEqual([2, 2]);
    expect([...homes].filter((slot) => others.has(slot))).toStrictEqual([]);
    expect(records.filter(({ here, alsoHere }) => here !== alsoHere)).toStrictEqual([]);
    expect(execution.snapshot().tasks.map((task) => task.slotSharingGroup)).toStrictEqual([
      'default',
      'apart',
    ]);
  });
});

describe('processing-time timers', () => {
  it('fire once each, when due, unless deleted', async () => {
    const keys = 20;
    const parameters = { records: 80, recordsPerSecond: 200, keys };
    const execution = await runJob(cluster, 'timers', { parallelism: 2, parameters });
    const fired = resultsOf(execution) as { key: number; isDue: boolean }[];
    const expected = Array.from({ length: keys }, (_, key) => key).filter((key) => key % 3 !== 0);
    expect(fired.map(({ key }) => key).toSorted((left, right) => left - right)).toStrictEqual(expected);
    expect(fired.every(({ isDue }) => isDue)).toBe(true);
  });
});
