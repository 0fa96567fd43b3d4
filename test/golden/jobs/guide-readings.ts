// readings: event time, windows, and what comes too late for them.

import { z } from 'zod';
import {
  average,
  boundedOutOfOrderness,
  count,
  defineJob,
  durationMs,
  fromCollection,
  max,
  print,
  tumbling,
} from 'millrace';

const MINUTE_MS = 60_000;
const READINGS = [
  { sensor: 'north', atMs: 5_000, level: 10 },
  { sensor: 'south', atMs: 20_000, level: 7 },
  { sensor: 'north', atMs: 70_000, level: 30 },
  { sensor: 'north', atMs: 50_000, level: 20 }, // out of order, but in time
  { sensor: 'south', atMs: 140_000, level: 8 },
  { sensor: 'south', atMs: 30_000, level: 9 }, // too late: its minute is over
];

export default defineJob({
  name: 'readings',
  parameters: z.object({
    maxOutOfOrderness: durationMs().prefault('30s').describe('how late a reading may come'),
  }),
  build(env, { maxOutOfOrderness }) {
    const levels = env
      .from(fromCollection(READINGS), {
        watermarks: boundedOutOfOrderness(maxOutOfOrderness, {
          timestamp: (reading) => reading.atMs,
          emit: 'every-record',
        }),
      })
      .keyBy('sensor')
      .window(tumbling({ sizeMs: MINUTE_MS }))
      .aggregate({ readings: count(), mean: average('level'), peak: max('level') });

    levels.to(print());
    levels
      .late()
      .map((reading) => ({ tooLate: reading }))
      .to(print());
  },
});
