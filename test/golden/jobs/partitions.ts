// What is only known at the end of the input: by key the records in order, by subtask their sum.

import { z } from 'zod';
import {
  collect,
  count,
  defineJob,
  generate,
  monotonousTimestamps,
  partitionWindow,
  sum,
  tumbling,
} from '../../../runtime/index.ts';

/** A value in no order. */
export function scattered(id: number): number {
  return (id * 7919) % 997;
}

export default defineJob({
  name: 'partitions',
  parameters: z.object({ records: z.number() }),
  build(env, { records }) {
    const numbers = env
      .from(generate({ count: records, make: (id) => ({ key: id % 7, value: scattered(id) }) }))
      .rebalance()
      .filter(() => true);
    const sorted = partitionWindow(numbers.keyBy('key')).sortPartition('value', { descending: true });
    const lists = partitionWindow(sorted.keyBy('key')).mapPartition((all, key) => [
      { branch: 'key', key, sorted: all.map(({ value }) => value) },
    ]);
    const sums = partitionWindow(numbers).aggregate({
      create: () => 0,
      add: (total, { value }) => total + value,
      result: (value) => ({ branch: 'sum', value }),
    });
    const windows = sums
      .withTimestamps(monotonousTimestamps({ timestamp: () => 0 }))
      .keyBy('branch')
      .window(tumbling({ sizeMs: 1_000 }))
      .aggregate({ records: count(), of: sum('value') });
    const branches = [
      lists,
      sums,
      windows.map(({ records: seen, of }) => ({ branch: 'window', records: seen, of })),
      windows.late().map(() => ({ branch: 'late' })),
    ];
    for (const branch of branches) branch.to(collect<unknown>());
  },
});
