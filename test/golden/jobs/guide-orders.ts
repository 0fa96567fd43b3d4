// orders: records from outside are checked once, at the edge; the rest of the job has their type.

import { z } from 'zod';
import {
  defineJob,
  fromCollection,
  monotonousTimestamps,
  print,
  sum,
  tumbling,
} from 'millrace';

const Order = z.object({
  id: z.int(),
  customer: z.string(),
  cents: z.int().positive(),
  atMs: z.int(),
  note: z.string().optional(),
});

const RECEIVED: readonly unknown[] = [
  { id: 1, customer: 'ann', cents: 250, atMs: 1_000 },
  { id: 2, customer: 'bob', cents: -5, atMs: 2_000 },
  { id: 'three', customer: 'bob', cents: 100, atMs: 3_000 },
  { id: 4, customer: 'ann', cents: 750, atMs: 4_000, note: 'gift' },
];

export default defineJob({
  name: 'orders',
  parameters: z.object({}),
  build(env) {
    const orders = env.from(fromCollection(RECEIVED)).validated(Order);

    orders
      .withTimestamps(monotonousTimestamps({ timestamp: (order) => order.atMs }))
      .keyBy('customer')
      .window(tumbling({ sizeMs: 60_000 }))
      .aggregate({ cents: sum('cents') })
      .to(print());
    orders
      .deadLetters()
      .map(({ problem }) => `refused: ${problem}`)
      .to(print());
  },
});
