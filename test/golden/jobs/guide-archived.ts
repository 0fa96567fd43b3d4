// archived: what the job above has written, read again.

import { z } from 'zod';
import { defineJob, parquet, print } from 'millrace';

interface Row {
  readonly count: number;
  readonly degrees: number | null;
  readonly at: Date;
  readonly tags: string;
}

export default defineJob({
  name: 'archived',
  parameters: z.object({ out: z.string().default('out').describe('folder of the archive') }),
  build(env, { out }) {
    env
      .from(parquet<Row>({ path: `${out}/archive/**/*.parquet`, orderBy: ({ count }) => count }))
      .map(({ count, degrees, at, tags }) => ({ count, degrees, at: at.toISOString(), tags }))
      .to(print());
  },
});
