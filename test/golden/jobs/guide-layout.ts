// layout: who runs beside whom, and how records get from one to the next.

import { z } from 'zod';
import { defineJob, fromSequence, print } from 'millrace';

export default defineJob({
  name: 'layout',
  parameters: z.object({}),
  build(env) {
    env
      .from(fromSequence(1, 6))
      .map((value) => ({ value, parity: value % 2 === 0 ? 'even' : 'odd' }))
      .named('add parity')
      .keyBy('parity')
      .reduce((left, right) => ({ ...right, value: left.value + right.value }))
      .named('running sums')
      .uid('sums')
      .map(({ parity, value }) => `${parity} ${value}`)
      .rebalance()
      .to(print())
      .parallelism(1);
  },
});
