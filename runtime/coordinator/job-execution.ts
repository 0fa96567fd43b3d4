// One run of a job: from waiting for slots to its end. Decides what the workers do next from what they report; never sees a
// record.
//   I1. Nothing starts before every worker has deployed: a channel's receiver is there before its sender sends.
//   I2. Nothing is committed before every subtask has prepared: a job's results become visible together, or not at all.
//   I3. The job ends only after every worker has given its slots back, or is gone.

import { deserialize } from 'node:v8';
import type { Clock } from '../core/clock.ts';
import { EngineError, type ErrorRecord, toErrorRecord } from '../core/errors.ts';
import type { JobId, WorkerId } from '../core/ids.ts';
import { invariant } from '../core/invariant.ts';
import type { PlannedJob } from '../program/plan-job.ts';
import type { JobSnapshot, JobStatus, TaskSnapshot } from '../protocol/cluster-snapshot.ts';
import type {
  CoordinatorMessage,
  DataAddress,
  DeploymentId,
  JobProgram,
  SlotAddress,
  WorkerMessage,
} from '../protocol/control.ts';
import { describeType } from '../types/describe.ts';
import type { Log } from '../core/log.ts';
import type { EnumeratorCatalog } from './enumerator-run.ts';
import { JobSources } from './job-sources.ts';
import { isTerminal, JobStatusHistory } from './job-status.ts';
import { SubtaskRecord } from './subtask-record.ts';

const FAILURES_MAX = 16;

type SubtaskReport = Extract<WorkerMessage, { kind: 'subtask' }>;
type SourceReport = Extract<WorkerMessage, { kind: 'source' }>;
type MetricsReport = Extract<WorkerMessage, { kind: 'metrics' }>;

export interface JobExecutionOptions {
  readonly jobId: JobId;
  /** Which run of the job it is: 1, then one more with each restart. */
  readonly attempt: number;
  readonly deployment: DeploymentId;
  readonly program: JobProgram;
  readonly planned: PlannedJob;
  readonly clock: Clock;
  readonly log: Log;
  readonly collectRowsMax: number;
  /** Of the sources that are read by splits. */
  readonly enumerators: EnumeratorCatalog;
  send(workerId: WorkerId, message: CoordinatorMessage): void;
  /** The job has reached its last status. */
  onEnded(): void;
}

