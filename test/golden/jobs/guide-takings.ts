// takings: early results. What a shop has taken today, told every six hours instead of only at the end of the day.

import { z } from 'zod';
import {
  continuousEventTimeTrigger,
  defineJob,
  fromCollection,
  monotonousTimestamps,
  print,
  sum,
  tumblingDays,
} from 'millrace';

const HOUR_MS = 3_600_000;
const SALES = [
  { shop: 'Baixa', at: '2026-03-29T08:00Z', euros: 10 },
  { shop: 'Chiado', at: '2026-03-29T12:30Z', euros: 4 },
  { shop: 'Baixa', at: '2026-03-29T14:00Z', euros: 25 },
  { shop: 'Chiado', at: '2026-03-30T09:00Z', euros: 7 },
];

export default defineJob({
  name: 'takings',
  parameters: z.object({}),
  build(env) {
    env
      .from(fromCollection(SALES), {
        watermarks: monotonousTimestamps({ timestamp: ({ at }) => Date.parse(at), emit: 'every-record' }),
      })
      .keyBy('shop')
      .window(tumblingDays({ timeZone: 'Europe/Lisbon' }), {
        trigger: continuousEventTimeTrigger({ intervalMs: 6 * HOUR_MS }),
      })
      .aggregate({ euros: sum('euros') })
      .map(({ shop, windowStartMs, windowEndMs, euros }) => {
        const hours = (windowEndMs - windowStartMs) / HOUR_MS;
        return `${shop}: ${euros} in the day of ${hours} hours from ${new Date(windowStartMs).toISOString()}`;
      })
      .to(print());
  },
});
