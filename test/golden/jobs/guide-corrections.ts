// corrections: lateness. A minute tells its votes at its end, and again for each vote that comes up to a minute later.

import { z } from 'zod';
import { count, defineJob, fromCollection, monotonousTimestamps, print, tumbling } from 'millrace';

const VOTES = [
  { list: 'A', second: 10 },
  { list: 'A', second: 70 },
  { list: 'A', second: 50 }, // the minute is over, but its lateness is not
  { list: 'A', second: 130 },
  { list: 'A', second: 55 }, // now it is
];

export default defineJob({
  name: 'corrections',
  parameters: z.object({}),
  build(env) {
    const minutes = env
      .from(fromCollection(VOTES), {
        watermarks: monotonousTimestamps({
          timestamp: ({ second }) => second * 1000,
          emit: 'every-record',
        }),
      })
      .keyBy('list')
      .window(tumbling({ sizeMs: 60_000 }), { allowedLatenessMs: 60_000 })
      .aggregate({ votes: count() });
    minutes.to(print());
    minutes
      .late()
      .map((tooLate) => ({ tooLate }))
      .to(print());
  },
});
