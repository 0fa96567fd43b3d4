// One query of the Nexmark suite, as `runtime/jobs/nexmark/job.ts` runs it, with its rows thrown away.

import { z } from 'zod';
import { defineJob, discard } from '../../../runtime/index.ts';
import { selectQueries, unreadColumns } from '../../../runtime/jobs/nexmark/queries.ts';
import { nexmarkEvents } from '../../../runtime/jobs/nexmark/source.ts';

export default defineJob({
  name: 'nexmark-bench',
  parameters: z.object({ query: z.string(), events: z.int(), rate: z.int() }),
  build(env, { query, ...options }) {
    const queries = selectQueries(query);
    const events = nexmarkEvents(env, { ...options, unread: unreadColumns(queries) });
    for (const { rows } of queries) rows(events).to(discard());
  },
});
