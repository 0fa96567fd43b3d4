// Patterns of events by key: payments that grow, a refund that does not come, a loop that takes all it can; the payments
// arrive out of order.

import { z } from 'zod';
import { boundedOutOfOrderness, collect, defineJob, detect, generate, outputTag } from '../../../runtime/index.ts';

/** A payment, or its refund when negative. Times of a card differ. */
export interface Payment {
  readonly card: number;
  readonly amount: number;
  readonly atMs: number;
}

/** A match takes less than this from its first event to its last. */
export const WITHIN_MS = 700;
const SHUFFLED = 8;

/** The payment that comes n-th; also what the test computes its answers from. Within eights they come backwards. */
export function payment(arrival: number): Payment {
  const index = arrival - (arrival % SHUFFLED) + (SHUFFLED - 1 - (arrival % SHUFFLED));
  return { card: (index * 5) % 13, amount: ((index * 37) % 90) - 20, atMs: index * 10 };
}

const refunds = outputTag<number>('refunds');

export default defineJob({
  name: 'patterns',
  parameters: z.object({ records: z.number() }),
  build(env, { records }) {
    const payments = env
      .from(generate({ count: records, make: payment }), {
        watermarks: boundedOutOfOrderness(SHUFFLED * 10, { timestamp: ({ atMs }: Payment) => atMs }),
      })
      .uid('payments')
      .keyBy('card');

    const growth = detect(
      payments,
      (pattern) =>
        pattern
          .begin('small', { where: ({ amount }) => amount >= 0 && amount < 20 })
          .followedBy('larger', { where: ({ amount }, { small }) => amount > 2 * small[0].amount + 20 }),
      {
        withinMs: WITHIN_MS,
        select: ({ small, larger }, { key, timestampMs }) => ({
          branch: 'growth',
          key,
          timestampMs,
          amounts: [small[0].amount, larger[0].amount],
        }),
        timedOut: ({ small }, { key, timestampMs }) => ({
          branch: 'none',
          key,
          timestampMs,
          amounts: small.map(({ amount }) => amount),
        }),
      },
    );
    growth.to(collect());
    growth.timedOut().to(collect());

    const unrefunded = detect(
      payments,
      (pattern) =>
        pattern
          .begin('large', { where: ({ amount }) => amount > 50 })
          .notFollowedBy('refund', { where: ({ amount }) => amount < 0 }),
      {
        withinMs: WITHIN_MS,
        select: ({ large }, { key, timestampMs, output }) => {
          output(refunds, large[0].amount);
          return { branch: 'unrefunded', key, timestampMs, amounts: [large[0].amount] };
        },
      },
    );
    unrefunded.to(collect());
    unrefunded
      .sideOutput(refunds)
      .map((amount) => ({ branch: 'output', amount }))
      .to(collect());

    detect(
      payments,
      (pattern) =>
        pattern
          .begin('positive', {
            where: ({ amount }) => amount >= 0,
            times: { from: 1 },
            contiguity: 'strict',
            greedy: true,
          })
          .next('negative', { where: ({ amount }) => amount < 0 }),
      {
        skip: 'past-last-event',
        select: ({ positive, negative }, { key, timestampMs }) => ({
          branch: 'run',
          key,
          timestampMs,
          amounts: [...positive, ...negative].map(({ amount }) => amount),
        }),
      },
    ).to(collect());
  },
});
