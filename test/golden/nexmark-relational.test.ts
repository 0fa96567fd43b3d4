// Queries of the Nexmark suite over the relational operators, against the answers of a database.

import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EmbeddedCluster } from '../../runtime/cli/embedded-cluster.ts';
import { resultsOf, runJob } from '../cluster/harness.ts';
import { startCluster } from '../support/embedded.ts';
import { digestOf, type ResultDigest } from '../support/nexmark/digest.ts';
import { QUERY_NAMES } from './jobs/nexmark-relational.ts';

const EXPECTED = JSON.parse(
  readFileSync(new URL('./nexmark/expected.json', import.meta.url), 'utf8'),
) as Readonly<Record<string, ResultDigest>>;

let cluster: EmbeddedCluster;
beforeAll(async () => {
  cluster = await startCluster({ workers: 2, slots: 1 });
});
afterAll(() => cluster.stop());

describe.each([
  { parallelism: 1, outOfOrder: 1 },
  { parallelism: 2, outOfOrder: 200 },
])('out of order by $outOfOrder, parallelism $parallelism', ({ parallelism, outOfOrder }) => {
  let lines: readonly { readonly query: string; readonly line: string }[];
  beforeAll(async () => {
    const parameters = { outOfOrder };
    const options = { parallelism, parameters };
    lines = resultsOf(await runJob(cluster, 'nexmark-relational', options)) as typeof lines;
  });

  it.each(QUERY_NAMES)('%s', (query) => {
    const mine = lines.filter((row) => row.query === query).map(({ line }) => line);
    expect(digestOf(mine)).toStrictEqual(EXPECTED[query]);
  });
});
