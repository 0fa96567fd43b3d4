// How `npm test` runs: every test that is a verdict, in two processes. Simulations of many seeds, end-to-end runs in
// containers and benchmarks are started by name, since they take minutes or need a machine to themselves.

import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  // Jobs import the engine by its name: tests that import a job are not loaded by the engine.
  resolve: { alias: { millrace: fileURLToPath(new URL('runtime/index.ts', import.meta.url)) } },
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/e2e/**', 'test/bench/**', '**/node_modules/**'],
    setupFiles: ['test/support/fixed-seed.ts'],
    // A process each file: the engine starts threads, opens sockets and sets exit codes.
    pool: 'forks',
    maxWorkers: 2,
    // Tests that start whole clusters wait for them; a retry would hide a race.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    retry: 0,
  },
});
