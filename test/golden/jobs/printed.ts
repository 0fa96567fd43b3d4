// Prints numbers and ends at once: what was printed last must still come through.

import { z } from 'zod';
import { defineJob, fromSequence, print } from '../../../runtime/index.ts';

export default defineJob({
  name: 'printed',
  parameters: z.object({ records: z.number() }),
  build(env, { records }) {
    env.from(fromSequence(1, records)).to(print());
  },
});
