// A job whose build() depends on more than its parameters: every process describes another one.

import { z } from 'zod';
import { collect, defineJob, fromSequence } from '../../../runtime/index.ts';

export default defineJob({
  name: 'unlike',
  parameters: z.object({}),
  build(env) {
    env.from(fromSequence(0, 10)).named(`numbers of ${process.pid}`).to(collect());
  },
});
