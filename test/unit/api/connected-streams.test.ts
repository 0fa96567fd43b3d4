// api/connected-streams.ts: what may be connected, what the compiler infers, and the edges that come of it.

import { describe, expect, expectTypeOf, it } from 'vitest';

import { connect } from '../../../runtime/api/connected-streams.ts';
import { Environment } from '../../../runtime/api/environment.ts';
import { valueState } from '../../../runtime/api/states.ts';
import { fromCollection } from '../../../runtime/connectors/collection/spec.ts';
import type { ValueState } from '../../../runtime/state/state.ts';

const env = new Environment();
const orders = env.from(fromCollection([{ id: 1, shop: 'a' }]));
const prices = env.from(fromCollection([{ shop: 'a', cents: 5n }]));

describe('connected streams', () => {
  it('infer the records of both sides, and unite what their functions give', () => {
    const mapped = connect(orders, prices).map(
      (order) => {
        expectTypeOf(order).toEqualTypeOf<{ id: number; shop: string }>();
        return order.id;
      },
      (price) => {
        expectTypeOf(price.cents).toEqualTypeOf<bigint>();
        return price.shop;
      },
    );
    expectTypeOf(mapped.map((value) => value)).toEqualTypeOf(
      mapped.map((value: number | string) => value),
    );
    expect(mapped.node.inputs.map(({ from, port }) => [from, port])).toStrictEqual([
      [orders.node.id, 0],
      [prices.node.id, 1],
    ]);
  });

  it('of united streams have several edges a side', () => {
    const { node } = connect(orders.union(orders), prices).flatMap(
      () => [],
      () => [],
    );
    expect(node.inputs.map(({ port }) => port)).toStrictEqual([0, 0, 1]);
  });
});

describe('keyed connected streams', () => {
  it('infer key and states, and partition both sides by key', () => {
    const { node } = connect(
      orders.keyBy('shop'),
      prices.keyBy(({ shop }) => shop),
    ).process({
      state: { last: valueState<bigint>() },
      onLeft(order, context) {
        expectTypeOf(order.id).toEqualTypeOf<number>();
        expectTypeOf(context.key).toEqualTypeOf<string>();
      },
      onRight(price) {
        expectTypeOf(price.cents).toEqualTypeOf<bigint>();
      },
    });
    expect(node.inputs.map(({ partitioning, port }) => [partitioning.kind, port])).toStrictEqual([
      ['hash', 0],
      ['hash', 1],
    ]);
  });

  it('have keys of one type', () => {
    // @ts-expect-error: a shop's name is no number
    connect(orders.keyBy('id'), prices.keyBy('shop'));
    // @ts-expect-error: a tuple is no single field
    connect(orders.keyBy(['shop']), prices.keyBy('shop'));
    expect(connect(orders.keyBy('shop'), prices.keyBy('shop'))).toBeDefined();
  });

  it('name their states without saying their types again', () => {
    connect(orders.keyBy('shop'), prices.keyBy('shop')).process({
      state: { last: valueState<bigint>() },
      onLeft(_, { state }) {
        expectTypeOf(state.last).toEqualTypeOf<ValueState<bigint>>();
        // @ts-expect-error: only declared states exist
        expect(state.first).toBeUndefined();
      },
      onRight(price, { state }) {
        state.last.set(price.cents);
      },
    });
  });
});
