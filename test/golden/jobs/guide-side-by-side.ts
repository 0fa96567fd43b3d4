// side-by-side: two sources of different pace, kept within ten minutes of each other in event time.

import { z } from 'zod';
import { count, defineJob, generate, monotonousTimestamps, print, tumbling } from 'millrace';

const MINUTE_MS = 60_000;
const alignment = { group: 'meters', maxDriftMs: 10 * MINUTE_MS, updateIntervalMs: 100 };

export default defineJob({
  name: 'side-by-side',
  parameters: z.object({}),
  build(env) {
    const readings = (meter: string, perSecond: number) =>
      env.from(generate({ count: 120, make: (minute) => ({ meter, atMs: minute * MINUTE_MS }) }), {
        recordsPerSecond: perSecond,
        watermarks: monotonousTimestamps({ timestamp: ({ atMs }) => atMs, alignment }),
      });
    readings('slow', 200)
      .union(readings('fast', 10_000))
      .keyBy(() => 'all')
      .window(tumbling({ sizeMs: 60 * MINUTE_MS }))
      .aggregate({ readings: count() })
      .map(({ windowStartMs, readings }) => `${windowStartMs / MINUTE_MS}: ${readings}`)
      .to(print());
  },
});