/** A job from submission to end. */
export class JobExecution {
  readonly id: JobId;
  readonly attempt: number;
  readonly deployment: DeploymentId;
  readonly planned: PlannedJob;
  /** What collect sinks handed over, in no particular order. */
  readonly collected: unknown[] = [];
  readonly #options: JobExecutionOptions;
  readonly #history: JobStatusHistory;
  readonly #startedMs: number;
  readonly #sources: JobSources;
  readonly #failures: {
    readonly error: ErrorRecord;
    readonly atMs: number;
    readonly taskName: string | undefined;
    readonly workerId: WorkerId | undefined;
  }[] = [];
  #subtasks: readonly (readonly SubtaskRecord[])[] = [];
  /** Workers that hold slots of this job. */
  readonly #workers = new Set<WorkerId>();
  readonly #notDeployed = new Set<WorkerId>();
  #isCommitting = false;
  #endedMs: number | undefined;
  #waitingFor: string | undefined;

  constructor(options: JobExecutionOptions) {
    this.#options = options;
    this.id = options.jobId;
    this.attempt = options.attempt;
    this.deployment = options.deployment;
    this.planned = options.planned;
    this.#startedMs = options.clock.nowMs();
    this.#history = new JobStatusHistory(this.#startedMs);
    this.#sources = new JobSources({
      ...options,
      send: (task, subtask, event) => {
        const workerId = this.#subtasks[task]?.[subtask]?.place.workerId;
        if (workerId === undefined || !this.#workers.has(workerId)) return;
        options.send(workerId, {
          kind: 'source',
          deployment: this.deployment,
          task,
          subtask,
          event,
        });
      },
      fail: (error, task) => {
        this.fail(error, { task });
      },
    });
    this.#enter('CREATED');
  }

  get status(): JobStatus {
    return this.#history.status;
  }

  get hasEnded(): boolean {
    return isTerminal(this.status);
  }

  get isWaitingForSlots(): boolean {
    return this.status === 'CREATED' && this.#subtasks.length === 0;
  }

  /** Why it failed: the failure that caused the others. */
  get failure(): ErrorRecord | undefined {
    return this.#failures.at(-1)?.error;
  }

  /** From the moment every subtask ran to the first failure, or to now; 0 when it never ran. */
  get ranMs(): number {
    const { RUNNING, FAILING } = this.#history.enteredMs;
    if (RUNNING === undefined) return 0;
    return (FAILING ?? this.#endedMs ?? this.#options.clock.nowMs()) - RUNNING;
  }

  /** What it waits for before it can be deployed, for people. */
  waitFor(what: string): void {
    this.#waitingFor = what;
  }

  /** Slots of a worker that this job holds. */
  slotsOn(workerId: WorkerId): ReadonlySet<number> {
    if (!this.#workers.has(workerId)) return new Set();
    const places = this.#subtasks.flat().map((subtask) => subtask.place);
    return new Set(places.filter((place) => place.workerId === workerId).map(({ slot }) => slot));
  }

  /** Slots were found: hand the job to their workers. */
  deploy(
    placement: readonly (readonly SlotAddress[])[],
    addressOf: (workerId: WorkerId) => DataAddress,
  ): void {
    invariant(this.isWaitingForSlots, 'a job is deployed once');
    this.#subtasks = placement.map((places) =>
      places.map((place, index) => new SubtaskRecord(index, place)),
    );
    for (const { workerId } of placement.flat()) this.#workers.add(workerId);
    const peers = [...this.#workers].map(addressOf);
    const { program, planned } = this.#options;
    for (const workerId of this.#workers) this.#notDeployed.add(workerId);
    this.#broadcast({
      kind: 'deploy',
      jobId: this.id,
      deployment: this.deployment,
      program,
      plan: planned.plan,
      placement,
      peers,
    });
    this.#sources.start();
  }

  onDeployed(workerId: WorkerId): void {
    if (!this.#notDeployed.delete(workerId) || this.#notDeployed.size > 0) return;
    if (this.status === 'CREATED') this.#broadcast({ kind: 'start', deployment: this.deployment });
  }

  onSubtask(workerId: WorkerId, report: SubtaskReport): void {
    const subtask = this.#subtasks[report.task]?.[report.subtask];
    if (subtask === undefined || this.hasEnded) return;
    subtask.enter(report.status, this.#options.clock.nowMs());
    if (report.status === 'failed') {
      this.fail(report.error, { task: report.task, workerId });
      return;
    }
    const all = this.#subtasks.flat();
    const every = (...statuses: string[]): boolean =>
      all.every(({ reported }) => reported !== undefined && statuses.includes(reported));
    if (this.status === 'CREATED' && every('running', 'prepared')) this.#enter('RUNNING');
    if (this.status !== 'RUNNING') return;
    if (!this.#isCommitting && every('prepared')) {
      this.#isCommitting = true;
      this.#broadcast({ kind: 'commit', deployment: this.deployment });
    }
  }

  onSource({ task, subtask, event }: SourceReport): void {
    this.#sources.onEvent(task, subtask, event);
  }

  onMetrics({ subtasks }: MetricsReport): void {
    const nowMs = this.#options.clock.nowMs();
    for (const { task, subtask, counts } of subtasks) {
      this.#subtasks[task]?.[subtask]?.count(counts, nowMs);
    }
  }

  onCollected(rows: string): void {
    if (this.status !== 'CREATED' && this.status !== 'RUNNING') return;
    const values = deserialize(Buffer.from(rows, 'base64')) as readonly unknown[];
    for (const value of values) this.collected.push(value);
    const { collectRowsMax } = this.#options;
    if (this.collected.length <= collectRowsMax) return;
    const message = `The job collected more than ${collectRowsMax} records: write to a file sink, or raise MILLRACE_COLLECT_ROWS_MAX.`;
    this.fail(new EngineError('MEMORY_EXCEEDED', message));
  }

  /** A worker has given all its slots back. */
  onReleased(workerId: WorkerId): void {
    if (this.#workers.delete(workerId)) this.#endIfReleased();
  }

  onWorkerLost(workerId: WorkerId, error: EngineError): void {
    if (!this.#workers.has(workerId)) return;
    const nowMs = this.#options.clock.nowMs();
    const lost = this.#subtasks.flat().filter((subtask) => subtask.place.workerId === workerId);
    const hasCommitted = lost.every(({ reported }) => reported === 'committed');
    if (!hasCommitted) {
      for (const subtask of lost) subtask.cancel(nowMs);
      this.fail(error, { workerId });
    }
    this.#notDeployed.delete(workerId);
    this.#workers.delete(workerId);
    this.#endIfReleased();
  }

  /** Ends the job because of an error; the first one counts, later ones are kept for the reader. */
  fail(error: unknown, where: { readonly task?: number; readonly workerId?: WorkerId } = {}): void {
    if (this.hasEnded) return;
    const record = isErrorRecord(error) ? error : toErrorRecord(error);
    const taskName =
      where.task === undefined ? undefined : this.planned.plan.tasks[where.task]?.name;
    const failure = {
      error: record,
      atMs: this.#options.clock.nowMs(),
      taskName,
      workerId: where.workerId,
    };
    // The peers of a lost worker may tell of their broken connections before the coordinator notices the loss.
    const isCause =
      record.code === 'WORKER_LOST' && this.#failures.at(-1)?.error.code === 'CHANNEL_BROKEN';
    if (isCause) this.#failures.push(failure);
    else this.#failures.unshift(failure);
    if (this.#failures.length > FAILURES_MAX) this.#failures.splice(1, 1);
    if (this.status === 'FAILING') return;
    const wasCancelling = this.status === 'CANCELLING';
    this.#enter('FAILING');
    if (!wasCancelling) this.#stopWorkers();
    this.#endIfReleased();
  }

  /** Ends the sources and lets the job finish with what they have read; false unless it is running. */
  stop(): boolean {
    if (this.status !== 'RUNNING' || this.#isCommitting) return false;
    this.#broadcast({ kind: 'stop', deployment: this.deployment });
    return true;
  }

  /** Ends the job without results; false when it has ended, is ending already, or makes its results visible. */
  cancel(): boolean {
    const isEnding = this.status === 'FAILING' || this.status === 'CANCELLING';
    if (this.hasEnded || isEnding || this.#isCommitting) return false; // I2
    this.#enter('CANCELLING');
    this.#stopWorkers();
    this.#endIfReleased();
    return true;
  }

  snapshot(): JobSnapshot {
    const { plan, parameters } = this.planned;
    return {
      id: this.id,
      name: plan.jobName,
      attempt: this.attempt,
      status: this.status,
      waitingFor: this.isWaitingForSlots ? this.#waitingFor : undefined,
      bounded: plan.bounded,
      planHash: plan.hash,
      maxParallelism: Math.max(...plan.tasks.map((task) => task.maxParallelism)),
      startedMs: this.#startedMs,
      endedMs: this.#endedMs,
      timestampsMs: { ...this.#history.enteredMs },
      tasks: plan.tasks.map((_, index) => this.#taskSnapshot(index)),
      parameters,
      failures: [...this.#failures],
    };
  }

  #taskSnapshot(index: number): TaskSnapshot {
    const { plan } = this.planned;
    const task = plan.tasks[index];
    invariant(task !== undefined, 'a task is in the plan');
    const inputs = plan.edges
      .filter((edge) => edge.toTask === index)
      .flatMap((edge) => {
        const from = plan.tasks[edge.fromTask];
        if (from === undefined) return [];
        const recordType =
          edge.recordType === undefined
            ? 'inferred from the records'
            : describeType(edge.recordType);
        return { from: from.id, shipStrategy: edge.shipStrategy, recordType };
      });
    return {
      id: task.id,
      name: task.name,
      parallelism: task.parallelism,
      maxParallelism: task.maxParallelism,
      slotSharingGroup: task.slotSharingGroup,
      inputs,
      operators: task.operators.map(({ uid, name, kind }) => ({ uid, name, kind })),
      subtasks: (this.#subtasks[index] ?? []).map((subtask) => subtask.snapshot()),
    };
  }

  #stopWorkers(): void {
    this.#sources.close();
    this.#broadcast({ kind: 'cancel', deployment: this.deployment });
  }

  #endIfReleased(): void {
    if (this.#workers.size > 0) return;
    const nowMs = this.#options.clock.nowMs();
    if (this.status === 'FAILING' || this.status === 'CANCELLING') {
      for (const subtask of this.#subtasks.flat()) subtask.cancel(nowMs);
      this.#enter(this.status === 'FAILING' ? 'FAILED' : 'CANCELED');
    } else if (this.#isCommitting) {
      this.#enter('FINISHED');
    }
  }

  #enter(status: JobStatus): void {
    const nowMs = this.#options.clock.nowMs();
    this.#history.enter(status, nowMs);
    if (!isTerminal(status)) return;
    this.#sources.close();
    this.#endedMs = nowMs;
    this.#options.onEnded();
  }

  #broadcast(message: CoordinatorMessage): void {
    for (const workerId of this.#workers) this.#options.send(workerId, message);
  }
}

function isErrorRecord(error: unknown): error is ErrorRecord {
  return (
    !(error instanceof Error) && typeof error === 'object' && error !== null && 'code' in error
  );
}
