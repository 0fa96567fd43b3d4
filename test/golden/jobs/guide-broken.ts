// broken: what a job's own mistake looks like.

import { z } from 'zod';
import { defineJob, fromSequence, print } from 'millrace';

export default defineJob({
  name: 'broken',
  parameters: z.object({}),
  build(env) {
    env
      .from(fromSequence(1, 5))
      .map((value) => {
        if (value === 3) throw new Error('three is not a number I like');
        return value;
      })
      .named('picky')
      .to(print());
  },
});
