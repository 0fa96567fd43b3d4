// How records flow through real threads and sockets: a slow consumer holds its source back within bounded memory, and a
// silent source holds event time back unless it may be idle.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EmbeddedCluster } from '../../runtime/cli/embedded-cluster.ts';
import type { JobExecution } from '../../runtime/coordinator/job-execution.ts';
import type { JobSnapshot, SubtaskMetrics } from '../../runtime/protocol/cluster-snapshot.ts';
import { WINDOW_MS } from '../golden/jobs/idle-input.ts';
import { startCluster } from '../support/embedded.ts';
import { endOf, jobOf, resultsOf, runJob, submit, until } from './harness.ts';

const BUFFER_BYTES = 8 * 1024;
/** The engine gives a channel at most this many buffers at each of its two ends. */
const BUFFERS_MAX = 32;
const RECORD_BYTES = 1_000;
/** What a source emits before it looks whether there is room. */
const POLL_BYTES = 64 * 1024;

let cluster: EmbeddedCluster;
beforeAll(async () => {
  cluster = await startCluster({
    workers: 2,
    slots: 2,
    environment: {
      MILLRACE_BUFFER_SIZE: `${BUFFER_BYTES / 1024}KiB`,
      MILLRACE_REPORT_INTERVAL: '100ms',
      MILLRACE_HEARTBEAT_INTERVAL: '100ms',
      TASK_MANAGER_MEMORY_MB: '512',
      TASK_MANAGER_HEAP_MEMORY_MB: '128',
    },
  });
});
afterAll(() => cluster.stop());

function metricsOf(job: JobSnapshot, task: string): readonly SubtaskMetrics[] {
  const found = job.tasks.find(({ name }) => name.includes(task));
  if (found === undefined) throw new Error(`there is no task ${task}`);
  return found.subtasks.map(({ metrics }) => metrics);
}

describe('backpressure', () => {
  it('holds a fast source back, within the memory of its workers', async () => {
    const id = await submit(cluster, 'slow-sink', { parallelism: 2, parameters: { recordMs: 2 } });
    const takenOf = (job: JobSnapshot): number =>
      metricsOf(job, 'slow').reduce((total, { recordsIn }) => total + recordsIn, 0);
    const job = await until('the sink has worked for a while', () => {
      const snapshot = jobOf(cluster, id);
      const [source] = metricsOf(snapshot, 'fast');
      return takenOf(snapshot) > 500 && (source?.backpressuredMsPerSecond ?? 0) > 0 && snapshot;
    });
    const [source] = metricsOf(job, 'fast');
    expect(source?.backpressuredMsPerSecond).toBeGreaterThan(700);
    for (const slow of metricsOf(job, 'slow')) expect(slow.busyMsPerSecond).toBeGreaterThan(500);
    const channels = 2;
    const boundBytes = channels * 2 * BUFFERS_MAX * BUFFER_BYTES + 2 * POLL_BYTES;
    const reportedLater = 200; // the two tasks report at different moments
    const ahead = (source?.recordsOut ?? Infinity) - takenOf(job);
    expect(ahead).toBeGreaterThan(0);
    expect(ahead).toBeLessThan(boundBytes / RECORD_BYTES + reportedLater);
    for (const { residentBytes, memory } of cluster.coordinator.snapshot().workers) {
      expect(residentBytes).toBeGreaterThan(0);
      expect(residentBytes).toBeLessThan(memory.limitBytes);
    }
    cluster.coordinator.cancelJob(id);
    expect((await endOf(cluster, id)).status).toBe('CANCELED');
  });
});

describe('a silent source', () => {
  const busyRecords = 100_000;
  const fired = (job: JobSnapshot): number =>
    metricsOf(job, 'collect').reduce((total, { recordsIn }) => total + recordsIn, 0);
  const made = (job: JobSnapshot): number =>
    metricsOf(job, 'busy').reduce((total, { recordsOut }) => total + recordsOut, 0);

  /** Runs until `isEnough`, then gives what the job has handed over. */
  async function runUntil(
    isEnough: (job: JobSnapshot) => boolean,
    parameters: Readonly<Record<string, unknown>>,
  ): Promise<JobExecution> {
    const id = await submit(cluster, 'idle-input', { parallelism: 2, parameters });
    await until('the job has run for long enough', () => isEnough(jobOf(cluster, id)));
    cluster.coordinator.cancelJob(id);
    return endOf(cluster, id);
  }

  it('that may be idle lets windows fire', async () => {
    const { collected } = await runUntil((job) => fired(job) > 3, {
      idleAfterMs: 100,
      silentRecords: 2,
      busyRecords,
    });
    expect(collected.length).toBeGreaterThan(3);
  });

  it('that may not holds them back', async () => {
    const { collected } = await runUntil((job) => made(job) > (10 * WINDOW_MS) / 100, {
      silentRecords: 2,
      busyRecords,
    });
    expect(collected).toStrictEqual([]);
  });

  it('gives all windows at the end of the input, on time or not', async () => {
    const parameters = { silentRecords: 1, busyRecords: 60 };
    const results = resultsOf(await runJob(cluster, 'idle-input', { parallelism: 2, parameters }));
    const ticks = (results as { from: string; ticks: number }[]).reduce(
      (sum, one) => sum + one.ticks,
      0,
    );
    expect(results).toHaveLength(7);
    expect(ticks).toBe(61);
  });
});
