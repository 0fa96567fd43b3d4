// The Nexmark suite: queries over the events of an online auction, generated or read from a file. Several queries run side
// by side in one job, over one reading of the events.

import { z } from 'zod';
import { defineJob, jsonLinesFile } from 'millrace';
import { selectQueries, unreadColumns } from './queries.ts';
import type { Row } from './query.ts';
import { gatherResult, partsDirectory, resultPath } from './results.ts';
import { nexmarkEvents } from './source.ts';

export default defineJob({
  name: 'nexmark',
  description: 'Queries of the Nexmark suite: persons, auctions and bids of an online auction.',
  parameters: z.object({
    query: z.string().describe('a query such as q5, several as q5,q7, or all'),
    events: z.int().min(0).default(10_000).describe('how many events to generate'),
    rate: z.int().min(1).default(100).describe('events a second of event time'),
    outOfOrder: z
      .int()
      .min(1)
      .optional()
      .describe('the size of the groups in which events are shuffled; they are in order without'),
    input: z
      .string()
      .optional()
      .describe(
        'JSON Lines file or pattern of events to read instead; with --out-of-order, time passes while it is read',
      ),
    out: z.string().default('out/nexmark').describe('folder for the result of each query'),
  }),
  build(env, { query, out, ...options }) {
    const queries = selectQueries(query);
    const events = nexmarkEvents(env, { ...options, unread: unreadColumns(queries) });
    for (const query of queries) {
      const { name, rows, partitionBy } = query;
      rows(events)
        .to(jsonLinesFile<Row>({ directory: partsDirectory(out, query), partitionBy }))
        .named(name)
        .uid(name);
    }
  },
  /** Each result in one file, and where that is. */
  async summarize({ parameters: { query, out } }) {
    const lines: string[] = [];
    for (const selected of selectQueries(query)) {
      const rows = await gatherResult(out, selected);
      const { name } = selected;
      lines.push(`${name}: ${rows.toLocaleString('en')} rows in ${resultPath(out, name)}`);
    }
    return lines;
  },
});
