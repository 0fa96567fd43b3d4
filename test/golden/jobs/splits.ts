// Orders in files that are read by splits, and what of the files was no order. Some orders take their time, so that the
// subtask that gets their split is slow.

import { z } from 'zod';
import { collect, defineJob, files } from '../../../runtime/index.ts';

const order = z.object({ id: z.number(), text: z.string() });

/** Keeps the thread busy, as a slow library would. */
function work(ms: number): void {
  const untilMs = performance.now() + ms;
  while (performance.now() < untilMs);
}

export default defineJob({
  name: 'splits',
  description: 'Orders of files, read by splits.',
  parameters: z.object({
    path: z.string(),
    splitBytes: z.number(),
    discoverIntervalMs: z.number().optional(),
    recordsPerSecond: z.number().optional(),
    slowBelow: z.number().default(0).describe('orders with smaller ids take their time'),
    slowMs: z.number().default(0),
  }),
  build(env, { path, splitBytes, discoverIntervalMs, recordsPerSecond, slowBelow, slowMs }) {
    const orders = env
      .from(files({ path, format: 'csv', schema: order, splitBytes, discoverIntervalMs }), {
        ...(recordsPerSecond === undefined ? {} : { recordsPerSecond }),
      })
      .named('orders');
    orders
      .map(({ id, text }) => {
        if (id < slowBelow) work(slowMs);
        return { id, text };
      })
      .to(collect())
      .named('collect orders');
    orders
      .deadLetters()
      .map(({ problem }) => ({ problem }))
      .to(collect())
      .named('collect problems');
  },
});
