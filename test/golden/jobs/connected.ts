// Operators over two streams of different types. What they come to does not depend on which side the engine reads first.

import { z } from 'zod';
import {
  boundedOutOfOrderness,
  collect,
  connect,
  defineJob,
  generate,
  valueState,
} from '../../../runtime/index.ts';

/** An order; `atMs` grows by 10 with each. */
export interface Order {
  readonly id: number;
  readonly atMs: number;
}

/** What was paid for an order, and when. */
export interface Payment {
  readonly order: number;
  readonly cents: number;
  readonly atMs: number;
}

/** How long after an order a payment counts. */
export const PAYABLE_MS = 100;

/** The n-th order; also what the test computes its answers from. */
export function order(index: number): Order {
  return { id: index, atMs: index * 10 };
}

/** The payment for the n-th order: some come in time, some too late. Every third order gets none, its payment is for -1. */
export function payment(index: number): Payment {
  const isPaid = index % 3 !== 0;
  return { order: isPaid ? index : -1, cents: index, atMs: index * 10 + (index % 7) * 30 };
}

export default defineJob({
  name: 'connected',
  parameters: z.object({ records: z.number() }),
  build(env, { records }) {
    const orders = env.from(generate({ count: records, make: order }), {
      watermarks: boundedOutOfOrderness(0, { timestamp: (value: Order) => value.atMs }),
    });
    const payments = env.from(generate({ count: records, make: payment }), {
      watermarks: boundedOutOfOrderness(500, { timestamp: (value: Payment) => value.atMs }),
    });
    const settled = connect(orders.keyBy('id'), payments.keyBy('order')).process({
      state: { order: valueState<Order>(), payment: valueState<Payment>(), isSettled: valueState<boolean>() },
      onLeft(value, context) {
        const { payment: paid } = context.state;
        context.state.order.set(value);
        const early = paid.get();
        if (early !== undefined && early.atMs <= value.atMs + PAYABLE_MS) {
          context.state.isSettled.set(true);
          context.emit({ branch: 'paid', id: context.key, cents: early.cents });
        } else {
          context.registerEventTimer(value.atMs + PAYABLE_MS);
        }
      },
      onRight(value, context) {
        const { order: ordered, isSettled } = context.state;
        context.state.payment.set(value);
        const known = ordered.get();
        if (known === undefined || value.atMs > known.atMs + PAYABLE_MS) return;
        isSettled.set(true);
        context.emit({ branch: 'paid', id: context.key, cents: value.cents });
      },
      onEventTimer(timeMs, context) {
        if (context.state.isSettled.get() === true) return;
        context.emit({ branch: 'unpaid', id: context.key, atMs: timeMs, side: context.timestampMs });
      },
    });
    const mapped = connect(orders, payments).map(
      ({ id }) => ({ branch: 'map', text: `order ${id}` }),
      ({ cents }) => ({ branch: 'map', cents }),
    );
    const flat = connect(orders, payments.rebalance()).flatMap(
      ({ id }) => (id % 2 === 0 ? [{ branch: 'flatMap', even: id }] : []),
      function* ({ cents }) {
        for (let times = 0; times < cents % 3; times++) yield { branch: 'flatMap', cents, times };
      },
    );
    const timed = connect(orders, payments).process({
      onLeft(value, context) {
        context.emit({ branch: 'process', isOrder: context.timestampMs === value.atMs });
      },
      onRight(value, context) {
        context.emit({ branch: 'process', isPayment: context.timestampMs === value.atMs });
      },
    });
    for (const branch of [settled, mapped, flat, timed]) branch.to(collect<unknown>());
  },
});
