#!/usr/bin/env node
// The `millrace` command. Each verb is a module of `cli/`, loaded when it is asked for, so that a worker starts without
// what only a terminal needs. V8's code cache makes later starts faster.

import { enableCompileCache } from 'node:module';

enableCompileCache();

const [verb, ...rest] = process.argv.slice(2);
if (verb === 'worker' && rest.length === 0) {
  await serve(async () => (await import('./cli/serve-worker.ts')).serveWorker());
} else if (verb === 'coordinator' && rest.length === 0) {
  await serve(async () => (await import('./cli/serve-coordinator.ts')).serveCoordinator());
  process.exit(); // whatever the job's module has left open
} else {
  const { runCommandLine } = await import('./cli/command-line.ts');
  process.exitCode = await runCommandLine(process.argv.slice(2));
}

/** The long-lived verbs take no options: they start without the command line's parser, which only costs them memory. */
async function serve(run: () => Promise<void>): Promise<void> {
  try {
    await run();
  } catch (error) {
    const { explainError } = await import('./cli/explain-error.ts');
    process.exit(explainError(error)); // a port that is open already must not keep it alive
  }
}
