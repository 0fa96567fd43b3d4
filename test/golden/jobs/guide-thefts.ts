// thefts: a pattern of events by key. Stolen cards are first tried with a small payment, then used for a large one.

import { z } from 'zod';
import { boundedOutOfOrderness, defineJob, detect, fromCollection, print } from 'millrace';

const PAYMENTS = [
  { card: 'blue', amount: 0.5, second: 1 },
  { card: 'red', amount: 0.9, second: 3 },
  { card: 'blue', amount: 700, second: 9 },
  { card: 'blue', amount: 20, second: 4 }, // late by five seconds
  { card: 'red', amount: 30, second: 50 },
  { card: 'red', amount: 900, second: 90 },
];

export default defineJob({
  name: 'thefts',
  parameters: z.object({}),
  build(env) {
    const payments = env.from(fromCollection(PAYMENTS), {
      watermarks: boundedOutOfOrderness(10_000, { timestamp: ({ second }) => second * 1_000 }),
    });
    const thefts = detect(
      payments.keyBy('card'),
      (pattern) =>
        pattern
          .begin('probe', { where: ({ amount }) => amount < 1 })
          .followedBy('theft', {
            where: ({ amount }, { probe }) => amount > 1_000 * probe[0].amount,
          }),
      {
        withinMs: 60_000,
        select: ({ probe, theft }, { key }) => ({
          card: key,
          stolen: theft[0].amount,
          afterSeconds: theft[0].second - probe[0].second,
        }),
        timedOut: ({ probe }, { key, timestampMs }) => ({ card: key, probes: probe.length, timestampMs }),
      },
    ).uid('thefts');
    thefts.to(print());
    thefts.timedOut().to(print());
  },
});
