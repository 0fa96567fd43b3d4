// The verbs of `millrace` and their options. Exit codes: 0 success, 1 the job or its check failed, 2 wrong use (one line
// that says what, where and how to mend it), 130 interrupted.

import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { readProcessEnvironment } from '../config/process-environment.ts';
import { EngineError } from '../core/errors.ts';
import { parseSizeBytes } from '../core/quantity.ts';
import type { ExecutionMode } from '../core/execution-mode.ts';
import { explainError } from './explain-error.ts';
import type { RunOptions } from './run-options.ts';
import { engineVersion } from './version.ts';

interface ExplainOptions {
  readonly parallelism?: number;
  readonly mode: ExecutionMode;
}

const PARAMETERS_HELP =
  'Every job has parameters of its own: millrace run <job> --help lists them.';

/** Runs one command line; resolves with the exit code. */
export async function runCommandLine(args: readonly string[]): Promise<number> {
  let exitCode = 0;
  const program = describe((code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync([...args], { from: 'user' });
    return exitCode;
  } catch (error) {
    return explain(error);
  }
}

/** What the parser says; the exit code that goes with it. */
function explain(error: unknown): number {
  if (!(error instanceof CommanderError)) return explainError(error);
  if (error.exitCode === 0) return 0;
  // The parser has shown its help when no command was given.
  if (error.code !== 'commander.help') process.stderr.write(`${error.message}\n`);
  return 2;
}

function describe(setExitCode: (code: number) => void): Command {
  const program = new Command('millrace')
    .description('Stream processing in TypeScript, deployed with pulumi up.')
    .version(engineVersion(), '--version', 'show the version')
    .exitOverride()
    .configureOutput({ outputError: () => undefined })
    .showHelpAfterError(false);
  describeRun(program, setExitCode);
  program
    .command('explain')
    .description("print a job's plan: tasks, chains, ship strategies, record types")
    .argument('<job>', 'name of a job, or path of a job module')
    .addOption(parallelismOption())
    .addOption(modeOption())
    .allowUnknownOption()
    .allowExcessArguments()
    .action(async (job: string, options: ExplainOptions, command: Command) => {
      const { explainJob } = await import('./explain-command.ts');
      const { parallelism = 1, mode } = options;
      await explainJob(job, { parallelism, mode }, command.args.slice(1));
    });
  program
    .command('check')
    .description("read the environment as coordinator and worker do, and plan JOB_NAME's job")
    .option('--plan-hash <hash>', 'the plan that it must be, as `pulumi preview` shows it')
    .action(async ({ planHash }: { planHash?: string }) => {
      const { checkDeployment } = await import('./check-command.ts');
      setExitCode(await checkDeployment(planHash));
    });
  program
    .command('coordinator')
    .description('run a coordinator, configured by its environment')
    .action(async () => {
      const { serveCoordinator } = await import('./serve-coordinator.ts');
      await serveCoordinator();
    });
  program
    .command('worker')
    .description('run a worker, configured by its environment')
    .action(async () => {
      const { serveWorker } = await import('./serve-worker.ts');
      await serveWorker();
    });
  return program;
}

function describeRun(program: Command, setExitCode: (code: number) => void): void {
  program
    .command('run')
    .description(
      'run a job to its end on an embedded cluster: one coordinator, several worker processes',
    )
    .argument('[job]', 'name of a job, or path of a job module')
    .option('--workers <count>', 'worker processes', positiveInteger, 2)
    .option('--slots <count>', 'slots (threads) of each worker', positiveInteger, 2)
    .addOption(parallelismOption())
    .addOption(modeOption())
    .addOption(
      new Option('--memory <size>', 'memory limit of each worker')
        .argParser(size)
        .default(1024 ** 3, '1GiB'),
    )
    .option('--buffer-timeout <ms>', 'longest wait of a record in a buffer', nonNegativeNumber)
    .option(
      '--rest-port <port>',
      'port of the page and the REST API; 0 takes a free one',
      port,
      8081,
    )
    .option('--check', "compare the result with the job's independent answer")
    .option('--keep', 'leave the cluster and the page up after the job has ended')
    .addOption(
      new Option('--log-level <level>', 'what processes log to stderr')
        .choices(['debug', 'info', 'warn', 'error', 'silent'])
        .default('error'),
    )
    .helpOption(false)
    .option('-h, --help', 'show this help')
    .allowUnknownOption()
    .allowExcessArguments()
    .action(
      async (
        job: string | undefined,
        options: RunOptions & { help?: boolean },
        command: Command,
      ) => {
        if (options.help === true) {
          await showRunHelp(command, job);
          return;
        }
        if (job === undefined) {
          throw new EngineError('USAGE', `Which job is to run? ${(await nameJobs()).trimEnd()}`);
        }
        setExitCode(await startRun(job, options, command.args.slice(1)));
      },
    );
}

/** With a job's name or path: its parameters too. */
async function showRunHelp(command: Command, job: string | undefined): Promise<void> {
  const { describeJobParameters } = await import('./job-parameters.ts');
  const more = job === undefined ? await nameJobs() : await describeJobParameters(job);
  process.stdout.write(`${command.helpInformation()}\n${more}`);
}

async function nameJobs(): Promise<string> {
  const { listJobs } = await import('../program/load-job.ts');
  return `Jobs: ${listJobs(undefined).join(', ')}. ${PARAMETERS_HELP}\n`;
}

/** Starts the workers first: they load on the other core while this process loads the rest. */
async function startRun(
  job: string,
  options: RunOptions,
  jobArgs: readonly string[],
): Promise<number> {
  const { startWorkerProcesses } = await import('./worker-process.ts');
  const processes = startWorkerProcesses(options.workers, readProcessEnvironment());
  try {
    const { runJob } = await import('./run-command.ts');
    return await runJob(job, options, jobArgs, processes);
  } finally {
    for (const worker of processes) if (worker.connected) worker.disconnect();
  }
}

function parallelismOption(): Option {
  return new Option(
    '--parallelism <subtasks>',
    'subtasks of each operator that sets none (default: all slots)',
  ).argParser(positiveInteger);
}

function modeOption(): Option {
  return new Option(
    '--mode <mode>',
    'streaming: results as they become known; batch: final results only, of bounded input',
  )
    .choices(['streaming', 'batch'])
    .default('streaming');
}

function positiveInteger(text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw new InvalidArgumentError('Give a whole number of 1 or more.');
}

function nonNegativeNumber(text: string): number {
  const value = Number(text);
  if (Number.isFinite(value) && value >= 0) return value;
  throw new InvalidArgumentError('Give a number of milliseconds, 0 or more.');
}

function port(text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= 0 && value <= 65_535) return value;
  throw new InvalidArgumentError('Give a port from 0 to 65535.');
}

function size(text: string): number {
  const bytes = parseSizeBytes(text);
  if (bytes !== undefined && bytes > 0) return bytes;
  throw new InvalidArgumentError('Give a size such as 512MiB or 2GiB.');
}
