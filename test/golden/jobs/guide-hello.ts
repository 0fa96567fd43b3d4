// hello: a list, two steps, a print.

import { z } from 'zod';
import { defineJob, fromCollection, print } from 'millrace';

export default defineJob({
  name: 'hello',
  description: 'Greets people with short names.',
  parameters: z.object({
    greeting: z.string().default('hello').describe('the first word'),
    lengthMax: z.int().default(6).describe('longest name that is greeted'),
  }),
  build(env, { greeting, lengthMax }) {
    env
      .from(fromCollection(['Ada', 'Grace', 'Katherine', 'Alan']))
      .filter((name) => name.length <= lengthMax)
      .map((name) => `${greeting} ${name}`)
      .to(print());
  },
});
