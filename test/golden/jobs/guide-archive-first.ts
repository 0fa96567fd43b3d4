// archive-first: what was kept, then what is made, in one stream without a restart.

import { z } from 'zod';
import { defineJob, files, generate, hybrid, print } from 'millrace';

const PATH = 'docs/guide/orders/*.csv';

export default defineJob({
  name: 'archive-first',
  parameters: z.object({}),
  build(env) {
    const archive = files({ path: PATH, format: 'text' });
    const live = generate({
      count: 2,
      make: (index) => ({ line: `live ${index}`, file: 'none', byteOffset: 0 }),
    });
    env
      .from(hybrid([archive, live]), { recordsPerSecond: 100 })
      .map(({ line }) => line)
      .to(print());
  },
});
