// operators/partition-window.ts, as api/partition-window.ts makes it: nothing before the end, then everything, resumably.

import { describe, expect, expectTypeOf, it } from 'vitest';

import { Environment } from '../../../runtime/api/environment.ts';
import { partitionWindow } from '../../../runtime/api/partition-window.ts';
import type { OperatorStream } from '../../../runtime/api/stream.ts';
import { fromCollection } from '../../../runtime/connectors/collection/spec.ts';
import { createPartitionWindow } from '../../../runtime/operators/partition-window.ts';
import { MAX_WATERMARK } from '../../../runtime/time/watermark.ts';
import { OperatorHarness } from '../../support/operator-harness.ts';

interface Item {
  readonly shop: string;
  readonly cents: number;
}

const item = (shop: string, cents: number): Item => ({ shop, cents });
const ITEMS = [item('b', 3), item('a', 1), item('b', 2), item('a', 3), item('b', 1)];
const items = new Environment().from(fromCollection(ITEMS));

function run(stream: OperatorStream<unknown>): OperatorHarness {
  const { spec } = stream.node;
  if (spec.kind !== 'partition-window') throw new Error('not a partition window');
  const harness = new OperatorHarness((context) => createPartitionWindow(spec, context));
  for (const record of ITEMS) harness.process(record, 5);
  return harness;
}

function resultsOf(stream: OperatorStream<unknown>): unknown[] {
  const harness = run(stream);
  expect(harness.advance(100)).toBe(true);
  expect(harness.values).toStrictEqual([]);
  expect(harness.advance(MAX_WATERMARK)).toBe(true);
  const results = harness.values;
  expect(harness.operator.endInput?.()).toBe(true);
  expect(harness.values).toStrictEqual(results); // given out once
  return results;
}

describe('a partition window', () => {
  it('sorts by a field or a function, either way; equal records keep their order', () => {
    expect(resultsOf(partitionWindow(items).sortPartition('cents'))).toStrictEqual([
      item('a', 1),
      item('b', 1),
      item('b', 2),
      item('b', 3),
      item('a', 3),
    ]);
    const byText = partitionWindow(items).sortPartition(({ shop }) => shop, { descending: true });
    expect(resultsOf(byText)).toStrictEqual([
      item('b', 3),
      item('b', 2),
      item('b', 1),
      item('a', 1),
      item('a', 3),
    ]);
    // @ts-expect-error: there is no such field
    expect(() => partitionWindow(items).sortPartition('price')).not.toThrow();
  });

  it('hands out all records of a subtask, or of each key in order of appearance', () => {
    const whole = partitionWindow(items).mapPartition((records, key) => {
      expectTypeOf(key).toEqualTypeOf<undefined>();
      return [records.length, key];
    });
    const keyed = partitionWindow(items.keyBy('shop')).mapPartition(function* (records, key) {
      expectTypeOf(key).toEqualTypeOf<string>();
      for (const { cents } of records) yield `${key}${cents}`;
    });
    expect(resultsOf(whole)).toStrictEqual([5, undefined]);
    expect(resultsOf(keyed)).toStrictEqual(['b3', 'b2', 'b1', 'a1', 'a3']);
  });

  it('aggregates and reduces', () => {
    const sums = partitionWindow(items.keyBy('shop')).aggregate({
      create: () => 0,
      add: (total, { cents }) => total + cents,
      result: (total) => ({ total }),
    });
    const largest = partitionWindow(items).reduce((left, right) =>
      right.cents > left.cents ? right : left,
    );
    expect(resultsOf(sums)).toStrictEqual([{ total: 6 }, { total: 4 }]);
    expect(resultsOf(largest)).toStrictEqual([item('b', 3)]);
  });

  it('gives nothing for a subtask that got no records', () => {
    const { spec } = partitionWindow(items).mapPartition(() => [1]).node;
    if (spec.kind !== 'partition-window') throw new Error('not a partition window');
    const harness = new OperatorHarness((context) => createPartitionWindow(spec, context));
    harness.advance(MAX_WATERMARK);
    expect(harness.values).toStrictEqual([]);
  });

  it('stops while there is no room, and goes on where it stopped', () => {
    const harness = run(partitionWindow(items.keyBy('shop')).sortPartition('cents'));
    harness.room = 2;
    expect(harness.advance(MAX_WATERMARK)).toBe(false);
    expect(harness.values).toHaveLength(2);
    harness.room = Infinity;
    expect(harness.operator.endInput?.()).toBe(true);
    expect(harness.values).toStrictEqual([
      item('b', 1),
      item('b', 2),
      item('b', 3),
      item('a', 1),
      item('a', 3),
    ]);
  });

  it.each([
    ['at once', () => broken()],
    [
      'half-way',
      function* () {
        yield 1;
        broken();
      },
    ],
  ])('names the operator when its function throws %s', (_, apply) => {
    const harness = run(partitionWindow(items.keyBy('shop')).mapPartition(apply));
    expect(() => harness.advance(MAX_WATERMARK)).toThrow(
      expect.objectContaining({ code: 'USER_FUNCTION_FAILED' }),
    );
  });
});

function broken(): never {
  throw new Error('broken');
}
