// archive: Parquet files with the columns of a schema.

import { z } from 'zod';
import { defineJob, generate, parquetFile } from 'millrace';

const Reading = z.object({
  sensor: z.string(),
  count: z.int(),
  degrees: z.number().nullable(),
  at: z.date(),
  tags: z.array(z.string()),
});

export default defineJob({
  name: 'archive',
  parameters: z.object({ out: z.string().default('out').describe('folder of the results') }),
  build(env, { out }) {
    const make = (index: number): z.infer<typeof Reading> => ({
      sensor: `s${index % 2}`,
      count: index,
      degrees: index === 1 ? null : 20 + index / 2,
      at: new Date(Date.UTC(2026, 0, 1, 10, index)),
      tags: index === 0 ? ['new'] : [],
    });
    env.from(generate({ count: 3, make })).to(
      parquetFile({
        directory: `${out}/archive`,
        schema: Reading,
        compression: 'zstd',
        partitionBy: ({ sensor }) => ({ sensor }),
      }),
    );
  },
});
