// The plan of a stack's job: what the stack decides first, then the engine's lines; what the engine refuses is bad config.

import { describe, expect, it } from 'vitest';
import { parseStackConfig, StackConfigError } from '../../infra/config.ts';
import { renderEnvironments } from '../../infra/engine-settings.ts';
import { planJob } from '../../infra/job-plan.ts';
import type { DescribeJob } from '../../infra/job-plan.ts';
import type { StackConfig } from '../../infra/stack-schema.ts';
import { EngineError, describeJob } from '../../runtime/deployment.ts';

const image = { source: 'prebuilt', reference: 'example/engine:1' };

function config(job: Record<string, unknown>, workers: Record<string, unknown> = {}): StackConfig {
  const sections = { image, workers, job: { name: 'clicks', ...job } };
  return parseStackConfig({ sections, encryptedSections: new Set() });
}

const describeClicks: DescribeJob = (name, parameters, { parallelism }) =>
  Promise.resolve({
    lines: [`source ${name} x${parallelism}`, `sink ${String(parameters['to'])}`],
    hash: 'cafe',
    slotsNeeded: parallelism,
    parallelismMax: parallelism,
  });

describe('planJob', () => {
  it('puts the decisions of the stack before the lines of the engine', async () => {
    const job = { parameters: { to: 'files', from: 1 }, parallelism: 2 };
    expect(await planJob(config(job), describeClicks)).toEqual({
      lines: [
        'job clicks',
        'parallelism 2',
        'upgrade stateless',
        'parameter from = 1',
        'parameter to = "files"',
        'source clicks x2',
        'sink files',
      ],
      hash: 'cafe',
    });
  });

  it('plans in the mode of the stack, and says so when it is batch', async () => {
    const job = { name: 'test/golden/jobs/guide-hello.ts' };
    const streaming = await planJob(config(job), describeJob);
    const batch = await planJob(config({ ...job, mode: 'batch' }), describeJob);
    expect(batch.lines).toContain('mode batch');
    expect(batch.lines.filter((line) => !line.startsWith('mode'))).toEqual(streaming.lines);
    expect(batch.hash).not.toBe(streaming.hash);
  });

  it('gives the mode to the coordinator', () => {
    const { coordinator, worker } = renderEnvironments(config({ mode: 'batch' }));
    expect(coordinator).toMatchObject({ MILLRACE_MODE: 'batch' });
    expect(worker).not.toHaveProperty('MILLRACE_MODE');
  });

  it('plans with all slots of the smallest cluster when no parallelism is set', async () => {
    const plan = await planJob(config({}, { replicas: 3, slots: 2 }), describeClicks);
    expect(plan.lines).toContain('parallelism 6');
    expect(plan.lines).toContain('source clicks x6');
  });

  it('I1: refuses an operator that needs more slots than there are', async () => {
    const wide: DescribeJob = async (...asked) => ({
      ...(await describeClicks(...asked)),
      slotsNeeded: 8,
    });
    await expect(planJob(config({}, { replicas: 2 }), wide)).rejects.toThrow(
      'job.name = "clicks": its operators need 8 slots, but 2 workers x 2 slots = 4',
    );
  });

  it('I1: counts the slots of the smallest cluster that an autoscaler may leave', async () => {
    const autoscaling = { mode: 'hpa', minReplicas: 1, maxReplicas: 4 };
    const sections = { image, autoscaling, job: { name: 'clicks' } };
    const scaled = parseStackConfig({ sections, encryptedSections: new Set() });
    const wide: DescribeJob = async (...asked) => ({
      ...(await describeClicks(...asked)),
      slotsNeeded: 3,
    });
    await expect(planJob(scaled, wide)).rejects.toThrow('need 3 slots, but 1 workers x 2 slots');
  });

  it.each([
    ['PARAMETERS_INVALID', 'job.parameters'],
    ['JOB_NOT_FOUND', 'job.name'],
  ] as const)('I1: reports %s of the engine at %s', async (code, path) => {
    const refusing: DescribeJob = () =>
      Promise.reject(new EngineError(code, 'threshold is missing'));
    const error: unknown = await planJob(config({}), refusing).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(StackConfigError);
    expect((error as StackConfigError).problems).toMatchObject([
      { path, rule: expect.stringMatching(/^threshold is missing/) as string },
    ]);
  });

  it('loads a job by its path from the root of the project', async () => {
    const orders = config({ name: 'test/golden/jobs/guide-hello.ts' });
    const plan = await planJob(orders, describeJob);
    expect(plan.lines[0]).toBe('job test/golden/jobs/guide-hello.ts');
    expect(plan.lines.length).toBeGreaterThan(3);
    expect(plan.hash).not.toBe('');
  });

  it('says where a job that is missing is looked for', async () => {
    const missing = planJob(config({ name: 'jobs/orders.ts' }), describeJob);
    await expect(missing).rejects.toThrow(
      /job\.name = "jobs\/orders\.ts": There is no job module at .*\/jobs\/orders\.ts: give the path/,
    );
    await expect(missing).rejects.toThrow('the pods from the same path in the image');
  });

  it('passes on what is no mistake of the user', async () => {
    const broken: DescribeJob = () => Promise.reject(new Error('disk on fire'));
    await expect(planJob(config({}), broken)).rejects.toThrow(/^disk on fire$/);
  });
});
