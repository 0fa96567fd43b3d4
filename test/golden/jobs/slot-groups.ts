// Operators that must not share a slot, and say in which slot they run.

import { threadId } from 'node:worker_threads';
import { z } from 'zod';
import { collect, defineJob, fromSequence } from '../../../runtime/index.ts';

export default defineJob({
  name: 'slot-groups',
  parameters: z.object({ records: z.number() }),
  build(env, { records }) {
    const slot = (): string => `${process.pid}/${threadId}`;
    env
      .from(fromSequence(0, records - 1))
      .map((value) => ({ value, home: slot() }))
      .map((record) => ({ ...record, here: slot() }))
      .slotSharingGroup('apart')
      .map((record) => ({ ...record, alsoHere: slot() }))
      .to(collect());
  },
});
