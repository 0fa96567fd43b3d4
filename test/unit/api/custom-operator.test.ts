// api/custom-operator.ts: the types of a job's own operators, and what they are told of keys.

import { describe, expect, expectTypeOf, it } from 'vitest';
import { z } from 'zod';

import { connect } from '../../../runtime/api/connected-streams.ts';
import { Environment } from '../../../runtime/api/environment.ts';
import { fromCollection } from '../../../runtime/connectors/collection/spec.ts';
import { OperatorHarness } from '../../support/operator-harness.ts';
import type { OperatorStream } from '../../../runtime/api/stream.ts';

const trades = new Environment().from(fromCollection([{ shop: 'a', cents: 5 }]));

/** The operator behind a stream, by itself. */
function run(stream: OperatorStream<unknown>): OperatorHarness {
  const { spec } = stream.node;
  if (spec.kind !== 'custom') throw new Error('transform adds a custom operator');
  return new OperatorHarness((context) => spec.create(context));
}

describe('transform', () => {
  it('holds the operator to the types of records and results', () => {
    const stream = trades.transform({
      name: 'cents',
      type: z.number(),
      create: ({ emit }) => ({
        process(value, timestampMs) {
          expectTypeOf(value).toEqualTypeOf<{ shop: string; cents: number }>();
          // @ts-expect-error: results are numbers
          expectTypeOf(emit).parameter(0).toEqualTypeOf<string>();
          emit(value.cents, timestampMs);
        },
      }),
    });
    stream.map((cents) => {
      expectTypeOf(cents).toEqualTypeOf<number>();
    });
    expect([stream.node.name, stream.node.outputTypes.size]).toStrictEqual(['cents', 1]);
    // @ts-expect-error: an operator processes records
    trades.transform({ name: 'nothing', create: () => ({}) });
  });

  it('tells the operator of a keyed stream how to find the key', () => {
    const stream = trades.keyBy('shop').transform({
      name: 'keys',
      create: ({ emit }, keyOf) => ({
        process(value, timestampMs) {
          expectTypeOf(keyOf(value)).toEqualTypeOf<string>();
          emit(keyOf(value), timestampMs);
        },
      }),
    });
    const harness = run(stream);
    harness.process({ shop: 'b', cents: 1 });
    expect(harness.values).toStrictEqual(['b']);
    expect(stream.node.inputs[0]?.partitioning.kind).toBe('hash');
  });

  it('makes an operator of two inputs, with keys or without', () => {
    const plain = connect(trades, trades).transform({
      name: 'both',
      create: ({ emit }) => ({
        process: (left, timestampMs) => {
          emit(left.cents, timestampMs);
        },
        processSecond: (right, timestampMs) => {
          emit(right.shop, timestampMs);
        },
      }),
    });
    const keyed = connect(trades.keyBy('shop'), trades.keyBy('shop')).transform({
      name: 'keys of both',
      create: ({ emit }, keyOfLeft, keyOfRight) => ({
        process: (left) => {
          emit(`left ${keyOfLeft(left)}`, 0);
        },
        processSecond: (right) => {
          emit(`right ${keyOfRight(right)}`, 0);
        },
      }),
    });
    for (const stream of [plain, keyed]) {
      expect(stream.node.spec).toMatchObject({ hasSecondInput: true });
    }
    const harness = run(keyed);
    harness.process({ shop: 'l', cents: 1 });
    harness.processSecond({ shop: 'r', cents: 1 });
    expect(harness.values).toStrictEqual(['left l', 'right r']);
    // @ts-expect-error: an operator of two inputs processes both
    connect(trades, trades).transform({ name: 'x', create: () => ({ process: () => undefined }) });
  });
});
