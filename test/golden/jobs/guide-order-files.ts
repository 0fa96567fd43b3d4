// order-files: CSV files by splits, each record checked against a schema; lines that are no orders are told apart.

import { z } from 'zod';
import { defineJob, files, print } from 'millrace';

const order = z.object({ id: z.number(), customer: z.string(), amount: z.number() });

export default defineJob({
  name: 'order-files',
  parameters: z.object({ path: z.string().default('docs/guide/orders/*.csv') }),
  build(env, { path }) {
    const orders = env.from(files({ path, format: 'csv', schema: order }));
    orders.map(({ id, customer, amount }) => `${id} ${customer}: ${amount}`).to(print());
    orders
      .deadLetters()
      .map(({ problem }) => problem)
      .to(print());
  },
});
