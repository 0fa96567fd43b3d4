// A run on a cluster of our own: takes the machine's one place for it, starts the cluster or uses the one that was kept,
// runs the scenarios, and lets the janitor end it.
//   I1. The janitor is there before anything is changed, and every end goes through it.

import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';

import { UsageError, type RunRequest } from './arguments.ts';
import { startCluster, type ClusterOptions } from './cluster/cluster.ts';
import type { E2eFacts } from './cluster/facts.ts';
import { Janitor } from './cluster/janitor.ts';
import { saveLogs } from './cluster/logs.ts';
import { runProcess } from './cluster/started-process.ts';
import { decideStart, findEarlierRun, Ledger } from './cluster/state.ts';
import { readBootId, readProcess } from './machine/process-table.ts';
import { runScenarios, type Tally } from './scenarios.ts';

/** What a run has before it has anything. */
export type OwnRun = Omit<ClusterOptions, 'ledger'>;

/** How a run ended. */
export interface RunEnd {
  readonly tally: Tally;
  /** Nothing is left on the machine, or all of it on purpose. */
  readonly isClean: boolean;
}

const LOGS = resolve(import.meta.dirname, '../../out/e2e/logs');

/** Runs scenarios from the first process to the last. */
export async function runOnOwnCluster(
  own: OwnRun,
  request: RunRequest,
  scenarios: readonly string[],
): Promise<RunEnd> {
  const { ledger, isReused } = await takeMachine(own);
  const janitor = Janitor.start(own.layout.stateFile, ledger); // I1
  const options = { ...own, ledger };
  try {
    const facts = isReused
      ? await readFacts(own, request)
      : await startCluster(options, request.engine);
    const tally = await runAll(options, scenarios);
    if (tally.failed > 0) await showLogs(own);
    if (!request.keep) return { tally, isClean: await cleanUp(own, janitor) };
    ledger.update({ isKept: true });
    await janitor.keep();
    console.log(`\nThe cluster is up:  ${facts.own?.kubectl ?? 'kubectl'} get pods -A`);
    console.log('Remove it with:     npm run e2e -- --down');
    return { tally, isClean: true };
  } catch (error) {
    if (!own.signal.aborted) {
      console.error(`\n${(error as Error).message}`);
      await showLogs(own);
    }
    const tally = { passed: 0, failed: scenarios.length, skipped: 0 };
    return { tally, isClean: await cleanUp(own, janitor) };
  }
}

/** Removes a cluster that was kept or forgotten; false if something of it is left. */
export async function removeKept({ layout }: OwnRun): Promise<boolean> {
  const decision = decideStart(findEarlierRun(layout.stateFile));
  if (decision.kind === 'refuse') throw new UsageError(decision.reason);
  if (decision.kind === 'fresh') console.log('There is no cluster.');
  else if (!(await Janitor.start(layout.stateFile).cleanUp())) return false;
  return true;
}

/** Makes the machine's place for a cluster ours: empty, or with the cluster that was kept. */
async function takeMachine(own: OwnRun): Promise<{ ledger: Ledger; isReused: boolean }> {
  const { layout, network, progress } = own;
  const me = readProcess(process.pid);
  if (me === undefined) throw new Error('/proc does not show this process');
  const runner = { pid: me.pid, startTime: me.startTime };
  const decision = decideStart(findEarlierRun(layout.stateFile));
  if (decision.kind === 'refuse') throw new UsageError(decision.reason);
  if (decision.kind === 'reuse') {
    progress.line('using the cluster that was kept');
    const state = { ...decision.state, runner, janitor: undefined, isKept: false };
    return { ledger: Ledger.adopt(layout.stateFile, state), isReused: true };
  }
  if (decision.kind === 'clean-up') {
    progress.line('removing what an earlier run left');
    if (!(await Janitor.start(layout.stateFile).cleanUp())) {
      throw new UsageError('what an earlier run left cannot be removed: see above');
    }
  }
  await mkdir(dirname(layout.stateFile), { recursive: true });
  // Fails if another run began this very moment.
  const ledger = Ledger.create(layout.stateFile, {
    version: 1,
    bootId: readBootId(),
    runner,
    isKept: false,
    root: layout.root,
    link: network.link,
    cgroup: layout.cgroup,
    mountPoints: [],
    settings: {},
    processes: [],
  });
  return { ledger, isReused: false };
}

/** The facts of a kept cluster, for this run's engine. */
async function readFacts({ layout }: OwnRun, { engine }: RunRequest): Promise<E2eFacts> {
  const facts = JSON.parse(await readFile(layout.factsFile, 'utf8')) as E2eFacts;
  const mine = { ...facts, engine };
  await writeFile(layout.factsFile, JSON.stringify(mine, undefined, 2));
  return mine;
}

async function runAll(options: ClusterOptions, scenarios: readonly string[]): Promise<Tally> {
  const { ledger, layout, progress, signal } = options;
  return progress.phase('scenarios', async () =>
    runScenarios(scenarios, layout, async (command, environment) =>
      runProcess(ledger, { name: 'scenarios', command, environment }, signal),
    ),
  );
}

async function cleanUp({ progress }: OwnRun, janitor: Janitor): Promise<boolean> {
  return progress.phase('teardown', async () => janitor.cleanUp());
}

async function showLogs({ layout }: OwnRun): Promise<void> {
  await saveLogs(layout, LOGS);
  console.error(`The logs are in ${LOGS}`);
}
