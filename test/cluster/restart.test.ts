// What a cluster of pods does when pods come and go: jobs begin again, never twice at a time, and end right; what a person
// must mend is not repeated. Every process is one of the test's own.

import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { JobSnapshot } from '../../runtime/protocol/cluster-snapshot.ts';
import type { RunningCommand } from '../cli/command.ts';
import { jobPath, until } from './harness.ts';
import { Pods } from './pods.ts';

const COUNT = 3_000;
const BOUNDED = { count: COUNT, recordsPerSecond: 1_000 };
const ENDLESS = { recordsPerSecond: 100 };
const TEST_TIMEOUT_MS = 90_000;

let pods: Pods;
afterEach(() => pods.end());

async function prepare(
  parameters: object,
  environment: Readonly<Record<string, string>> = {},
): Promise<string> {
  const out = mkdtempSync(join(tmpdir(), 'millrace-restart-'));
  pods = await Pods.prepare({
    JOB_NAME: jobPath('steady'),
    MILLRACE_JOB_PARAMETERS: JSON.stringify({ out, ...parameters }),
    MILLRACE_RESTART_DELAY: '100ms',
    ...environment,
  });
  return out;
}

/** The process of the worker that runs the job's only subtask. */
async function workerOf(job: JobSnapshot, workers: readonly RunningCommand[]) {
  const id = job.tasks[0]?.subtasks[0]?.workerId;
  const pid = await pods.until('its worker', (snapshot) => {
    return snapshot.workers.find((worker) => worker.id === id)?.pid;
  });
  return workers.find((worker) => worker.pid === pid)!;
}

/** Every number once, whichever subtask wrote it. */
function expectAnswer(out: string): void {
  const lines = readdirSync(out).flatMap((name) => {
    expect(name).toMatch(/^part-\d+-0\.jsonl$/);
    return readFileSync(join(out, name), 'utf8').trimEnd().split('\n');
  });
  const numbers = lines.map((line) => (JSON.parse(line) as { index: number }).index);
  expect(numbers.toSorted((left, right) => left - right)).toEqual(
    Array.from({ length: COUNT }, (_, index) => index),
  );
}

describe('a job that loses a worker', { timeout: TEST_TIMEOUT_MS }, () => {
  it('begins again on the workers that are left, and ends with the right answer', async () => {
    const out = await prepare(BOUNDED);
    const coordinator = pods.start('coordinator');
    const workers = [pods.start('worker'), pods.start('worker')];
    await pods.untilWorkers(2);
    const running = await pods.untilJob(1, 'RUNNING');
    const killedMs = Date.now();
    (await workerOf(running, workers)).process.kill('SIGKILL');
    const failed = await pods.untilJob(1, 'FAILED');
    expect(failed.failures.at(-1)?.error.code).toBe('WORKER_LOST');
    expect(failed.endedMs! - killedMs).toBeLessThan(5_000); // by its closed connection, not by its silence
    const { startedMs } = await pods.untilJob(2, 'FINISHED');
    expect(startedMs).toBeGreaterThanOrEqual(failed.endedMs!);
    expectAnswer(out);
    expect(coordinator.stderr).toMatch(
      /"code":"WORKER_LOST","reason":"worker-.*"nextAttempt":2,.*"startsAt":".*run again/,
    );
    coordinator.process.kill('SIGTERM');
    expect((await coordinator.ended).exitCode).toBe(0);
  });

  it('waits for another when too few are left, and says so', async () => {
    const slow = { MILLRACE_PARALLELISM: '2', MILLRACE_DRAIN_TIMEOUT: '300ms' };
    await prepare(ENDLESS, slow);
    pods.start('coordinator');
    const leaving = pods.start('worker');
    pods.start('worker');
    await pods.untilJob(1, 'RUNNING');
    leaving.process.kill('SIGTERM');
    await pods.until('it drains', ({ workers }) =>
      workers.some(({ isDraining, freeSlots }) => isDraining && freeSlots === 0),
    );
    const { exitCode, stderr } = await leaving.ended;
    expect(exitCode).toBe(0);
    expect(stderr).toMatch(/"jobs":"steady [0-9a-f]{32}".*waiting for the jobs that run here/);
    expect(stderr).toContain('leaving jobs that have not ended in time');
    const failed = await pods.untilJob(1, 'FAILED');
    expect(failed.failures.at(-1)?.error.message).toContain('it was told to stop, and has');
    const waiting = await pods.until('attempt 2 waits', ({ jobs }) =>
      jobs.find(({ attempt, waitingFor }) => attempt === 2 && waitingFor?.startsWith('slots')),
    );
    expect(waiting.waitingFor).toBe('slots: it needs 2, 1 free');
    pods.start('worker');
    await pods.untilJob(2, 'RUNNING');
  });

  it('tries anew when slots do not come in time', async () => {
    await prepare(BOUNDED, { MILLRACE_SLOT_REQUEST_TIMEOUT: '200ms' });
    pods.start('coordinator');
    const { failures } = await pods.untilJob(2, 'FAILED');
    expect(failures.at(-1)?.error.code).toBe('SLOTS_INSUFFICIENT');
    pods.start('worker');
    await pods.until('it runs', ({ jobs }) => jobs.some(({ status }) => status === 'RUNNING'));
  });

  it('can be canceled in the pause, and is not run again then', async () => {
    await prepare(ENDLESS, { MILLRACE_RESTART_DELAY: '1m' });
    const coordinator = pods.start('coordinator');
    const worker = pods.start('worker');
    await pods.untilJob(1, 'RUNNING');
    worker.process.kill('SIGKILL');
    const { id, waitingFor } = await pods.untilJob(2, 'CREATED');
    expect(waitingFor).toMatch(/^the pause before attempt 2, until \d{4}-/);
    expect(await pods.cancel(id)).toBe(202);
    await pods.untilJob(2, 'CANCELED');
    await until('it is told', () => coordinator.stderr.includes('the job was canceled'));
  });
});

