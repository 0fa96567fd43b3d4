// Answers the commands of docs/jobs.md and docs/guide as a terminal would, on one embedded cluster of real processes: the
// command line itself is left to readme.test.ts, so that a job starts in milliseconds. Run as a program (`node
// test/docs/guide-runner.ts`) it writes the jobs into the pages that show them, and into the guides what their commands
// print; then read the difference.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EmbeddedCluster } from '../../runtime/cli/embedded-cluster.ts';
import { renderFailure } from '../../runtime/cli/failure-report.ts';
import { describeJobParameters, parseJobParameters } from '../../runtime/cli/job-parameters.ts';
import { loadSettings } from '../../runtime/config/load.ts';
import { systemClock } from '../../runtime/core/clock.ts';
import { EngineError } from '../../runtime/core/errors.ts';
import { silentLog } from '../../runtime/core/log.ts';
import { explainPlan } from '../../runtime/graph/explain.ts';
import { loadJob, resolveJobModule } from '../../runtime/program/load-job.ts';
import { planJob } from '../../runtime/program/plan-job.ts';
import { goldenJob, GUIDE_PAGES, isShown, listCommands, renderPage } from './guide-page.ts';

/** The pages whose commands are answered here. */
export const GUIDES = GUIDE_PAGES.filter((path) => path.startsWith('docs/'));

/** By then what a job printed has come through its pipe. */
const SETTLE_MS = 500;
const PREFIX = 'npm run millrace -- ';

/** The lines of an answer so far: what a job prints reaches this process a little after the job's end. */
export type Answer = () => readonly string[];

/** A cluster that answers commands, one after the other. */
export class GuideRunner {
  readonly #out = mkdtempSync(join(tmpdir(), 'millrace-guide-'));
  #cluster: EmbeddedCluster | undefined;
  #printed = '';

  async start(): Promise<void> {
    this.#cluster = await EmbeddedCluster.start({
      workers: 1,
      settings: loadSettings({
        TASK_MANAGER_NUMBER_TASK_SLOTS: '1',
        MILLRACE_LOG_LEVEL: 'error',
      }),
      log: silentLog,
      onOutput: (stream, text) => {
        if (stream === 'stdout') this.#printed += text;
        else process.stderr.write(text);
      },
    });
  }

  async stop(): Promise<void> {
    await this.#cluster?.stop();
    rmSync(this.#out, { recursive: true });
  }

  /** Throws for a command that the guide has no use for. */
  async answer(command: string): Promise<Answer> {
    const [, path] = /^cat (\S+)$/.exec(command) ?? [];
    if (path !== undefined) return answerOf(readFileSync(join(this.#out, path), 'utf8'));
    const [verb, job = '', ...args] = command.replace(PREFIX, '').split(' ');
    if (!command.startsWith(PREFIX) || (verb !== 'run' && verb !== 'explain')) {
      throw new Error(`not a command that the guide may show: ${command}`);
    }
    const module = resolveJobModule(goldenJob(job), undefined);
    try {
      if (verb === 'explain') return await explain(module, args);
      if (args.includes('--help'))
        return answerOf(await describeJobParameters(fileURLToPath(module)));
      return await this.#run(module, args);
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      return answerOf(`error: ${error.message}\n`);
    }
  }

  async #run(module: string, args: readonly string[]): Promise<Answer> {
    const { parallelism, mode, own } = splitArguments(args);
    const job = await loadJob(module);
    const given = parseJobParameters(job, own);
    const out = 'out' in job.parameters.shape ? { out: join(this.#out, 'out') } : {};
    this.#printed = '';
    if (this.#cluster === undefined) throw new Error('the cluster has not been started');
    const { coordinator } = this.#cluster;
    const id = await coordinator.submit({
      module,
      parameters: { ...given, ...out },
      parallelism,
      mode,
    });
    const execution = await coordinator.waitForEnd(id);
    const failure = execution.failure === undefined ? [] : renderFailure(execution.snapshot());
    const report = failure.map((line) => line.replace(/worker-\w+$/, 'worker-1'));
    return () => [...linesOf(this.#printed), ...report];
  }
}

async function explain(module: string, args: readonly string[]): Promise<Answer> {
  const { parallelism, mode, own } = splitArguments(args);
  const job = await loadJob(module);
  const { plan } = planJob(job, parseJobParameters(job, own), { parallelism, mode });
  const lines = explainPlan(plan);
  return () => lines;
}

/** The options of `run` that the pages use, and the job's own. */
function splitArguments(args: readonly string[]) {
  const own = [...args];
  const take = (option: string): string | undefined => {
    const at = own.indexOf(option);
    return at < 0 ? undefined : own.splice(at, 2)[1];
  };
  const parallelism = Number(take('--parallelism') ?? 1);
  const mode = take('--mode') === 'batch' ? 'batch' : 'streaming';
  return { parallelism, mode, own } as const;
}

function answerOf(text: string): Answer {
  return () => linesOf(text);
}

function linesOf(text: string): readonly string[] {
  return text.split('\n').slice(0, -1);
}

async function writeOutputs(path: string): Promise<void> {
  let page = readFileSync(path, 'utf8');
  const runner = new GuideRunner();
  await runner.start();
  for (const { command, output } of listCommands(page)) {
    const answer = await runner.answer(command);
    await new Promise<void>((resolve) => {
      systemClock.after(SETTLE_MS, resolve);
    });
    if (isShown(answer(), output)) continue;
    const blockOf = (lines: readonly string[]): string =>
      [`$ ${command}`, ...lines, '```'].join('\n');
    page = page.replace(blockOf(output), () => blockOf(answer()));
    console.log(`wrote what ${command} prints`);
  }
  await runner.stop();
  writeFileSync(path, page);
}

if (import.meta.main) {
  for (const path of GUIDE_PAGES) {
    writeFileSync(path, await renderPage(path, readFileSync(path, 'utf8')));
  }
  for (const path of GUIDES) await writeOutputs(path);
}
