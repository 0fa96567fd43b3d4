// shop: orders with their customers, their payments in time, and the price list of their day.

import { z } from 'zod';
import {
  defineJob,
  fromCollection,
  intervalJoin,
  join,
  lookupTable,
  monotonousTimestamps,
  print,
  temporalJoin,
} from 'millrace';

const CUSTOMERS = [
  { id: 1, name: 'Ada', atMs: 0 },
  { id: 2, name: 'Alan', atMs: 0 },
];
const ORDERS = [
  { id: 'a', customer: 1, article: 'tea', country: 'NL', atMs: 1_000 },
  { id: 'b', customer: 2, article: 'tea', country: 'JP', atMs: 6_000 },
  { id: 'c', customer: 3, article: 'tea', country: 'JP', atMs: 7_000 },
];
const PAYMENTS = [
  { order: 'a', cents: 300, atMs: 2_500 },
  { order: 'b', cents: 350, atMs: 66_001 },
];
const PRICES = [
  { article: 'tea', cents: 300, atMs: 0 },
  { article: 'tea', cents: 350, atMs: 5_000 },
];
const COUNTRIES = [
  { code: 'NL', country: 'Netherlands' },
  { code: 'JP', country: 'Japan' },
];

export default defineJob({
  name: 'shop',
  parameters: z.object({}),
  build(env) {
    const watermarks = monotonousTimestamps<{ atMs: number }>({ timestamp: ({ atMs }) => atMs });
    const customers = env.from(fromCollection(CUSTOMERS), { watermarks });
    const orders = env.from(fromCollection(ORDERS), { watermarks });
    const payments = env.from(fromCollection(PAYMENTS), { watermarks });
    const prices = env.from(fromCollection(PRICES), { watermarks });

    // Every order with its customer, whenever the two come.
    join({
      left: orders.keyBy('customer'),
      right: customers.keyBy('id'),
      join: ({ id }, { name }) => `order ${id} is ${name}'s`,
    }).to(print());

    // Orders that were paid within a minute.
    intervalJoin({
      left: orders.keyBy('id'),
      right: payments.keyBy('order'),
      lowerMs: 0,
      upperMs: 60_000,
      join: ({ id }, { cents }) => `order ${id} was paid in time: ${cents}`,
    }).to(print());

    // The price at the time of the order.
    temporalJoin({
      left: orders.keyBy('article'),
      versions: prices.keyBy('article'),
      join: ({ id }, { cents }) => `order ${id} costs ${cents}`,
    }).to(print());

    // A table that is part of the job.
    lookupTable({
      left: orders,
      table: () => COUNTRIES,
      leftKey: ({ country }) => country,
      rightKey: ({ code }) => code,
      join: ({ id }, { country }) => `order ${id} goes to ${country}`,
    }).to(print());
  },
});
