// Records per processor second of the whole cluster, and per second of the clock.

import { fileURLToPath } from 'node:url';
import { invariant } from '../../runtime/core/invariant.ts';
import { startCluster } from '../support/embedded.ts';
import { cpuSecondsOf, peakResidentBytesOf } from './cpu-time.ts';
import { describeSpread, type Figure } from './figures.ts';

const KEYED_COUNT = new URL('./jobs/keyed-count.ts', import.meta.url);
const MONITORING = new URL('../../runtime/jobs/monitoring/job.ts', import.meta.url);

interface Run {
  readonly recordsPerCpuSecond: number;
  readonly recordsPerSecond: number;
  readonly peakWorkerBytes: number;
}

/** keyBy -> tumbling count over a generator of four-field records, parallelism 2 in one worker. */
export async function measureKeyedCount(rounds: number): Promise<readonly Figure[]> {
  await runKeyedCount(2_000_000, 1);
  const local: Run[] = [];
  const remote: Run[] = [];
  for (let round = 0; round < rounds; round++) {
    local.push(await runKeyedCount(20_000_000, 1));
    remote.push(await runKeyedCount(20_000_000, 2));
  }
  return [
    ...describeRuns('keyed count, 1 worker x 2 slots', local),
    ...describeRuns('keyed count, 2 workers x 1 slot (TCP)', remote),
  ];
}

function describeRuns(name: string, runs: readonly Run[]): Figure[] {
  const millions = (values: readonly number[]): number[] => values.map((value) => value / 1e6);
  return [
    {
      name: `${name}: per CPU second of the cluster`,
      spread: describeSpread(millions(runs.map((run) => run.recordsPerCpuSecond)), 'M records'),
    },
    {
      name: `${name}: per second`,
      spread: describeSpread(millions(runs.map((run) => run.recordsPerSecond)), 'M records'),
    },
    {
      name: `${name}: peak resident memory of a worker`,
      spread: describeSpread(
        runs.map((run) => run.peakWorkerBytes / 1024 ** 2),
        'MiB',
      ),
    },
  ];
}

async function runKeyedCount(records: number, workers: number): Promise<Run> {
  const cluster = await startCluster({ workers, slots: 2 / workers });
  try {
    const pids = [process.pid, ...cluster.workerPids];
    const cpuBefore = pids.map(cpuSecondsOf);
    const id = await cluster.coordinator.submit({
      module: KEYED_COUNT.href,
      parameters: { records },
      parallelism: 2,
    });
    const { timestampsMs, endedMs, status } = (await cluster.coordinator.waitForEnd(id)).snapshot();
    invariant(status === 'FINISHED', `the job finished, not ${status}`);
    const cpuSeconds = pids.reduce(
      (total, pid, index) => total + cpuSecondsOf(pid) - (cpuBefore[index] ?? 0),
      0,
    );
    const seconds = ((endedMs ?? 0) - (timestampsMs.RUNNING ?? 0)) / 1000;
    return {
      recordsPerCpuSecond: records / cpuSeconds,
      recordsPerSecond: records / seconds,
      peakWorkerBytes: Math.max(...cluster.workerPids.map(peakResidentBytesOf)),
    };
  } finally {
    await cluster.stop();
  }
}

/** The monitoring job on the embedded cluster of `npm start`, without decoding and sorting the file. */
export async function measureMonitoring(rounds: number): Promise<readonly Figure[]> {
  const flightsPerSecond: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const cluster = await startCluster({ workers: 2, slots: 2 });
    try {
      const id = await cluster.coordinator.submit({
        module: MONITORING.href,
        parameters: { out: fileURLToPath(new URL('../../out/bench', import.meta.url)) },
        parallelism: 4,
      });
      const { tasks, timestampsMs, endedMs, status } = (
        await cluster.coordinator.waitForEnd(id)
      ).snapshot();
      const source = tasks[0]?.subtasks[0]?.metrics;
      invariant(status === 'FINISHED' && source !== undefined, `the job finished, not ${status}`);
      const { parquetDecodeMs = 0, parquetSortMs = 0 } = source.counters;
      const replayMs =
        (endedMs ?? 0) - (timestampsMs.RUNNING ?? 0) - parquetDecodeMs - parquetSortMs;
      flightsPerSecond.push((source.recordsIn * 1000) / replayMs);
    } finally {
      await cluster.stop();
    }
  }
  return [
    {
      name: 'monitoring, 2 workers x 2 slots, without decoding and sorting',
      spread: describeSpread(flightsPerSecond, 'flights/s'),
    },
  ];
}
