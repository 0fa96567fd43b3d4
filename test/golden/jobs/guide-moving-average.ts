// moving-average: overlapping windows. Every half hour, the mean of the last hour.

import { z } from 'zod';
import { average, defineJob, fromCollection, monotonousTimestamps, print, sliding } from 'millrace';

const MINUTE_MS = 60_000;
const LEVELS = [
  { river: 'Tejo', minute: 5, level: 3 },
  { river: 'Tejo', minute: 40, level: 5 },
  { river: 'Tejo', minute: 70, level: 10 },
];

export default defineJob({
  name: 'moving-average',
  parameters: z.object({}),
  build(env) {
    env
      .from(fromCollection(LEVELS), {
        watermarks: monotonousTimestamps({ timestamp: ({ minute }) => minute * MINUTE_MS }),
      })
      .keyBy('river')
      .window(sliding({ sizeMs: 60 * MINUTE_MS, slideMs: 30 * MINUTE_MS }))
      .aggregate({ level: average('level') })
      .map(({ river, windowEndMs, level }) => `${river} to minute ${windowEndMs / MINUTE_MS}: ${level}`)
      .to(print());
  },
});
