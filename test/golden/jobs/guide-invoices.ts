// invoices: files as results. They appear when the whole job has finished, or not at all.

import { z } from 'zod';
import { csvFile, defineJob, generate, jsonLinesFile } from 'millrace';

export default defineJob({
  name: 'invoices',
  parameters: z.object({ out: z.string().default('out').describe('folder of the results') }),
  build(env, { out }) {
    const invoices = env.from(
      generate({
        count: 3,
        make: (index) => ({ number: 100 + index, cents: 1_999 * (index + 1), paid: index === 1 }),
      }),
    );
    invoices.to(
      csvFile({
        directory: `${out}/invoices/all`,
        header: true,
        columns: ['number', { name: 'euros', value: ({ cents }) => (cents / 100).toFixed(2) }],
      }),
    );
    invoices
      .filter((invoice) => !invoice.paid)
      .to(jsonLinesFile({ directory: `${out}/invoices/open` }));
  },
});
