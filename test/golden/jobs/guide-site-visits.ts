// site-visits: sessions. A visit ends when its visitor has been quiet for half an hour, or for five minutes after paying.

import { z } from 'zod';
import { boundedOutOfOrderness, count, defineJob, fromCollection, print, session, sum } from 'millrace';

const MINUTE_MS = 60_000;
const CLICKS = [
  { visitor: 'ana', minute: 0, paid: 0 },
  { visitor: 'rui', minute: 3, paid: 0 },
  { visitor: 'ana', minute: 50, paid: 0 }, // a visit of its own, until the next click comes
  { visitor: 'ana', minute: 25, paid: 20 },
  { visitor: 'ana', minute: 27, paid: 0 }, // reaches minute 57: both visits are one
  { visitor: 'rui', minute: 90, paid: 5 },
];

export default defineJob({
  name: 'site-visits',
  parameters: z.object({}),
  build(env) {
    env
      .from(fromCollection(CLICKS), {
        watermarks: boundedOutOfOrderness(30 * MINUTE_MS, {
          timestamp: ({ minute }) => minute * MINUTE_MS,
          emit: 'every-record',
        }),
      })
      .keyBy('visitor')
      .window(session({ gapMs: ({ paid }) => (paid > 0 ? 5 : 30) * MINUTE_MS }))
      .aggregate({ clicks: count(), paid: sum('paid') })
      .map(({ visitor, windowStartMs, windowEndMs, ...visit }) => ({
        visitor,
        from: windowStartMs / MINUTE_MS,
        to: windowEndMs / MINUTE_MS,
        ...visit,
      }))
      .to(print());
  },
});
