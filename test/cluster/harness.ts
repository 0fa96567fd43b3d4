// What the tests of whole clusters share: running a job on a cluster that is up, and waiting for something to become true
// of it. Nothing here sleeps for a fixed time: a condition is looked at again in each turn, up to a deadline.

import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { loadSettings } from '../../runtime/config/load.ts';
import { systemClock } from '../../runtime/core/clock.ts';
import { EmbeddedCluster } from '../../runtime/cli/embedded-cluster.ts';
import type { JobExecution } from '../../runtime/coordinator/job-execution.ts';
import type { ExecutionMode } from '../../runtime/core/execution-mode.ts';
import type { JobId } from '../../runtime/core/ids.ts';
import { silentLog } from '../../runtime/core/log.ts';
import type { JobSnapshot } from '../../runtime/protocol/cluster-snapshot.ts';
import { testJob } from '../support/embedded.ts';

const LOOK_AGAIN_MS = 5;

/** How long a condition may take on a machine that is busy with other things. */
const DEADLINE_MS = 20_000;

export interface RunOptions {
  readonly parallelism?: number;
  readonly mode?: ExecutionMode;
  readonly parameters?: Readonly<Record<string, unknown>>;
}

/** Submits a job of `test/golden/jobs/`. */
export function submit(
  cluster: EmbeddedCluster,
  job: string,
  { parallelism = 1, parameters = {}, mode }: RunOptions = {},
): Promise<JobId> {
  return cluster.coordinator.submit({ module: testJob(job).href, parameters, parallelism, mode });
}

/** Runs a job of `test/golden/jobs/` to its end, whatever that is. */
export async function runJob(
  cluster: EmbeddedCluster,
  job: string,
  options: RunOptions = {},
): Promise<JobExecution> {
  return endOf(cluster, await submit(cluster, job, options));
}

/** The end of a job; fails with where the job was when it does not come. */
export async function endOf(
  cluster: EmbeddedCluster,
  id: JobId,
  deadlineMs = DEADLINE_MS,
): Promise<JobExecution> {
  const late = new Promise<undefined>((resolve) => {
    systemClock.after(deadlineMs, () => {
      resolve(undefined);
    });
  });
  const ended = await Promise.race([cluster.coordinator.waitForEnd(id), late]);
  if (ended !== undefined) return ended;
  throw new Error(`no end after ${deadlineMs} ms: ${describeJob(jobOf(cluster, id))}`);
}

/** What a job handed over that finished; fails with the job's own failure if it did not. */
export function resultsOf(execution: JobExecution): readonly unknown[] {
  if (execution.status === 'FINISHED') return execution.collected;
  const { failure } = execution;
  throw new Error(`${execution.status}: ${failure?.code ?? ''} ${failure?.message ?? ''}`);
}

/** The snapshot of one job. */
export function jobOf(cluster: EmbeddedCluster, id: JobId): JobSnapshot {
  const found = cluster.coordinator.snapshot().jobs.find((job) => job.id === id);
  if (found === undefined) throw new Error(`there is no job ${id}`);
  return found;
}

/** Resolves with what `look` finds, once it finds something. */
export async function until<Found>(
  what: string,
  look: () => Found | undefined | false,
  deadlineMs = DEADLINE_MS,
): Promise<Found> {
  const endMs = systemClock.monotonicMs() + deadlineMs;
  for (;;) {
    const found = look();
    if (found !== undefined && found !== false) return found;
    if (systemClock.monotonicMs() > endMs) throw new Error(`not within ${deadlineMs} ms: ${what}`);
    await new Promise<void>((resolve) => {
      systemClock.after(LOOK_AGAIN_MS, resolve);
    });
  }
}

/** Resolves once every subtask of the job runs. */
export async function untilRunning(cluster: EmbeddedCluster, id: JobId): Promise<void> {
  await until('the job runs', () => jobOf(cluster, id).status === 'RUNNING');
}

/** Resolves once a cluster has all its slots back. */
export async function untilFree(cluster: EmbeddedCluster, slots: number): Promise<void> {
  await until(`${slots} slots are free`, () => freeSlots(cluster) === slots);
}

/** Slots that no job holds. */
export function freeSlots(cluster: EmbeddedCluster): number {
  const { workers } = cluster.coordinator.snapshot();
  return workers.reduce((total, worker) => total + worker.freeSlots, 0);
}

/** False once a process has ended, whether or not its parent has taken note of that. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  const statPath = `/proc/${pid}/stat`;
  if (!existsSync(statPath)) return !existsSync('/proc/self/stat');
  return !/\) Z /.test(readFileSync(statPath, 'utf8'));
}

/** Equal numbers of equal records give equal lists, whatever their order. */
export function sorted(records: readonly unknown[]): readonly string[] {
  return records.map((record) => JSON.stringify(record)).toSorted();
}

/** The path of a job of `test/golden/jobs/`. */
export function jobPath(name: string): string {
  return fileURLToPath(testJob(name));
}

function describeJob({ status, tasks }: JobSnapshot): string {
  const lines = tasks.flatMap(({ name, subtasks }) =>
    subtasks.map(({ index, status: own, metrics }) => {
      const { recordsIn, recordsOut } = metrics;
      return `${name} ${index}: ${own}, ${recordsIn} in, ${recordsOut} out`;
    }),
  );
  return [status, ...lines].join('\n  ');
}

/** A cluster whose jobs wait for slots so briefly that its own start may not be bound by that. */
export async function startImpatient(
  workers: number,
  slots: number,
  environment: Readonly<Record<string, string>> = {},
): Promise<EmbeddedCluster> {
  const cluster = await EmbeddedCluster.start({
    workers,
    settings: loadSettings({
      TASK_MANAGER_NUMBER_TASK_SLOTS: String(slots),
      MILLRACE_LOG_LEVEL: 'error',
      MILLRACE_SLOT_REQUEST_TIMEOUT: '200ms',
      ...environment,
    }),
    log: silentLog,
    onOutput: (_, text) => process.stderr.write(text),
  });
  await untilFree(cluster, workers * slots);
  return cluster;
}
