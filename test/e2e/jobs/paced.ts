// Counts generated records by key and second, at a stated rate: runs long enough for something to happen to its pods on the
// way, and has an answer that follows from its parameters alone (`harness/paced-answer.ts`).

import { z } from 'zod';
import {
  count,
  csvFile,
  defineJob,
  generate,
  monotonousTimestamps,
  sum,
  tumbling,
} from '../../../runtime/index.ts';

const SECOND_MS = 1_000;

const Reading = z.object({ key: z.string(), index: z.int() });

export default defineJob({
  name: 'paced',
  description: 'Records of several keys at a given rate, counted by second.',
  parameters: z.object({
    seconds: z.int().min(1).default(20).describe('how long it runs'),
    recordsPerSecond: z.int().min(1).default(1_000).describe('rate over all keys'),
    keys: z.int().min(1).default(10).describe('number of keys; divides the rate'),
    out: z.string().describe('folder for paced/counts'),
  }),
  build(env, { seconds, recordsPerSecond, keys, out }) {
    env
      .from(
        generate({
          count: seconds * recordsPerSecond,
          recordsPerSecond,
          make: (index) => ({ key: `key-${index % keys}`, index }),
          timestamp: (_, index) => Math.floor((index * SECOND_MS) / recordsPerSecond),
        }),
        { watermarks: monotonousTimestamps() },
      )
      .named('readings')
      .uid('readings')
      .typed(Reading)
      .keyBy('key')
      .window(tumbling({ sizeMs: SECOND_MS }))
      .aggregate({ records: count(), indices: sum('index') })
      .named('records by second')
      .uid('records-by-second')
      .to(
        csvFile({
          directory: `${out}/paced/counts`,
          columns: ['key', 'windowStartMs', 'records', 'indices'],
        }),
      )
      .named('counts')
      .uid('counts');
  },
});