describe('a job with a mistake', { timeout: TEST_TIMEOUT_MS }, () => {
  it('fails for good, and the coordinator stays up to show it', async () => {
    await prepare({ ...BOUNDED, failAt: 5 });
    const coordinator = pods.start('coordinator');
    pods.start('worker');
    const { failures } = await pods.untilJob(1, 'FAILED');
    expect(failures.at(-1)?.error.code).toBe('USER_FUNCTION_FAILED');
    await until('it is told', () => coordinator.stderr.includes('is not run again'));
    expect(await pods.until('the jobs', ({ jobs }) => jobs.length)).toBe(1);
  });

  it('ends the coordinator with the reason, when it cannot even be planned', async () => {
    await prepare({ count: 'many' });
    const { exitCode, stderr } = await pods.start('coordinator').ended;
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/^error: The parameters of steady are not valid: count: .*\n$/);
  });
});

describe('a coordinator that is killed', { timeout: TEST_TIMEOUT_MS }, () => {
  it('is replaced by another one, which gets the workers and runs the job', async () => {
    const out = await prepare(BOUNDED, { MILLRACE_PARALLELISM: '2' });
    const first = pods.start('coordinator');
    const workers = [pods.start('worker'), pods.start('worker')];
    await pods.untilJob(1, 'RUNNING');
    first.process.kill('SIGKILL');
    await first.ended;
    const lost = 'the coordinator is lost';
    await until('the workers notice', () => workers.every(({ stderr }) => stderr.includes(lost)));
    const second = pods.start('coordinator');
    await until('it listens', () => second.stderr.includes('REST server listening'));
    await pods.untilWorkers(2);
    await pods.untilJob(1, 'FINISHED');
    expectAnswer(out);
  });
});

describe('a coordinator that stops answering', { timeout: TEST_TIMEOUT_MS }, () => {
  it('is given up by its workers before it gives them up, and taken back when it returns', async () => {
    const out = await prepare(ENDLESS, {
      MILLRACE_HEARTBEAT_INTERVAL: '100ms',
      // Long enough that a busy machine, which stops nobody, is not taken for a stopped process.
      MILLRACE_HEARTBEAT_TIMEOUT: '4s',
    });
    const coordinator = pods.start('coordinator');
    const worker = pods.start('worker');
    await pods.untilJob(1, 'RUNNING');
    await until('it writes', () => readdirSync(out).length > 0);
    coordinator.process.kill('SIGSTOP');
    await until('the worker gives up', () => worker.stderr.includes('it said nothing for 3000 ms'));
    await until('its file is gone', () => readdirSync(out).length === 0);
    coordinator.process.kill('SIGCONT');
    await pods.untilJob(1, 'FAILED');
    await pods.untilJob(2, 'RUNNING');
  });
});

describe('a worker that drains', { timeout: TEST_TIMEOUT_MS }, () => {
  it('ends at once when it is told a second time', async () => {
    await prepare(ENDLESS, { MILLRACE_DRAIN_TIMEOUT: '10m' });
    pods.start('coordinator');
    const worker = pods.start('worker');
    await pods.untilJob(1, 'RUNNING');
    worker.process.kill('SIGTERM');
    await until('it drains', () => worker.stderr.includes('told to stop'));
    worker.process.kill('SIGTERM');
    expect((await worker.ended).exitCode).toBe(143);
  });
});
