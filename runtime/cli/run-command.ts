// `millrace run`: an embedded cluster, one job to its end, what happens meanwhile on the terminal and on the page.

import type { ChildProcess } from 'node:child_process';
import type { JobDefinition } from '../api/job.ts';
import { loadSettings } from '../config/load.ts';
import { readProcessEnvironment } from '../config/process-environment.ts';
import { ENVIRONMENT, renderEnvironment } from '../config/environment.ts';
import type { Settings } from '../config/schema.ts';
import { ProgressDisplay } from '../console/progress.ts';
import { renderSummary } from '../console/summary.ts';
import type { JobExecution } from '../coordinator/job-execution.ts';
import { systemClock } from '../core/clock.ts';
import { EngineError, type ErrorRecord, fromErrorRecord } from '../core/errors.ts';
import type { JobId } from '../core/ids.ts';
import type { Log } from '../core/log.ts';
import { loadJob, resolveJobModule } from '../program/load-job.ts';
import { planJob, type PlannedJob } from '../program/plan-job.ts';
import type { ClusterSnapshot, JobSnapshot } from '../protocol/cluster-snapshot.ts';
import type { RunOptions } from './run-options.ts';
import { EmbeddedCluster } from './embedded-cluster.ts';
import { renderFailure } from './failure-report.ts';
import { parseJobParameters } from './job-parameters.ts';
import { createProcessLog } from './process-log.ts';

const REFRESH_MS = 500;
/** When a job that does not get to run is shown all the same. */
const ANNOUNCE_AFTER_MS = 10_000;
const EXIT_FAILED = 1;
const EXIT_INTERRUPTED = 130;

/** Resolves with the exit code. Throws what the person at the keyboard can mend. */
export async function runJob(
  name: string,
  options: RunOptions,
  jobArgs: readonly string[],
  processes: readonly ChildProcess[],
): Promise<number> {
  const module = resolveJobModule(name, undefined);
  const settings = embeddedSettings(options);
  const log = createProcessLog('coordinator', options.logLevel);
  const display = new ProgressDisplay({
    stream: process.stderr,
    isTerminal: process.stderr.isTTY,
    clock: systemClock,
    columns: () => process.stderr.columns,
  });
  const cluster = await EmbeddedCluster.start({
    workers: options.workers,
    processes,
    settings,
    log,
    onOutput: (stream, text) => {
      display.finish();
      process[stream].write(text);
    },
  });
  try {
    return await new JobRun({ module, options, jobArgs, cluster, display, log, settings }).run();
  } finally {
    display.finish();
    await cluster.stop();
  }
}

function embeddedSettings(options: RunOptions): Settings {
  const inherited = readProcessEnvironment();
  const own = renderEnvironment({
    slots: options.slots,
    memoryLimitBytes: options.memory,
    restPort: options.restPort,
    ...(options.bufferTimeout === undefined ? {} : { bufferTimeoutMs: options.bufferTimeout }),
  });
  return loadSettings({
    ...inherited,
    ...own,
    [ENVIRONMENT.logLevel.variable]: options.logLevel,
  });
}

interface JobRunOptions {
  readonly module: string;
  readonly options: RunOptions;
  readonly jobArgs: readonly string[];
  readonly cluster: EmbeddedCluster;
  readonly display: ProgressDisplay;
  readonly log: Log;
  readonly settings: Settings;
}

/** A job as it is to be run. */
interface PlannedRun {
  readonly job: JobDefinition;
  /** As given. */
  readonly raw: Readonly<Record<string, unknown>>;
  readonly parallelism: number;
  readonly planned: PlannedJob;
}

/** One run of one job on a started cluster. */
class JobRun {
  readonly #run: JobRunOptions;
  #interrupts = 0;
  #jobId: JobId | undefined;
  #isUnbounded = false;
  #page = '';
  #wakeKeeper: () => void = () => undefined;

  constructor(run: JobRunOptions) {
    this.#run = run;
  }

