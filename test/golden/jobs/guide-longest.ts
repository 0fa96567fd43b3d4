// longest: an aggregate of one's own. `add` may change and return the accumulator it was given.

import { z } from 'zod';
import {
  defineJob,
  generate,
  monotonousTimestamps,
  print,
  tumbling,
} from 'millrace';

interface Request {
  readonly path: string;
  readonly ms: number;
}

const HOUR_MS = 3_600_000;
const request = (index: number): Request => ({
  path: `/page/${index % 2}`,
  ms: (index * 37) % 100,
});

export default defineJob({
  name: 'longest',
  parameters: z.object({ requests: z.int().default(12) }),
  build(env, { requests }) {
    env
      .from(
        generate({
          count: requests,
          make: request,
          timestamp: (_request, index) => (index * HOUR_MS) / 6,
        }),
        { watermarks: monotonousTimestamps() },
      )
      .keyBy((request) => request.path)
      .window(tumbling({ sizeMs: HOUR_MS }))
      .accumulate(
        {
          create: () => [] as number[],
          add: (longest, request) => {
            longest.push(request.ms);
            return longest.sort((left, right) => right - left).slice(0, 2);
          },
          result: (longest) => longest,
        },
        (longest, path, window) => ({
          path,
          hour: new Date(window.startMs).toISOString().slice(11, 16),
          longest,
        }),
      )
      .to(print());
  },
});
