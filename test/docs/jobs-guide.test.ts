// Every command of docs/jobs.md, run on one embedded cluster of real processes: what the page shows is what comes out.
// The command line itself is left to readme.test.ts; here a job starts in milliseconds.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { EmbeddedCluster } from '../../runtime/cli/embedded-cluster.ts';
import { renderFailure } from '../../runtime/cli/failure-report.ts';
import { describeJobParameters, parseJobParameters } from '../../runtime/cli/job-parameters.ts';
import { loadSettings } from '../../runtime/config/load.ts';
import { EngineError } from '../../runtime/core/errors.ts';
import { silentLog } from '../../runtime/core/log.ts';
import { explainPlan } from '../../runtime/graph/explain.ts';
import { loadJob, resolveJobModule } from '../../runtime/program/load-job.ts';
import { planJob } from '../../runtime/program/plan-job.ts';
import { goldenJob, isShown, listCommands, type ShownCommand } from './guide-page.ts';

const GUIDE = 'docs/jobs.md';
const commands = listCommands(readFileSync(GUIDE, 'utf8'));
let cluster: EmbeddedCluster;
let out: string;
let printed = '';

beforeAll(async () => {
  out = mkdtempSync(join(tmpdir(), 'millrace-guide-'));
  cluster = await EmbeddedCluster.start({
    workers: 1,
    settings: loadSettings({ TASK_MANAGER_NUMBER_TASK_SLOTS: '1', MILLRACE_LOG_LEVEL: 'error' }),
    log: silentLog,
    onOutput: (stream, text) => {
      if (stream === 'stdout') printed += text;
      else process.stderr.write(text);
    },
  });
});
beforeEach(() => {
  printed = '';
});
afterAll(async () => {
  await cluster.stop();
  rmSync(out, { recursive: true });
});

it.each(commands)('$command', async ({ command, output }) => {
  const words = command.split(' ');
  if (words[0] === 'cat') {
    expect(linesOf(readFileSync(join(out, words[1] ?? ''), 'utf8'))).toEqual(output);
    return;
  }
  expect(words.slice(0, 4).join(' ')).toBe('npm run millrace --');
  const [verb = '', job = '', ...args] = words.slice(4);
  const module = resolveJobModule(goldenJob(job), undefined);
  await commandOf(verb, module, args, output);
});

type Verb = (
  module: string,
  args: readonly string[],
  output: ShownCommand['output'],
) => Promise<void>;

function commandOf(verb: string, ...rest: Parameters<Verb>): Promise<void> {
  if (verb === 'explain') return expectPlan(...rest);
  return rest[1].includes('--help') ? expectHelp(...rest) : expectRun(...rest);
}

const expectHelp: Verb = async (module, _args, output) => {
  const help = linesOf(await describeJobParameters(fileURLToPath(module)));
  expect(isShown(help, output), help.join('\n')).toBe(true);
};

const expectPlan: Verb = async (module, args, output) => {
  const { parallelism, own } = splitArguments(args);
  const job = await loadJob(module);
  const { plan } = planJob(job, parseJobParameters(job, own), parallelism);
  expect([...explainPlan(plan)]).toEqual(output);
};

const expectRun: Verb = async (module, args, output) => {
  try {
    await run(module, args, output);
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    expect(linesOf(`error: ${error.message}\n`)).toEqual(output);
  }
};

/** Output reaches this process a little after the job's end, hence the polling. */
async function run(...[module, args, output]: Parameters<Verb>): Promise<void> {
  const { parallelism, own } = splitArguments(args);
  const job = await loadJob(module);
  const given = parseJobParameters(job, own);
  const parameters = 'out' in job.parameters.shape ? { ...given, out: join(out, 'out') } : given;
  const id = await cluster.coordinator.submit({ module, parameters, parallelism });
  const execution = await cluster.coordinator.waitForEnd(id);
  if (execution.failure === undefined) {
    await expect.poll(() => linesOf(printed)).toEqual(output);
    return;
  }
  const failure = renderFailure(execution.snapshot()).map((line) =>
    line.replace(/worker-\w+$/, 'worker-1'),
  );
  await expect
    .poll(() => isShown([...linesOf(printed), ...failure], output), { message: failure.join('\n') })
    .toBe(true);
}

function splitArguments(args: readonly string[]): { parallelism: number; own: readonly string[] } {
  const at = args.indexOf('--parallelism');
  if (at < 0) return { parallelism: 1, own: args };
  return { parallelism: Number(args[at + 1]), own: args.toSpliced(at, 2) };
}

function linesOf(text: string): readonly string[] {
  return text.split('\n').slice(0, -1);
}
