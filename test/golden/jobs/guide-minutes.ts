// minutes: lines of the job's own making, a directory for each minute in which they happened.

import { z } from 'zod';
import { byTime, defineJob, generate, monotonousTimestamps, textFile } from 'millrace';

const START_MS = Date.UTC(2026, 0, 1, 10, 5);
const STEP_MS = 25_000;

export default defineJob({
  name: 'minutes',
  parameters: z.object({ out: z.string().default('out').describe('folder of the results') }),
  build(env, { out }) {
    const make = (index: number) => ({ atMs: START_MS + index * STEP_MS, degrees: 20 + index / 2 });
    env
      .from(generate({ count: 4, make }), {
        watermarks: monotonousTimestamps({ timestamp: ({ atMs }) => atMs }),
      })
      .to(
        textFile({
          directory: `${out}/minutes`,
          extension: 'log',
          partitionBy: byTime("'hm'=HH:mm"),
          encode: ({ atMs, degrees }) => `${new Date(atMs).toISOString()} ${degrees.toFixed(1)} C`,
        }),
      );
  },
});
