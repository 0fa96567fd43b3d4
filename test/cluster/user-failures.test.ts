// What a job does wrong: it fails with what, where, which record and the stack of its own function, and the cluster goes on
// with the next job.

import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EmbeddedCluster } from '../../runtime/cli/embedded-cluster.ts';
import { PLACES, type Place } from '../golden/jobs/failing.ts';
import { jobPath, resultsOf, runJob, startImpatient, submit, untilFree } from './harness.ts';

const SLOTS = 2;
const AT = 42;

let cluster: EmbeddedCluster;
beforeAll(async () => {
  cluster = await startImpatient(2, 1, {
    TASK_MANAGER_HEAP_MEMORY_MB: '32',
    TASK_MANAGER_MEMORY_MB: '256',
  });
});
afterAll(() => cluster.stop());

/** The operator that a failure is told of: functions of the source are the source's, all others are the suspect's. */
function operatorOf(place: Place): string {
  const isSource =
    place.startsWith('source') || ['timestamp', 'watermark generator'].includes(place);
  return isSource || place === 'key' || place === 'partitioner' ? 'items' : 'suspect';
}

describe('a function that throws', () => {
  it.each(PLACES)('%s', async (place) => {
    const parameters = { place, at: AT, out: mkdtempSync(join(tmpdir(), 'millrace-failing-')) };
    const execution = await runJob(cluster, 'failing', { parallelism: 2, parameters });
    expect(execution.status).toBe('FAILED');
    const { code, message, stack, details } = execution.failure ?? {};
    expect({ code, message }).toStrictEqual({
      code: 'USER_FUNCTION_FAILED',
      message: expect.stringContaining('out of luck') as string,
    });
    expect(stack).toContain(jobPath('failing'));
    expect(stack).toContain('boom');
    expect(details).toMatchObject({ operator: operatorOf(place), uid: operatorOf(place) });
    expect(details?.['subtask']).toMatch(/^[12] of 2$/);
    if (place === 'window create') return; // fails with whatever comes first
    // A source has no record yet, but says which one it was making.
    expect(details?.['record'] ?? message).toContain(String(AT));
  });
});

describe('a job that cannot run', () => {
  it('is refused when its module cannot be loaded', async () => {
    await expect(submit(cluster, 'there-is-none')).rejects.toMatchObject({
      code: 'JOB_INVALID',
      message: expect.stringContaining('there-is-none.ts cannot be loaded') as string,
    });
  });

  it('fails when a worker cannot load its module', async () => {
    const { status, failure } = await runJob(cluster, 'unloadable', { parallelism: 2 });
    expect(status).toBe('FAILED');
    expect(failure).toMatchObject({
      code: 'JOB_INVALID',
      message: expect.stringContaining(
        'the library this job needs is not installed here',
      ) as string,
    });
  });

  it('fails when processes describe it differently', async () => {
    const { status, failure } = await runJob(cluster, 'unlike', { parallelism: 2 });
    expect(status).toBe('FAILED');
    expect(failure).toMatchObject({
      code: 'PLAN_MISMATCH',
      message: expect.stringContaining(
        'let build() depend on nothing but its parameters',
      ) as string,
    });
  });

  it('fails when there are too few slots for too long', async () => {
    const execution = await runJob(cluster, 'steady', { parallelism: 3, parameters: { count: 1 } });
    expect(execution.status).toBe('FAILED');
    expect(execution.failure).toMatchObject({
      code: 'SLOTS_INSUFFICIENT',
      message: expect.stringMatching(/^The job needs 3 slots, 2 free after 200 ms: /) as string,
    });
  });
});

describe('too much for a slot', () => {
  it('ends the job, not the worker', async () => {
    const before = cluster.coordinator.snapshot().workers.map(({ pid }) => pid);
    const { status, failure } = await runJob(cluster, 'hog', { parallelism: 1 });
    expect(status).toBe('FAILED');
    expect(failure).toMatchObject({
      code: 'MEMORY_EXCEEDED',
      message: expect.stringContaining('raise TASK_MANAGER_HEAP_MEMORY_MB') as string,
    });
    await untilFree(cluster, SLOTS);
    expect(cluster.coordinator.snapshot().workers.map(({ pid }) => pid)).toStrictEqual(before);
  });

  it('refuses results that cannot be handed back', async () => {
    const parameters = { count: 200_000, collects: true };
    const { status, failure } = await runJob(cluster, 'steady', { parallelism: 2, parameters });
    expect(status).toBe('FAILED');
    expect(failure).toMatchObject({
      code: 'MEMORY_EXCEEDED',
      message: expect.stringContaining('raise MILLRACE_COLLECT_ROWS_MAX') as string,
    });
  });
});

describe('after all that', () => {
  it('runs the next job', async () => {
    await untilFree(cluster, SLOTS);
    const parameters = { count: 1_000, collects: true };
    const results = resultsOf(await runJob(cluster, 'steady', { parallelism: 2, parameters }));
    expect(results).toHaveLength(1_000);
  });
});
