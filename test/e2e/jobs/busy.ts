// Keeps every slot at work until it is canceled: the load under which an autoscaler adds workers.

import { z } from 'zod';
import { defineJob, discard, generate } from '../../../runtime/index.ts';

export default defineJob({
  name: 'busy',
  description: 'Hashes numbers without end.',
  parameters: z.object({
    rounds: z.int().min(1).default(1_000).describe('steps of work a record'),
  }),
  build(env, { rounds }) {
    env
      .from(generate({ make: (index) => ({ index }) }))
      .named('numbers')
      .uid('numbers')
      .map(({ index }) => ({ index, hash: churn(index, rounds) }))
      .named('work')
      .uid('work')
      .to(discard())
      .named('nowhere')
      .uid('nowhere');
  },
});

/** Xorshift steps: work that no compiler can leave out, without garbage. */
function churn(seed: number, rounds: number): number {
  let hash = seed | 1;
  for (let round = 0; round < rounds; round += 1) {
    hash ^= hash << 13;
    hash ^= hash >>> 17;
    hash ^= hash << 5;
  }
  return hash;
}
