// `millrace run` from start to end: results, failures, interrupts, and what is left of it when it is killed.

import { mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { isAlive, jobPath, until } from '../cluster/harness.ts';
import { millrace, RunningCommand } from './command.ts';

const STEADY = jobPath('steady');
const SMALL = ['--workers', '1', '--slots', '1', '--rest-port', '0'];

const started: RunningCommand[] = [];
afterEach(async () => {
  for (const command of started.splice(0)) {
    if (isAlive(command.pid)) command.process.kill('SIGKILL');
    await command.ended;
  }
});

function start(...args: readonly string[]): RunningCommand {
  const command = new RunningCommand(args);
  started.push(command);
  return command;
}

describe('a job that finishes', () => {
  it('is summarized on stdout, with exit code 0', async () => {
    const out = mkdtempSync(join(tmpdir(), 'millrace-run-'));
    const { exitCode, stdout } = await millrace(
      ...['run', STEADY, '--count', '1000', '--out', out, '--rest-port', '0'],
    );
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^Job steady FINISHED after .*Records read +1,000\n.*check -> files/s);
    expect(readdirSync(out).toSorted()).toStrictEqual(
      [0, 1, 2, 3].map((part) => `part-${part}-0.jsonl`),
    );
  });
});

describe('a job that prints', () => {
  it('shows every line, to the last', async () => {
    const { exitCode, stdout } = await millrace(
      'run',
      jobPath('printed'),
      '--records',
      '5000',
      ...SMALL,
    );
    expect(exitCode).toBe(0);
    const printed = stdout.slice(0, stdout.indexOf('Job printed FINISHED')).trimEnd().split('\n');
    expect(printed).toStrictEqual(Array.from({ length: 5_000 }, (_, index) => String(index + 1)));
  });
});

describe('a job that fails', () => {
  it('says where, with which record and in which line of the job, with exit code 1', async () => {
    const { exitCode, stdout, stderr } = await millrace(
      ...['run', STEADY, '--count', '100', '--fail-at', '50', ...SMALL],
    );
    expect({ exitCode, stdout }).toStrictEqual({ exitCode: 1, stdout: '' });
    expect(stderr).toMatch(/^steady failed \(USER_FUNCTION_FAILED\): .*no luck with 50$/m);
    expect(stderr).toMatch(/^ {2}operator +check$/m);
    expect(stderr).toMatch(/^ {2}record +\{ index: 50 \}$/m);
    expect(stderr).toMatch(/^ +at .*steady\.ts:\d+:\d+$/m);
  });
});

describe('a cluster that does not come up', () => {
  it('is given up at once, with what the worker said', async () => {
    const environment = { TASK_MANAGER_OPTS: '--no-such-flag' };
    const { exitCode, stderr } = await new RunningCommand(['run', STEADY, ...SMALL], environment)
      .ended;
    const lines = stderr.trimEnd().split('\n');
    expect(exitCode).toBe(1);
    expect(lines).toHaveLength(2);
    expect(lines[0]).toMatch(/^error: .*TASK_MANAGER_OPTS="--no-such-flag".*Leave out/);
    expect(lines[1]).toMatch(
      /^error: A worker ended before the job could start \(process \d+, exit code 2/,
    );
  });
});

describe('an interrupt', () => {
  it('cancels the job and ends every process, with exit code 130', async () => {
    const out = mkdtempSync(join(tmpdir(), 'millrace-interrupt-'));
    const endless = ['--count', '1000000', '--records-per-second', '100'];
    const command = start('run', STEADY, ...endless, '--out', out, '--rest-port', '0');
    const workers = await command.workers(2);
    await until('the job writes', () => readdirSync(out).length > 0);
    command.process.kill('SIGINT');
    const { exitCode, stderr } = await command.ended;
    expect(exitCode).toBe(130);
    expect(stderr).toMatch(/^steady was canceled\.$/m);
    expect(workers.filter(isAlive)).toStrictEqual([]);
    expect(readdirSync(out)).toStrictEqual([]);
  });

  it('lets an unbounded job finish with what it has read', async () => {
    const out = mkdtempSync(join(tmpdir(), 'millrace-stop-'));
    const command = start('run', STEADY, '--records-per-second', '100', '--out', out, ...SMALL);
    await command.pageUrl();
    await until('the job writes', () => readdirSync(out).length > 0);
    command.process.kill('SIGINT');
    const { exitCode, stdout } = await command.ended;
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^Job steady FINISHED/);
    expect(readdirSync(out)).toStrictEqual(['part-0-0.jsonl']);
  });
});

describe('--keep', () => {
  it('answers requests after the job has finished, until it is interrupted', async () => {
    const command = start('run', STEADY, '--count', '10', '--keep', ...SMALL);
    const url = await until(
      'the cluster stays up',
      () => /the cluster stays up: (http:\S+)/.exec(command.stderr)?.[1],
    );
    const response = await fetch(new URL('jobs/overview', url));
    const { jobs } = (await response.json()) as { jobs: { name: string; state: string }[] };
    expect(jobs).toMatchObject([{ name: 'steady', state: 'FINISHED' }]);
    const workers = await command.workers(1);
    command.process.kill('SIGINT');
    expect((await command.ended).exitCode).toBe(0);
    expect(workers.filter(isAlive)).toStrictEqual([]);
  });
});

describe('a command that is killed', () => {
  it('leaves no worker behind, once the job runs', async () => {
    const command = start('run', STEADY, '--rest-port', '0');
    const workers = await command.workers(2);
    await command.pageUrl();
    command.process.kill('SIGKILL');
    await until('the workers are gone', () => !workers.some(isAlive));
  });

  it('leaves no worker behind, at its very start', async () => {
    const command = start('run', STEADY, '--rest-port', '0');
    const workers = await command.workers(2);
    command.process.kill('SIGKILL');
    await until('the workers are gone', () => !workers.some(isAlive));
  });
});
