// sales: a directory for each country and day of the event, files of a good size, compressed when asked for.

import { z } from 'zod';
import { byTime, defineJob, fromCollection, jsonLinesFile, monotonousTimestamps } from 'millrace';

const SALES = [
  { at: '2026-03-01T09:00:00Z', country: 'PT', cents: 1_250 },
  { at: '2026-03-01T22:30:00Z', country: 'FI', cents: 400 },
  { at: '2026-03-01T23:10:00Z', country: 'PT', cents: 3_999 },
  { at: '2026-03-02T08:00:00Z', country: 'PT', cents: 120 },
];
const day = byTime('yyyy-MM-dd', { timeZone: 'Europe/Helsinki' });

export default defineJob({
  name: 'sales',
  parameters: z.object({
    out: z.string().default('out').describe('folder of the results'),
    gzip: z.boolean().default(false).describe('write .gz files'),
  }),
  build(env, { out, gzip }) {
    env
      .from(fromCollection(SALES), {
        watermarks: monotonousTimestamps({ timestamp: ({ at }) => Date.parse(at) }),
      })
      .to(
        jsonLinesFile({
          directory: `${out}/sales`,
          partitionBy: (sale, timestampMs, nowMs) => ({
            country: sale.country,
            dt: day(sale, timestampMs, nowMs),
          }),
          openPartitionsMax: 2,
          rolling: { bytesMax: 64 * 1024 * 1024, idleMs: 60_000 },
          compact: { targetBytes: 64 * 1024 * 1024 },
          gzip,
        }),
      );
  },
});
