// api/broadcast-streams.ts: what the compiler knows of each side, and the edges that come of it.

import { describe, expect, expectTypeOf, it } from 'vitest';

import { connectBroadcast } from '../../../runtime/api/broadcast-streams.ts';
import { Environment } from '../../../runtime/api/environment.ts';
import { listState, mapState, valueState } from '../../../runtime/api/states.ts';
import { fromCollection } from '../../../runtime/connectors/collection/spec.ts';
import type { ListState, MapState } from '../../../runtime/state/state.ts';

const env = new Environment();
const payments = env.from(fromCollection([{ card: 'a', cents: 1 }]));
const rules = env.from(fromCollection([{ name: 'limit', cents: 9n }]));

describe('a stream with a broadcast side', () => {
  it('sends the main side where it goes, and the other to all subtasks', () => {
    const { node } = connectBroadcast(payments.rebalance(), rules).process({
      broadcast: { limits: mapState<string, bigint>() },
      onRecord(payment, { broadcast }) {
        expectTypeOf(payment.cents).toEqualTypeOf<number>();
        expectTypeOf(broadcast.limits.get('limit')).toEqualTypeOf<bigint | undefined>();
        // @ts-expect-error: the main side only reads
        expectTypeOf(broadcast.limits.set).toBeFunction();
      },
      onBroadcast(rule, { broadcast }) {
        expectTypeOf(broadcast.limits).toEqualTypeOf<MapState<string, bigint>>();
        broadcast.limits.set(rule.name, rule.cents);
      },
    });
    expect(node.inputs.map(({ partitioning, port }) => [partitioning.kind, port])).toStrictEqual([
      ['rebalance', 0],
      ['broadcast', 1],
    ]);
    expect(node.spec).toMatchObject({ kind: 'broadcast', functions: { broadcast: ['limits'] } });
  });

  it('has keys on the main side only', () => {
    const { node } = connectBroadcast(payments.keyBy('card'), rules).process({
      broadcast: { limits: mapState<string, bigint>() },
      state: { cents: listState<number>() },
      onRecord(_, { key, state }) {
        expectTypeOf(key).toEqualTypeOf<string>();
        expectTypeOf(state.cents).toEqualTypeOf<ListState<number>>();
      },
      onBroadcast(_, context) {
        context.forEachKey('cents', (key, cents) => {
          expectTypeOf(key).toEqualTypeOf<string>();
          expectTypeOf(cents).toEqualTypeOf<ListState<number>>();
        });
        // @ts-expect-error: a broadcast record has no key
        expectTypeOf(context.key).toBeUndefined();
        // @ts-expect-error: nor state of one
        expectTypeOf(context.state).toBeUndefined();
        // @ts-expect-error: only declared states can be visited
        context.forEachKey('dollars', () => undefined);
      },
      onEventTimer(_, { broadcast }) {
        // @ts-expect-error: timers only read
        expectTypeOf(broadcast.limits.set).toBeFunction();
      },
    });
    expect(node.inputs.map(({ partitioning, port }) => [partitioning.kind, port])).toStrictEqual([
      ['hash', 0],
      ['broadcast', 1],
    ]);
  });

  it('keeps maps, nothing else', () => {
    connectBroadcast(payments, rules).process({
      // @ts-expect-error: a broadcast state is a map
      broadcast: { last: valueState<bigint>() },
      onRecord: () => undefined,
      onBroadcast: () => undefined,
    });
    expect(mapState()).toStrictEqual({ kind: 'map' });
  });
});
