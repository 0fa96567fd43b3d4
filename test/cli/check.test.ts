// `millrace check`: what a deployment asks a new image before it replaces a pod.

import { describe, expect, it } from 'vitest';
import { describeJob } from '../../runtime/program/describe-job.ts';
import { jobPath } from '../cluster/harness.ts';
import { RunningCommand } from './command.ts';

const STEADY = jobPath('steady');

function check(environment: Readonly<Record<string, string>>, ...options: readonly string[]) {
  return new RunningCommand(['check', ...options], environment).ended;
}

describe('millrace check', () => {
  it('shows the plan of the job as the preview does, and takes its hash', async () => {
    const { lines, hash } = await describeJob(STEADY, { count: 5 }, { parallelism: 3 });
    const environment = {
      JOB_NAME: STEADY,
      MILLRACE_PARALLELISM: '3',
      MILLRACE_JOB_PARAMETERS: '{"count":5}',
    };
    const { exitCode, stdout, stderr } = await check(environment, '--plan-hash', hash);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout.trimEnd().split('\n')).toEqual([...lines, 'slots 3', `plan ${hash}`]);
  });

  it('refuses another plan than the one that was shown, with both hashes', async () => {
    const { hash } = await describeJob(STEADY, {}, { parallelism: 2 });
    const { exitCode, stderr } = await check({ JOB_NAME: STEADY }, '--plan-hash', hash);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/^error: This image runs another plan of .*steady\.ts .*\n$/);
    expect(stderr).toContain(`preview ${hash}.`);
    expect(stderr).toContain(`image ${(await describeJob(STEADY, {}, { parallelism: 1 })).hash}`);
  });

  it('tells everything that is wrong with the settings', async () => {
    const wrong = { MILLRACE_PARALLELISM: 'x', MILLRACE_DATA_PORT: '-1', JOB_NAME: STEADY };
    const { exitCode, stdout, stderr } = await check(wrong);
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
    expect(stderr).toMatch(/^error: 2 settings are wrong:\n.*PARALLELISM=x.*\n.*DATA_PORT=-1.*\n$/);
  });

  it.each([
    [{}, /^error: JOB_NAME is not set: name the job to check\.\n$/],
    [{ JOB_NAME: 'no-such-job' }, /^error: There is no job "no-such-job"\. Jobs: .*\n$/],
    [
      { JOB_NAME: STEADY, MILLRACE_JOB_PARAMETERS: '{"count":"x"}' },
      /^error: The parameters of steady are not valid: count: .*\n$/,
    ],
  ])('says in one line what is wrong with the job of %j', async (environment, line) => {
    const { exitCode, stderr } = await check(environment);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(line);
  });
});
