// How `npm run e2e` runs the scenarios: one after the other, since they share two cores and count what their pods do.
// The runner names the file with the cluster's facts; a scenario gets them by `inject('facts')`.

import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

import { defineConfig } from 'vitest/config';

import type { E2eFacts } from './cluster/facts.ts';

const factsFile = process.env['MILLRACE_E2E_FACTS'];
if (factsFile === undefined) {
  throw new Error('Scenarios need a cluster: start them with `npm run e2e -- --only <scenario>`.');
}

export default defineConfig({
  // Jobs import the engine by its name.
  resolve: { alias: { millrace: resolve(import.meta.dirname, '../../runtime/index.ts') } },
  test: {
    root: resolve(import.meta.dirname, '../..'),
    include: ['test/e2e/scenarios/**/*.test.ts'],
    provide: { facts: JSON.parse(readFileSync(factsFile, 'utf8')) as E2eFacts },
    // Progress is shown as it is, without a heading for every line.
    disableConsoleIntercept: true,
    pool: 'forks',
    fileParallelism: false,
    testTimeout: 600_000,
    hookTimeout: 600_000,
    retry: 0,
  },
});
