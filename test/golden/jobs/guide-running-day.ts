// running-day: what a shop has taken since midnight, every six hours.

import { z } from 'zod';
import { cumulative, defineJob, fromCollection, monotonousTimestamps, print } from 'millrace';

const HOUR_MS = 3_600_000;
const SALES = [
  { atMs: 1 * HOUR_MS, shop: 'mill', cents: 100 },
  { atMs: 8 * HOUR_MS, shop: 'mill', cents: 250 },
  { atMs: 26 * HOUR_MS, shop: 'mill', cents: 70 },
];

export default defineJob({
  name: 'running-day',
  parameters: z.object({}),
  build(env) {
    const time = { timestamp: (sale: { atMs: number }) => sale.atMs };
    env
      .from(fromCollection(SALES), { watermarks: monotonousTimestamps(time) })
      .keyBy('shop')
      .window(cumulative({ sizeMs: 24 * HOUR_MS, stepMs: 6 * HOUR_MS }))
      .accumulate(
        {
          create: () => ({ cents: 0, best: 0 }),
          add: (day, sale) => {
            day.cents += sale.cents;
            day.best = Math.max(day.best, sale.cents);
            return day;
          },
          merge: (left, right) => {
            left.cents += right.cents;
            left.best = Math.max(left.best, right.best);
            return left;
          },
          result: ({ cents, best }) => ({ cents, best }),
        },
        ({ cents, best }, shop, { startMs, endMs }) => ({
          shop,
          day: startMs / HOUR_MS / 24,
          untilHour: (endMs - startMs) / HOUR_MS,
          cents,
          best,
        }),
      )
      .to(print());
  },
});
