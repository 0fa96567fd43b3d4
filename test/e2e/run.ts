// `npm run e2e`: from the words on the command line to the last line, `N passed, N failed, N skipped`.
//   I1. Scenarios that could not run are skipped, never passed.
//   I2. The exit code is 0 only if nothing failed, nothing was left on the machine, and a machine that can run ran something.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import { HELP, parseCommand, UsageError, type E2eCommand, type RunRequest } from './arguments.ts';
import type { E2eFacts } from './cluster/facts.ts';
import { layOutFiles } from './cluster/layout.ts';
import { chosenBlock, layOutNetwork } from './cluster/network.ts';
import { cacheDirectory, findBuild } from './machine/binaries.ts';
import { missingPackages } from './machine/packages.ts';
import { canRun, readFacts } from './machine/requirements.ts';
import { removeKept, runOnOwnCluster, type OwnRun } from './own-run.ts';
import { Progress } from './progress.ts';
import {
  describeTally,
  listScenarios,
  runScenarios,
  selectScenarios,
  type Command,
  type Tally,
} from './scenarios.ts';

const INTERRUPTED = 130;

const progress = new Progress();
const interruption = new AbortController();
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(name, () => {
    if (interruption.signal.aborted) return;
    progress.line(`${name}: cleaning up`);
    interruption.abort(new Error(`stopped by ${name}`));
  });
}

async function main(command: E2eCommand): Promise<number> {
  switch (command.kind) {
    case 'help':
      console.log(HELP);
      return 0;
    case 'list':
      console.log(listScenarios().join('\n'));
      return 0;
    case 'down':
      return (await removeKept(layOutRun())) ? 0 : 1;
    case 'run':
      return run(command, selectScenarios(command.only, listScenarios()));
  }
}

async function run(request: RunRequest, scenarios: readonly string[]): Promise<number> {
  if (request.elsewhere !== undefined) {
    const { kubeconfig, image } = request.elsewhere;
    const facts = { kubeconfig: resolve(kubeconfig), image, engine: request.engine };
    return report(await runElsewhere(facts, scenarios), true);
  }
  const cache = cacheDirectory();
  const machine = await readFacts(
    { directory: cache, areBinariesBuilt: findBuild(cache).isThere },
    missingPackages(),
  );
  const decision = canRun(machine);
  if (decision.kind === 'no') {
    console.log(`This machine cannot run a cluster: ${decision.reason}.`);
    console.log(describeTally({ passed: 0, failed: 0, skipped: scenarios.length })); // I1
    return 0;
  }
  const { tally, isClean } = await runOnOwnCluster(layOutRun(), request, scenarios);
  if (interruption.signal.aborted) return INTERRUPTED;
  console.log(`\n${progress.summary()}\n`);
  return report(tally, isClean);
}

function layOutRun(): OwnRun {
  const cache = cacheDirectory();
  const network = layOutNetwork(chosenBlock());
  const layout = layOutFiles(cache, network);
  return { cache, network, layout, progress, signal: interruption.signal };
}

/** Prints the last line. */
function report(tally: Tally, isClean: boolean): number {
  console.log(describeTally(tally));
  return isClean && tally.failed === 0 && tally.passed > 0 ? 0 : 1; // I2
}

/** Runs scenarios on a cluster that is not ours. */
async function runElsewhere(facts: E2eFacts, scenarios: readonly string[]): Promise<Tally> {
  const directory = await mkdtemp(join(tmpdir(), 'millrace-e2e-'));
  const files = {
    factsFile: join(directory, 'facts.json'),
    resultsFile: join(directory, 'results.json'),
  };
  try {
    await writeFile(files.factsFile, JSON.stringify(facts));
    return await runScenarios(scenarios, files, runInForeground);
  } finally {
    await rm(directory, { recursive: true });
  }
}

async function runInForeground([file, ...rest]: Command, env: NodeJS.ProcessEnv): Promise<void> {
  const child = spawn(file, rest, { env, stdio: 'inherit' });
  await once(child, 'exit');
}

try {
  process.exitCode = await main(parseCommand(process.argv.slice(2)));
} catch (error) {
  console.error(error instanceof UsageError ? error.message : error);
  process.exitCode = 2;
}
