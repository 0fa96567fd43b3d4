// A job that prints its first record: what the start-up benchmark waits for.

import { z } from 'zod';
import { defineJob, fromCollection, print } from '../../../runtime/index.ts';

export default defineJob({
  name: 'first-record',
  parameters: z.object({}),
  build(env) {
    env
      .from(fromCollection([{ greeting: 'first record' }]))
      .keyBy('greeting')
      .reduce((left) => left)
      .to(print());
  },
});
