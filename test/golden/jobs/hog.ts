// A job that keeps all it has seen on the heap of its slot.

import { z } from 'zod';
import { collect, defineJob, generate } from '../../../runtime/index.ts';

export default defineJob({
  name: 'hog',
  parameters: z.object({}),
  build(env) {
    const kept: unknown[] = [];
    env
      .from(generate({ make: (index) => ({ index }) }))
      .parallelism(1)
      .filter((value) => {
        kept.push({ value, text: `record ${value.index} `.repeat(10).split(' ') });
        return false;
      })
      .named('keeper')
      .parallelism(1)
      .to(collect())
      .parallelism(1);
  },
});
