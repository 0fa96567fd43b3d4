// settled: orders and payments, each with records of its own type, meet by order number.

import { z } from 'zod';
import { connect, defineJob, fromCollection, monotonousTimestamps, print, valueState } from 'millrace';

const ORDERS = [
  { number: 1, item: 'flour', atMs: 1_000 },
  { number: 2, item: 'sieve', atMs: 2_000 },
  { number: 3, item: 'sack', atMs: 3_000 },
];
const PAYMENTS = [
  { order: 1, cents: 250, paidMs: 1_500 },
  { order: 2, cents: 900, paidMs: 9_000 },
];
const PAYABLE_MS = 60_000;

export default defineJob({
  name: 'settled',
  parameters: z.object({}),
  build(env) {
    const orders = env.from(fromCollection(ORDERS), {
      watermarks: monotonousTimestamps({ timestamp: ({ atMs }) => atMs }),
    });
    const payments = env.from(fromCollection(PAYMENTS), {
      watermarks: monotonousTimestamps({ timestamp: ({ paidMs }) => paidMs }),
    });

    connect(orders.keyBy('number'), payments.keyBy('order'))
      .process({
        state: { item: valueState<string>(), cents: valueState<number>() },
        onLeft({ item }, { key, state, timestampMs, emit, registerEventTimer }) {
          const cents = state.cents.get();
          if (cents !== undefined) emit(`${key}: ${item} for ${cents}`);
          state.item.set(item);
          registerEventTimer(timestampMs + PAYABLE_MS);
        },
        onRight({ cents }, { key, state, emit }) {
          const item = state.item.get();
          if (item !== undefined) emit(`${key}: ${item} for ${cents}`);
          state.cents.set(cents);
        },
        onEventTimer(_, { key, state, emit }) {
          if (state.cents.get() === undefined) emit(`${key}: not paid`);
          state.item.clear();
          state.cents.clear();
        },
      })
      .to(print());
  },
});
