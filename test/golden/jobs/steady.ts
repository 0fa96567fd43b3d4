// A stream that goes on until it has made `count` records, or for ever: numbers at a rate, spread over all slots, to files
// if there is a folder for them, else back to whoever started it.

import { z } from 'zod';
import { collect, defineJob, discard, generate, jsonLinesFile } from '../../../runtime/index.ts';

export default defineJob({
  name: 'steady',
  description: 'Numbers at a steady rate.',
  parameters: z.object({
    count: z.number().optional().describe('how many; without it, no end'),
    recordsPerSecond: z.number().optional(),
    out: z.string().optional().describe('folder for the results'),
    failAt: z.number().optional().describe('the number that fails'),
    collects: z.boolean().default(false),
  }),
  build(env, { count, recordsPerSecond, out, failAt, collects }) {
    const numbers = env
      .from(generate({ count, recordsPerSecond, make: (index) => ({ index }) }))
      .named('numbers')
      .rebalance()
      .map((record) => {
        if (record.index === failAt) throw new RangeError(`no luck with ${record.index}`);
        return record;
      })
      .named('check');
    if (out !== undefined) numbers.to(jsonLinesFile({ directory: out })).named('files');
    else if (collects) numbers.to(collect());
    else numbers.to(discard());
  },
});
