// Records of every shape, most without a schema, sent from thread to thread and compared at the other end with what was
// sent: the receiver makes the n-th record itself.

import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { bytes, collect, defineJob, fromSequence } from '../../../runtime/index.ts';

/** Longer than a network buffer of the tests. */
const LONG = 'läng €😀'.repeat(12_000);

const SHAPES: readonly ((index: number) => unknown)[] = [
  (index) => new Date(index * 1_000),
  (index) => 2n ** 70n + BigInt(index),
  (index) => -BigInt(index),
  (index) => new Map<unknown, unknown>([[index, { at: new Date(index) }], ['k', [1n, null]]]),
  (index) => new Set([index, `${index}`]),
  (index) => ({ nested: { deep: [{ index }, { index: index + 0.5 }] }, name: `n${index}` }),
  (index) => ({ a: index, ...(index % 2 === 0 ? { b: `${index}` } : {}) }),
  (index) => ({ b: null, c: index % 2 === 0 ? index : 'odd' }),
  (index) => [index, 'text', [true, null, undefined], { x: index }],
  (index) => ({ [`field${index}`]: index }),
  (index) => (index % 2 === 0 ? null : undefined),
  () => Number.NaN,
  (index) => (index % 2 === 0 ? -0 : Number.NEGATIVE_INFINITY),
  (index) => Uint8Array.from([index, 255, 0, index]),
  (index) => ({ text: '', lone: '\ud800', mark: '\u0000', long: `${index}` }),
  (index) => ({ index, long: LONG }),
  (index) => /* sparse */ Object.assign(new Array<unknown>(3), { 1: index }),
];

/** The n-th record: neighbours have different shapes, and every shape comes again and again. */
export function shape(index: number): unknown {
  return SHAPES[index % SHAPES.length]?.(index);
}

const Typed = z.object({
  index: z.int(),
  at: z.date(),
  big: z.bigint(),
  maybe: z.string().optional(),
  none: z.number().nullable(),
  list: z.array(z.object({ x: z.number(), y: z.boolean() })),
  raw: bytes(),
  loose: z.unknown(),
});

function typed(index: number): z.output<typeof Typed> {
  return {
    index,
    at: new Date(index),
    big: BigInt(index) * 3n,
    ...(index % 3 === 0 ? { maybe: `m${index}` } : {}),
    none: index % 2 === 0 ? null : index / 7,
    list: Array.from({ length: index % 4 }, (_, x) => ({ x, y: x % 2 === 0 })),
    raw: Uint8Array.from([index % 256, 7]),
    loose: shape(index),
  };
}

export default defineJob({
  name: 'shapes',
  parameters: z.object({ records: z.number() }),
  build(env, { records }) {
    const indices = env.from(fromSequence(0, records - 1));
    const odd = indices
      .map((index) => ({ index, value: shape(index) }))
      .rebalance()
      .map(({ index, value }) => ({ of: 'in a record', index, same: isDeepStrictEqual(value, shape(index)) }));
    const bare = indices
      .map(shape)
      .rebalance()
      .map((value) => ({ of: 'bare', same: anyShape(value, records) }));
    const declared = indices
      .map(typed, { type: Typed })
      .rebalance()
      .map((value) => ({ of: 'typed', index: value.index, same: isDeepStrictEqual(value, typed(value.index)) }));
    for (const branch of [odd, bare, declared]) branch.to(collect<unknown>());
  },
});

/** Whether a value is one of those that were sent. */
function anyShape(value: unknown, records: number): boolean {
  for (let index = 0; index < records; index++) if (isDeepStrictEqual(value, shape(index))) return true;
  return false;
}