  async run(): Promise<number> {
    const { cluster, options, settings, log } = this.#run;
    const { coordinator } = cluster;
    const planned = await this.#plan();
    // Loaded while the workers start on the other core: the HTTP library is the largest import of this process.
    const { startRestServer } = await import('../server/rest-server.ts');
    const rest = await startRestServer({
      snapshot: () => coordinator.snapshot(),
      isReady: () => true,
      cancelJob: (id) => coordinator.cancelJob(id),
      host: '127.0.0.1',
      port: settings.restPort,
      log,
    });
    process.on('SIGINT', this.#onInterrupt);
    process.on('SIGTERM', this.#onInterrupt);
    try {
      this.#page = `page: http://127.0.0.1:${rest.port}/\n`;
      const exitCode = await this.#runToEnd(planned);
      if (options.keep === true && this.#interrupts === 0) await this.#keepUp(rest.port);
      return exitCode;
    } finally {
      process.off('SIGINT', this.#onInterrupt);
      process.off('SIGTERM', this.#onInterrupt);
      await rest.stop();
    }
  }

  /** Everything that can be wrong with the command is found here, before anything else is shown. */
  async #plan(): Promise<PlannedRun> {
    const { module, options, jobArgs } = this.#run;
    const job = await loadJob(module);
    const raw = parseJobParameters(job, jobArgs);
    const parallelism = options.parallelism ?? options.workers * options.slots;
    const planned = planJob(job, raw, { parallelism, mode: options.mode });
    if (options.check === true && job.check === undefined) {
      throw new EngineError('USAGE', `${job.name} has no check of its own: leave --check out.`);
    }
    const available = options.workers * options.slots;
    if (planned.plan.slotsNeeded > available) {
      throw new EngineError(
        'USAGE',
        `${job.name} needs ${planned.plan.slotsNeeded} slots at parallelism ${parallelism}, the cluster has ${options.workers} workers x ` +
          `${options.slots} slots = ${available}: raise --workers or --slots, or lower --parallelism.`,
      );
    }
    return { job, raw, parallelism, planned };
  }

  async #runToEnd({ job, raw, parallelism, planned }: PlannedRun): Promise<number> {
    const { module, cluster, display } = this.#run;
    const { coordinator } = cluster;
    this.#isUnbounded = !planned.plan.bounded;
    this.#jobId = await coordinator.submit({
      module,
      parameters: raw,
      parallelism,
      mode: this.#run.options.mode,
    });
    if (this.#interrupts > 0) coordinator.cancelJob(this.#jobId);
    const stopRefreshing = this.#refresh();
    const execution = await Promise.race([
      coordinator.waitForEnd(this.#jobId),
      this.#failWithoutWorkers(this.#jobId),
    ]);
    stopRefreshing();
    if (!isMistake(execution.failure)) this.#show(coordinator.snapshot());
    display.finish();
    return this.#report(execution, planned.parameters, job);
  }

  async #report(
    execution: JobExecution,
    parameters: Readonly<Record<string, unknown>>,
    job: JobDefinition,
  ): Promise<number> {
    const snapshot: JobSnapshot = execution.snapshot();
    if (execution.status === 'CANCELED') {
      process.stderr.write(`${snapshot.name} was canceled.\n`);
      return EXIT_INTERRUPTED;
    }
    if (execution.failure !== undefined) {
      if (isMistake(execution.failure)) throw fromErrorRecord(execution.failure);
      process.stderr.write(`${renderFailure(snapshot).join('\n')}\n`);
      return EXIT_FAILED;
    }
    const lines = [...renderSummary(snapshot)];
    lines.push(...((await job.summarize?.({ parameters, job: snapshot })) ?? []));
    process.stdout.write(`${lines.join('\n')}\n`);
    if (this.#run.options.check !== true) return 0;
    const verdict = await job.check?.({ parameters, job: snapshot });
    process.stdout.write(`${verdict?.lines.join('\n') ?? ''}\n`);
    return verdict?.ok === true ? 0 : EXIT_FAILED;
  }

  /** A worker that ends takes its job with it, but a job that still waits for slots would wait in vain. */
  async #failWithoutWorkers(jobId: JobId): Promise<JobExecution> {
    const { coordinator, workerEnded } = this.#run.cluster;
    const how = await workerEnded;
    const job = coordinator.snapshot().jobs.find(({ id }) => id === jobId);
    const isWaiting = job?.tasks.every(({ subtasks }) => subtasks.length === 0) ?? false;
    if (!isWaiting) return coordinator.waitForEnd(jobId);
    throw new EngineError(
      'WORKER_LOST',
      `A worker ended before the job could start (${how}). What it said is above; --log-level info says more.`,
    );
  }

  /** Shows where the page is, then the progress. */
  #show(snapshot: ClusterSnapshot): void {
    process.stderr.write(this.#page);
    this.#page = '';
    this.#run.display.update(snapshot);
  }

  /**
   * Shows progress until the returned function is called. It begins when the job runs: what is found wrong while it starts,
   * such as an input that is not there, is then all that there is to read.
   */
  #refresh(): () => void {
    const { cluster } = this.#run;
    const startMs = systemClock.monotonicMs();
    let cancel = (): void => undefined;
    const next = (): void => {
      cancel = systemClock.after(REFRESH_MS, () => {
        const snapshot = cluster.coordinator.snapshot();
        const hasBegun = snapshot.jobs.some(
          ({ timestampsMs }) => timestampsMs.RUNNING !== undefined,
        );
        const isWaiting = snapshot.jobs.some(({ status }) => status === 'CREATED');
        const isLate = systemClock.monotonicMs() - startMs > ANNOUNCE_AFTER_MS;
        if (hasBegun || (isWaiting && isLate)) this.#show(snapshot);
        next();
      });
    };
    next();
    return () => {
      cancel();
    };
  }

  async #keepUp(port: number): Promise<void> {
    process.stderr.write(`the cluster stays up: http://127.0.0.1:${port}/ (Ctrl-C ends it)\n`);
    await new Promise<void>((resolve) => {
      this.#wakeKeeper = resolve;
    });
  }

  /** An unbounded job is first asked to finish with what it has read; then a job is canceled; then all ends at once. */
  readonly #onInterrupt = (): void => {
    this.#interrupts++;
    this.#wakeKeeper();
    const { cluster, display } = this.#run;
    const { coordinator } = cluster;
    if (this.#jobId === undefined) {
      if (this.#interrupts > 1) process.exit(EXIT_INTERRUPTED);
      return;
    }
    if (this.#isUnbounded && this.#interrupts === 1 && coordinator.stopJob(this.#jobId)) {
      display.print('finishing with what was read; interrupt again to cancel');
      return;
    }
    if (!coordinator.cancelJob(this.#jobId) && this.#interrupts > 1) process.exit(EXIT_INTERRUPTED);
  };
}

/** Found out late, but the person at the keyboard mends it like a wrong option. */
function isMistake(failure: ErrorRecord | undefined): failure is ErrorRecord {
  return failure?.code === 'INPUT_NOT_FOUND' || failure?.code === 'JOB_INVALID';
}
