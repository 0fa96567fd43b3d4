// orders: what each customer ordered in total, from a list in the job itself.

import { z } from 'zod';
import {
  defineJob,
  fromCollection,
  jsonLinesFile,
  monotonousTimestamps,
  sum,
  tumbling,
} from 'millrace';
import { ORDERS } from './received.ts';

const MINUTE_MS = 60_000;

export default defineJob({
  name: 'orders',
  parameters: z.object({
    out: z.string().default('out/orders').describe('folder of the results'),
  }),
  build(env, { out }) {
    env
      .from(fromCollection(ORDERS), {
        watermarks: monotonousTimestamps({ timestamp: (order) => order.atMs }),
      })
      .keyBy('customer')
      .window(tumbling({ sizeMs: MINUTE_MS }))
      .aggregate({ cents: sum('cents') })
      .map(({ customer, cents }) => ({ customer, cents }))
      .to(jsonLinesFile({ directory: out }));
  },
});
