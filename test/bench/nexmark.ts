// What each query of the Nexmark suite takes, alone, generating its events included: events a second, and a processor second
// of the whole cluster, which one worker process with a slot a subtask is.

import { invariant } from '../../runtime/core/invariant.ts';
import { provideToJobs } from '../../runtime/program/provided-packages.ts';
import { startCluster } from '../support/embedded.ts';
import { cpuSecondsOf, peakResidentBytesOf } from './cpu-time.ts';

const JOB = new URL('./jobs/nexmark.ts', import.meta.url);
const PARALLELISMS = [1, 2];

/** Joins without an end keep every bid: what two million of them take. */
const WORKER_MIB = 6144;

/** Events a second of event time: bids come a hundred times as dense as in the tests, so windows and auctions hold more. */
const RATE = 10_000;

/** What is measured. */
export interface NexmarkBenchOptions {
  /** As on the command line of the job. */
  readonly query: string;
  readonly events: number;
}

interface Run {
  readonly eventsPerSecond: number;
  readonly eventsPerCpuSecond: number;
  readonly peakWorkerBytes: number;
}

/** Lines of a table, each as soon as it is measured. */
export async function* measureNexmark(options: NexmarkBenchOptions): AsyncGenerator<string> {
  const { events } = options;
  provideToJobs();
  const { selectQueries } = await import('../../runtime/jobs/nexmark/queries.ts');
  const queries = selectQueries(options.query);
  yield `${events.toLocaleString('en')} events a query, ${RATE.toLocaleString('en')} a second of event time`;
  yield lineOf(
    'query',
    PARALLELISMS.flatMap((parallelism) => [`p=${parallelism} K/s`, 'K/CPU s', 'peak MiB']),
  );
  await run('q0', 1, Math.ceil(events / 10)); // warms the file cache and the compile cache
  for (const { name } of queries) {
    const cells: string[] = [];
    for (const parallelism of PARALLELISMS) {
      const { eventsPerSecond, eventsPerCpuSecond, peakWorkerBytes } = await run(
        name,
        parallelism,
        events,
      );
      const figures = [
        eventsPerSecond / 1e3,
        eventsPerCpuSecond / 1e3,
        peakWorkerBytes / 1024 ** 2,
      ];
      cells.push(...figures.map((figure) => Math.round(figure).toLocaleString('en')));
    }
    yield lineOf(name, cells);
  }
}

function lineOf(name: string, cells: readonly string[]): string {
  return name.padEnd(6) + cells.map((cell) => cell.padStart(10)).join('');
}

async function run(query: string, parallelism: number, events: number): Promise<Run> {
  const cluster = await startCluster({
    workers: 1,
    slots: parallelism,
    environment: { TASK_MANAGER_MEMORY_MB: String(WORKER_MIB) },
  });
  try {
    const pids = [process.pid, ...cluster.workerPids];
    const cpuBefore = pids.map(cpuSecondsOf);
    const id = await cluster.coordinator.submit({
      module: JOB.href,
      parameters: { query, events, rate: RATE },
      parallelism,
    });
    const { timestampsMs, endedMs, status } = (await cluster.coordinator.waitForEnd(id)).snapshot();
    invariant(status === 'FINISHED', `${query} finished, not ${status}`);
    const cpuSeconds = pids.reduce(
      (total, pid, index) => total + cpuSecondsOf(pid) - (cpuBefore[index] ?? 0),
      0,
    );
    const seconds = ((endedMs ?? 0) - (timestampsMs.RUNNING ?? 0)) / 1000;
    return {
      eventsPerSecond: events / seconds,
      eventsPerCpuSecond: events / cpuSeconds,
      peakWorkerBytes: Math.max(...cluster.workerPids.map(peakResidentBytesOf)),
    };
  } finally {
    await cluster.stop();
  }
}
