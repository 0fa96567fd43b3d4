// State, timers and reductions by key: what each key comes to does not depend on where its records are processed.

import { z } from 'zod';
import {
  boundedOutOfOrderness,
  collect,
  defineJob,
  generate,
  listState,
  mapState,
  type Stream,
  valueState,
} from '../../../runtime/index.ts';

/** A purchase; `atMs` grows by 10 with each. */
export interface Purchase {
  readonly user: string;
  readonly shop: number;
  readonly amount: number;
  readonly atMs: number;
}

/** The n-th purchase; also what the test computes its answers from. */
export function purchase(index: number): Purchase {
  return {
    user: `user-${(index * 7) % 11}`,
    shop: index % 5,
    amount: (index * 37) % 101,
    atMs: index * 10,
  };
}

/** Length of the periods in event time for which each user gets a bill. */
export const BILLING_MS = 500;

/** At the end of each period, by a timer: what a user bought in it. */
function bills(purchases: Stream<Purchase>) {
  return purchases.keyBy('user').process({
    state: {
      totals: mapState<number, number>(),
      purchases: listState<Purchase>(),
      bills: valueState<number>(),
    },
    onRecord(value, context) {
      const { totals } = context.state;
      const endMs = context.timestampMs - (context.timestampMs % BILLING_MS) + BILLING_MS;
      totals.set(endMs, (totals.get(endMs) ?? 0) + value.amount);
      context.state.purchases.add(value);
      context.registerEventTimer(endMs - 1);
      context.registerEventTimer(endMs - 2);
      context.deleteEventTimer(endMs - 2);
    },
    onEventTimer(timeMs, context) {
      const { state } = context;
      const [mine, later] = split(state.purchases.get(), timeMs);
      state.purchases.update(later);
      state.bills.set((state.bills.get() ?? 0) + 1);
      context.emit({
        branch: 'bill',
        user: context.key,
        number: state.bills.get(),
        endMs: timeMs + 1,
        isInTime: context.timestampMs === timeMs && context.watermarkMs >= timeMs,
        total: state.totals.get(timeMs + 1),
        amounts: mine.map(({ amount }) => amount).toSorted((left, right) => left - right),
      });
      state.totals.delete(timeMs + 1);
    },
  });
}

function split(purchases: readonly Purchase[], timeMs: number): readonly [Purchase[], Purchase[]] {
  return [
    purchases.filter(({ atMs }) => atMs <= timeMs),
    purchases.filter(({ atMs }) => atMs > timeMs),
  ];
}

export default defineJob({
  name: 'keyed',
  parameters: z.object({ records: z.number() }),
  build(env, { records }) {
    const purchases = env
      .from(generate({ count: records, make: purchase }), {
        watermarks: boundedOutOfOrderness(1_000, { timestamp: (value: Purchase) => value.atMs }),
      })
      .uid('purchases');
    const largest = purchases
      .keyBy((value) => value.amount % 3)
      .reduce((left, right) => (right.amount > left.amount ? right : left))
      .map(({ amount }) => ({ branch: 'largest', group: amount % 3, amount }));
    const perShop = purchases.keyBy(['user', 'shop']).process({
      state: { count: valueState<number>() },
      onRecord(value, context) {
        const count = (context.state.count.get() ?? 0) + 1;
        context.state.count.set(count);
        context.emit({ branch: 'perShop', key: context.key, count, isOwn: ownKey(context.key, value) });
      },
    });
    for (const branch of [bills(purchases), largest, perShop]) branch.to(collect());
  },
});

/** Whether a tuple key is the one of the record it came with. */
function ownKey(key: unknown, value: Purchase): boolean {
  return JSON.stringify(key) === JSON.stringify([value.user, value.shop]);
}
