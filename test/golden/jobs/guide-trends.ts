// trends: three hours of orders, looked at every hour.

import { z } from 'zod';
import {
  count,
  countDistinct,
  defineJob,
  filtered,
  fromCollection,
  monotonousTimestamps,
  print,
  sliding,
  sum,
} from 'millrace';

const HOUR_MS = 3_600_000;
const ORDERS = [
  { atMs: 0.2 * HOUR_MS, shop: 'mill', customer: 'ada', cents: 900 },
  { atMs: 0.8 * HOUR_MS, shop: 'mill', customer: 'alan', cents: 12_000 },
  { atMs: 1.5 * HOUR_MS, shop: 'mill', customer: 'ada', cents: 300 },
  { atMs: 3.1 * HOUR_MS, shop: 'mill', customer: 'grace', cents: 5_000 },
];

export default defineJob({
  name: 'trends',
  parameters: z.object({}),
  build(env) {
    const time = { timestamp: (order: { atMs: number }) => order.atMs };
    env
      .from(fromCollection(ORDERS), { watermarks: monotonousTimestamps(time) })
      .keyBy('shop')
      .window(sliding({ sizeMs: 3 * HOUR_MS, slideMs: HOUR_MS }))
      .aggregate({
        orders: count(),
        large: filtered(count(), ({ cents }) => cents >= 10_000, ['cents']),
        customers: countDistinct('customer'),
        cents: sum('cents'),
      })
      .map(({ windowEndMs, orders, large, customers, cents }) => ({
        untilHour: windowEndMs / HOUR_MS,
        orders,
        large,
        customers,
        cents,
      }))
      .to(print());
  },
});
