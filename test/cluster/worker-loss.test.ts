// Processes that die, stop answering or are left alone: what runs on them fails with a name, and whoever is left goes on.
// Only workers of the test's own cluster are killed.

import { mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { EmbeddedCluster } from '../../runtime/cli/embedded-cluster.ts';
import { systemClock } from '../../runtime/core/clock.ts';
import type { WorkerSnapshot } from '../../runtime/protocol/cluster-snapshot.ts';
import {
  endOf,
  freeSlots,
  isAlive,
  jobOf,
  resultsOf,
  runJob,
  startImpatient,
  submit,
  until,
  untilFree,
  untilRunning,
} from './harness.ts';

const FAST_HEARTBEATS = {
  MILLRACE_HEARTBEAT_INTERVAL: '100ms',
  MILLRACE_HEARTBEAT_TIMEOUT: '3s',
  MILLRACE_SLOT_REQUEST_TIMEOUT: '10s',
};

let cluster: EmbeddedCluster;
afterEach(async () => {
  for (const pid of cluster.workerPids) if (isAlive(pid)) process.kill(pid, 'SIGCONT');
  await cluster.stop();
});

function firstWorker(): WorkerSnapshot {
  const [worker] = cluster.coordinator.snapshot().workers;
  if (worker === undefined) throw new Error('there is no worker');
  return worker;
}

/** A job that goes on for ever, on all slots. */
async function startSteadyJob(parallelism: number, parameters = {}) {
  const id = await submit(cluster, 'steady', { parallelism, parameters });
  await untilRunning(cluster, id);
  return id;
}

async function expectUsable(parallelism: number): Promise<void> {
  const parameters = { count: 500, collects: true };
  const results = resultsOf(await runJob(cluster, 'steady', { parallelism, parameters }));
  expect(results).toHaveLength(500);
}

describe('a worker that is killed', () => {
  it('fails its job at once, by name, and leaves the other worker usable', async () => {
    cluster = await startImpatient(2, 1, { MILLRACE_SLOT_REQUEST_TIMEOUT: '10s' });
    const out = mkdtempSync(join(tmpdir(), 'millrace-killed-'));
    const id = await startSteadyJob(2, { out });
    await until('both subtasks write', () => readdirSync(out).length === 2);
    const { id: workerId, pid } = firstWorker();
    const killedMs = systemClock.monotonicMs();
    process.kill(pid, 'SIGKILL');
    const { status, failure } = await endOf(cluster, id);
    expect(systemClock.monotonicMs() - killedMs).toBeLessThan(5_000); // by its closed connection, not by its silence
    expect(status).toBe('FAILED');
    expect(failure?.code).toBe('WORKER_LOST');
    expect(failure?.message).toContain(workerId);
    expect(failure?.message).toContain(`pid ${pid}`);
    expect(cluster.coordinator.snapshot().workers).toHaveLength(1);
    await untilFree(cluster, 1);
    // The killed one could not remove its file, but nobody takes that for a result, and the next run sweeps it out.
    expect(readdirSync(out).map((name) => name.slice(0, 7))).toStrictEqual([
      expect.stringMatching(/^\.part-[01]$/),
    ]);
    await runJob(cluster, 'steady', { parallelism: 1, parameters: { count: 10, out } });
    expect(readdirSync(out)).toStrictEqual(['part-0-0.jsonl']);
    await expectUsable(1);
  });

  it('takes a job with it that had not begun', async () => {
    cluster = await startImpatient(1, 1, { MILLRACE_SLOT_REQUEST_TIMEOUT: '10s' });
    const id = await submit(cluster, 'steady', { parallelism: 1 });
    process.kill(firstWorker().pid, 'SIGKILL');
    const { status, failure } = await endOf(cluster, id);
    expect({ status, code: failure?.code }).toStrictEqual({
      status: 'FAILED',
      code: 'WORKER_LOST',
    });
  });
});

describe('a worker that stops answering', () => {
  it('is lost by its heartbeats, and takes work again once it comes back', async () => {
    cluster = await startImpatient(2, 1, FAST_HEARTBEATS);
    const id = await startSteadyJob(2);
    const { id: workerId, pid } = firstWorker();
    process.kill(pid, 'SIGSTOP');
    const { status, failure } = await endOf(cluster, id);
    expect(status).toBe('FAILED');
    expect(failure?.code).toBe('WORKER_LOST');
    expect(failure?.message).toMatch(new RegExp(`${workerId}.*no heartbeat for \\d+ ms`));
    await untilFree(cluster, 1);
    // The next job needs both: it is deployed the moment the worker is back, which still cleans up after the last one.
    const next = await submit(cluster, 'steady', {
      parallelism: 2,
      parameters: { count: 500, collects: true },
    });
    expect(jobOf(cluster, next).status).toBe('CREATED');
    process.kill(pid, 'SIGCONT');
    expect(resultsOf(await endOf(cluster, next))).toHaveLength(500);
  });
});

describe('a canceled job', () => {
  it('ends while it runs, and gives its slots back', async () => {
    cluster = await startImpatient(2, 2);
    const id = await startSteadyJob(4);
    expect(freeSlots(cluster)).toBe(0);
    expect(cluster.coordinator.cancelJob(id)).toBe(true);
    expect(cluster.coordinator.cancelJob(id)).toBe(false);
    const { status, failure } = await endOf(cluster, id);
    expect({ status, failure }).toStrictEqual({ status: 'CANCELED', failure: undefined });
    expect(freeSlots(cluster)).toBe(4);
    await expectUsable(4);
  });

  it('ends while it waits for slots, and while it is being deployed', async () => {
    cluster = await startImpatient(1, 1, { MILLRACE_SLOT_REQUEST_TIMEOUT: '10s' });
    const first = await submit(cluster, 'steady', { parallelism: 1 });
    const waiting = await submit(cluster, 'steady', { parallelism: 1 });
    expect(cluster.coordinator.cancelJob(waiting)).toBe(true);
    expect((await endOf(cluster, waiting)).status).toBe('CANCELED');
    expect(jobOf(cluster, first).status).toBe('CREATED');
    expect(cluster.coordinator.cancelJob(first)).toBe(true);
    expect((await endOf(cluster, first)).status).toBe('CANCELED');
    await expectUsable(1);
  });
});

describe('a cluster that is stopped', () => {
  it('ends its workers, busy or not, and the job', async () => {
    cluster = await startImpatient(2, 1);
    const id = await startSteadyJob(2);
    const { workerPids } = cluster;
    await cluster.stop();
    expect(workerPids.filter(isAlive)).toStrictEqual([]);
    expect((await endOf(cluster, id)).status).toBe('FAILED');
  });
});

describe('workers whose coordinator is gone', () => {
  it('cancel what they ran, and clean up', async () => {
    cluster = await startImpatient(1, 1);
    const out = mkdtempSync(join(tmpdir(), 'millrace-orphan-'));
    await startSteadyJob(1, { out });
    await until('the job writes', () => readdirSync(out).length > 0);
    cluster.coordinator.stop();
    await until('the worker gives up its file', () => readdirSync(out).length === 0);
    expect(cluster.workerPids.every(isAlive)).toBe(true);
  });
});
