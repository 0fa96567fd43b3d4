// What a person mistypes is told in one line that says what, where and how to mend it, with exit code 2; help is help.

import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { jobPath } from '../cluster/harness.ts';
import { millrace } from './command.ts';

const STEADY = jobPath('steady');
const ANY_PORT = ['--rest-port', '0'];

const server = createServer();
let takenPort = '';
beforeAll(async () => {
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (typeof address === 'object' && address !== null) takenPort = String(address.port);
});
afterAll(() => {
  server.close();
});

const MISTAKES: readonly (readonly [string, () => readonly string[], RegExp])[] = [
  ['an unknown command', () => ['walk'], /unknown command 'walk'/],
  ['no job', () => ['run'], /Which job is to run\? Jobs: .*monitoring/],
  ['an unknown job', () => ['run', 'nothing'], /There is no job "nothing"\. Jobs: .*monitoring/],
  ['a path without a job', () => ['run', './nothing.ts'], /no job module at .*nothing\.ts: give/],
  ['a module that is no job', () => ['explain', jobPath('../expected')], /no job as its default/],
  ['an unknown option', () => ['run', STEADY, '--loud'], /"--loud" is no option .*--records-per-s/],
  ['an option without its value', () => ['run', STEADY, '--count'], /--count needs a value/],
  ['a bad number of workers', () => ['run', STEADY, '--workers', '0'], /whole number of 1 or more/],
  ['a bad port', () => ['run', STEADY, '--rest-port', '99999'], /port from 0 to 65535/],
  ['a bad size', () => ['run', STEADY, '--memory', '5'], /a size such as 512MiB/],
  ['a bad level', () => ['run', STEADY, '--log-level', 'loud'], /Allowed choices are debug, info/],
  ['a number that is none', () => ['run', STEADY, '--count', 'many'], /--count needs a number/],
  ['a switch that is neither', () => ['run', STEADY, '--collects=maybe'], /is true or false/],
  [
    'a bad parameter',
    () => ['explain', 'monitoring', '--max-out-of-orderness', 'soon'],
    /parameters of monitoring are not valid: maxOutOfOrderness: "soon" is not a duration/,
  ],
  [
    'an input that is not there',
    () => ['run', 'monitoring', '--input', 'gone.parquet', '--workers', '1', ...ANY_PORT],
    /no file matches 'gone\.parquet'/,
  ],
  [
    'more subtasks than slots',
    () => ['run', STEADY, '--parallelism', '9', ...ANY_PORT],
    /needs 9 slots .* 2 workers x 2 slots = 4: raise --workers or --slots/,
  ],
  [
    'a check that is not there',
    () => ['run', STEADY, '--check', ...ANY_PORT],
    /no check of its own/,
  ],
  [
    'a port that is taken',
    () => ['run', STEADY, '--rest-port', takenPort],
    /port \d+ .* is in use/,
  ],
];

describe('a mistake is told in one line', () => {
  it.each(MISTAKES)('%s', async (_, args, expected) => {
    const { exitCode, stdout, stderr } = await millrace(...args());
    const lines = stderr.trimEnd().split('\n');
    expect(lines).toStrictEqual([expect.stringMatching(/^error: /)]);
    expect(lines[0]).toMatch(expected);
    expect({ exitCode, stdout }).toStrictEqual({ exitCode: 2, stdout: '' });
  });
});

describe('help', () => {
  it('lists the commands, and is shown when none is given', async () => {
    const asked = await millrace('--help');
    expect(asked).toMatchObject({ exitCode: 0, stderr: '' });
    expect(asked.stdout).toMatch(/^Usage: millrace .*run \[options\].*explain .*worker/s);
    const bare = await millrace();
    expect(bare).toMatchObject({ exitCode: 2, stdout: '', stderr: asked.stdout });
  });

  it('of run lists its options and the jobs', async () => {
    const { exitCode, stdout, stderr } = await millrace('run', '--help');
    expect({ exitCode, stderr }).toStrictEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toMatch(/--memory <size> .*default: 1GiB.*--keep.*Jobs: .*monitoring/s);
  });

  it('of a job lists its parameters with their defaults', async () => {
    const { exitCode, stdout } = await millrace('run', 'monitoring', '--help');
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/--workers <count>.*Parameters of monitoring:\n/s);
    expect(stdout).toMatch(/\n {2}--max-out-of-orderness {2}how late .* \(default: "24h"\)\n/);
  });
});

describe('explain', () => {
  it('prints the plan of a job', async () => {
    const { exitCode, stdout, stderr } = await millrace(
      'explain',
      'monitoring',
      '--parallelism',
      '2',
    );
    expect({ exitCode, stderr }).toStrictEqual({ exitCode: 0, stderr: '' });
    const golden = new URL('../golden/explain/monitoring.txt', import.meta.url);
    await expect(stdout.replace(/plan [0-9a-f]{12}/, 'plan <hash>')).toMatchFileSnapshot(
      golden.pathname,
    );
  });
});
