// A small job of everything that moves records between threads, in an order that its seed decides: partitioners, keys,
// typed and inferred records, small and large ones. Its answer is a few sums.

import { z } from 'zod';
import { collect, defineJob, fromSequence, type Stream, valueState } from '../../../runtime/index.ts';

/** What travels. */
interface Parcel {
  readonly value: number;
  readonly load: string;
}

const typed = z.object({ value: z.int(), load: z.string() });

/** Some loads are longer than the smallest network buffer. */
function loadOf(value: number, seed: number): string {
  return 'load'.repeat((value * 31 + seed) % 53 === 0 ? 1_500 : (value + seed) % 20);
}

type Step = (stream: Stream<Parcel>, seed: number) => Stream<Parcel>;

const STEPS: readonly Step[] = [
  (stream) => stream.rebalance().map((parcel) => parcel),
  (stream) => stream.map((parcel) => ({ ...parcel, extra: parcel.value % 2 === 0 ? 'even' : 1 })).rescale(),
  (stream) => stream.partitionBy(({ value }, subtasks) => value % subtasks).filter(() => true),
  (stream) => stream.keyBy('value').reduce((_, right) => right),
  (stream) => stream.map((parcel) => parcel, { type: typed }).rebalance(),
  (stream) => stream.global().map((parcel) => parcel),
  (stream) => stream.flatMap((parcel) => [parcel]).startNewChain(),
];

/** What comes out for so many records. */
export function mixAnswer(records: number, seed: number): Readonly<Record<string, number>> {
  const sums: Record<string, number> = {};
  for (let value = 0; value < records; value++) {
    const key = String(value % 5);
    sums[key] = (sums[key] ?? 0) + value + loadOf(value, seed).length;
  }
  return sums;
}

export default defineJob({
  name: 'mix',
  parameters: z.object({ records: z.number(), seed: z.number() }),
  build(env, { records, seed }) {
    let stream: Stream<Parcel> = env
      .from(fromSequence(0, records - 1))
      .map((value) => ({ value, load: loadOf(value, seed) }));
    let rest = seed;
    for (let step = 0; step < 3; step++) {
      stream = STEPS[rest % STEPS.length]?.(stream, seed) ?? stream;
      rest = Math.floor(rest / STEPS.length);
    }
    stream
      .keyBy(({ value }) => value % 5)
      .process({
        state: { sum: valueState<number>() },
        onRecord({ value, load }, context) {
          const sum = (context.state.sum.get() ?? 0) + value + load.length;
          context.state.sum.set(sum);
          context.emit({ key: context.key, sum });
        },
      })
      .to(collect<unknown>());
  },
});
