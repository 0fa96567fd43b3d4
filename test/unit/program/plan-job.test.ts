// program/plan-job.ts and program/load-job.ts: from a job's definition or name to its plan.

import { resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';

import { durationMs, defineJob, type JobDefinition } from '../../../runtime/api/job.ts';
import { fromSequence } from '../../../runtime/connectors/collection/spec.ts';
import { discard } from '../../../runtime/connectors/discard/spec.ts';
import { EngineError } from '../../../runtime/core/errors.ts';
import { listJobs, loadJob, resolveJobModule } from '../../../runtime/program/load-job.ts';
import { planJob } from '../../../runtime/program/plan-job.ts';

const schema = z.object({ to: z.number().default(5), every: durationMs().default(10) });
const job = defineJob({
  name: 'numbers',
  parameters: schema,
  build: (env, { to }) => {
    env.from(fromSequence(1, to)).to(discard());
  },
}) as unknown as JobDefinition;

const build = (change: () => void): JobDefinition => ({ ...job, build: change });

describe('planning a job', () => {
  it('fills in its parameters, which are part of the plan', () => {
    const planned = planJob(job, { every: '2s' }, { parallelism: 3 });
    expect(planned.parameters).toStrictEqual({ to: 5, every: 2000 });
    expect(planned.plan.tasks[0]?.parallelism).toBe(3);
    expect(planJob(job, { to: 5, every: 2000 }, { parallelism: 3 }).plan.hash).toBe(
      planned.plan.hash,
    );
    expect(planJob(job, { every: '3s' }, { parallelism: 3 }).plan.hash).not.toBe(planned.plan.hash);
  });

  it('tells every wrong parameter at once', () => {
    expect(() => planJob(job, { to: 'x', every: 'soon', typo: 1 }, { parallelism: 1 })).toThrow(
      /^The parameters of numbers are not valid:\s+- to: .*\n {2}- every: .*\n {2}- parameters: .*typo/,
    );
  });

  it('says that build() failed, and passes on what it refused itself', () => {
    const failing = build(() => {
      throw new TypeError('x is undefined');
    });
    expect(() => planJob(failing, {}, { parallelism: 1 })).toThrow(
      'build() of numbers failed: x is undefined',
    );
    const refusing = build(() => {
      throw new EngineError('INPUT_NOT_FOUND', 'no such file');
    });
    expect(() => planJob(refusing, {}, { parallelism: 1 })).toThrow(
      expect.objectContaining({ code: 'INPUT_NOT_FOUND' }),
    );
  });
});

describe('finding a job', () => {
  it('goes by name among those that come with the engine', async () => {
    expect(listJobs(undefined)).toContain('monitoring');
    const loaded = await loadJob(resolveJobModule('monitoring', undefined));
    expect(loaded.name).toBe('monitoring');
  });

  it('goes by path from the working directory, with or without the ending', () => {
    const { href } = pathToFileURL(resolve('runtime/jobs/monitoring/job.ts'));
    const paths = [
      'runtime/jobs/monitoring',
      'runtime/jobs/monitoring/job.ts',
      fileURLToPath(href),
    ];
    for (const path of paths) expect(resolveJobModule(path, undefined)).toBe(href);
  });

  it.each(['no-such-job', 'no/such/job', './no/such/job.ts'])(
    'says where %s was looked for',
    (name) => {
      expect(() => resolveJobModule(name, undefined)).toThrow(
        expect.objectContaining({ code: 'JOB_NOT_FOUND' }),
      );
    },
  );

  it('refuses a module without a job', async () => {
    await expect(
      loadJob(new URL(import.meta.url.replace('plan-job.test', 'nothing')).href),
    ).rejects.toThrow(expect.objectContaining({ code: 'JOB_INVALID' }));
    const notAJob = new URL('../../../runtime/core/turn.ts', import.meta.url).href;
    await expect(loadJob(notAJob)).rejects.toThrow('has no job as its default export');
  });
});
