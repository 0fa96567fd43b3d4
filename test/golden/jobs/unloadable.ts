// A module that can be loaded by the coordinator and not by a worker: its top level throws in a slot's thread.

import { isMainThread } from 'node:worker_threads';
import { z } from 'zod';
import { collect, defineJob, fromSequence } from '../../../runtime/index.ts';

export default defineJob({
  name: 'unloadable',
  parameters: z.object({}),
  build(env) {
    env.from(fromSequence(0, 10)).to(collect());
  },
});

// Vitest runs tests in the main thread of a process.
if (!isMainThread) throw new Error('the library this job needs is not installed here');
