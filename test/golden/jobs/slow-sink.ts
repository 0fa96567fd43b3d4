// A source that could make millions of records a second, in front of an operator that takes its time with each. The
// records are wide, so that a queue without a bound would soon be seen in the memory of the process.

import { z } from 'zod';
import { defineJob, discard, generate } from '../../../runtime/index.ts';

/** Bytes of text in each record. */
const WIDTH = 1_000;

/** Keeps the thread busy, as a slow library would. */
function work(ms: number): void {
  const untilMs = performance.now() + ms;
  while (performance.now() < untilMs);
}

export default defineJob({
  name: 'slow-sink',
  parameters: z.object({ recordMs: z.number() }),
  build(env, { recordMs }) {
    env
      .from(generate({ make: (index) => ({ index, text: 'x'.repeat(WIDTH) }) }))
      .named('fast')
      .parallelism(1)
      .rebalance()
      .filter(() => {
        work(recordMs);
        return true;
      })
      .named('slow')
      .slotSharingGroup('slow')
      .to(discard())
      .named('end');
  },
});
