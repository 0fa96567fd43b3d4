// What the coordinator knows of jobs, in Flink's words: pure functions from a snapshot to an answer.

import { ERROR_KINDS } from '../core/errors.ts';
import type { ErrorRecord } from '../core/errors.ts';
import type {
  ClusterSnapshot,
  JobSnapshot,
  SubtaskStatus,
  TaskSnapshot,
  WorkerSnapshot,
} from '../protocol/cluster-snapshot.ts';
import type {
  JobConfigResponse,
  JobDetailsResponse,
  JobExceptionsResponse,
  JobPlan,
  JobsOverviewResponse,
  JobsResponse,
} from './schema.ts';
import { toJsonValue } from './json-value.ts';
import { combineStates, countStates, describeIo, describeSpan } from './vertex-model.ts';

/** Flink's default for `maxExceptions`. */
export const EXCEPTIONS_MAX_DEFAULT = 20;

/** Every JobStatus of Flink: a job's timestamps name each of them. */
const JOB_STATUSES = [
  'INITIALIZING',
  'CREATED',
  'RUNNING',
  'FAILING',
  'FAILED',
  'CANCELLING',
  'CANCELED',
  'FINISHED',
  'RESTARTING',
  'SUSPENDED',
  'RECONCILING',
] as const;

/** `GET /jobs` */
export function describeJobs({ jobs }: ClusterSnapshot): JobsResponse {
  return { jobs: jobs.map(({ id, status }) => ({ id, status })) };
}

/** `GET /jobs/overview` */
export function describeJobsOverview({ jobs, nowMs }: ClusterSnapshot): JobsOverviewResponse {
  return {
    jobs: jobs.map((job) => ({
      jid: job.id,
      name: job.name,
      state: job.status,
      ...describeSpan(job, nowMs),
      'last-modification': lastModifiedMs(job),
      tasks: countTasks(job),
      'pending-operators': 0,
      schedulerType: 'Default',
      jobType: 'STREAMING',
    })),
  };
}

/** `GET /jobs/:id` */
export function describeJob(job: JobSnapshot, nowMs: number): JobDetailsResponse {
  const plan = describePlan(job);
  const vertices = job.tasks.map((task) => describeJobVertex(task, nowMs));
  return {
    jid: job.id,
    name: job.name,
    isStoppable: false,
    state: job.status,
    'job-type': 'STREAMING',
    ...describeSpan(job, nowMs),
    maxParallelism: job.maxParallelism,
    now: Math.round(nowMs),
    timestamps: Object.fromEntries(
      JOB_STATUSES.map((status) => [status, Math.round(enteredMs(job, status))]),
    ),
    vertices,
    'status-counts': countStates(vertices.map((vertex) => vertex.status)),
    plan,
    'stream-graph': plan,
    'pending-operators': 0,
  };
}

/** `GET /jobs/:id/plan` */
export function describePlan(job: JobSnapshot): JobPlan {
  return {
    jid: job.id,
    name: job.name,
    type: 'STREAMING',
    nodes: job.tasks.map((task) => ({
      id: task.id,
      parallelism: task.parallelism,
      operator: '',
      operator_strategy: '',
      description: escapeHtml(task.name),
      ...(task.inputs.length > 0 && { inputs: describeInputs(task) }),
      optimizer_properties: {},
    })),
  };
}

/** `GET /jobs/:id/config` */
export function describeJobConfig(job: JobSnapshot): JobConfigResponse {
  return {
    jid: job.id,
    name: job.name,
    'execution-config': {
      'restart-strategy': 'Cluster level default restart strategy',
      'job-parallelism': Math.max(1, ...job.tasks.map((task) => task.parallelism)),
      'object-reuse-mode': true,
      'user-config': Object.fromEntries(
        Object.entries(job.parameters).map(([name, value]) => [name, formatParameter(value)]),
      ),
    },
  };
}

/** Which failures are asked for: the newest so many, of those that bear every label. */
export interface ExceptionQuery {
  readonly maxExceptions: number;
  readonly labels: Readonly<Record<string, string>>;
}

/** `GET /jobs/:id/exceptions`: newest first. */
export function describeExceptions(
  job: JobSnapshot,
  workers: readonly WorkerSnapshot[],
  { maxExceptions, labels }: ExceptionQuery,
): JobExceptionsResponse {
  const addresses = new Map(workers.map((worker) => [worker.id, worker.address]));
  const matching = job.failures.filter(({ error }) => {
    const own = new Map(Object.entries(labelFailure(error)));
    return Object.entries(labels).every(([name, value]) => own.get(name) === value);
  });
  const entries = matching.slice(0, maxExceptions).map((failure) => ({
    exceptionName: failure.error.code,
    stacktrace: formatFailure(failure.error),
    timestamp: Math.round(failure.atMs),
    taskName: failure.taskName ?? null,
    endpoint:
      failure.workerId === undefined ? null : (addresses.get(failure.workerId) ?? '(unassigned)'),
    taskManagerId: failure.workerId ?? null,
    failureLabels: labelFailure(failure.error),
    concurrentExceptions: [],
  }));
  return { exceptionHistory: { entries, truncated: matching.length > entries.length } };
}

function describeJobVertex(task: TaskSnapshot, nowMs: number): JobDetailsResponse['vertices'][0] {
  const counts = countStates(task.subtasks.map((subtask) => subtask.status));
  return {
    id: task.id,
    slotSharingGroupId: task.slotSharingGroup,
    name: task.name,
    maxParallelism: task.maxParallelism,
    parallelism: task.parallelism,
    status: combineStates(counts, task.parallelism),
    ...describeSpan(spanOfTask(task), nowMs),
    tasks: counts,
    metrics: describeIo(task.subtasks),
  };
}

/** From the first subtask's start to the last one's end; without an end while any still runs. */
function spanOfTask({ subtasks }: TaskSnapshot): {
  startedMs: number | undefined;
  endedMs: number | undefined;
} {
  const starts = subtasks.flatMap(({ startedMs }) => startedMs ?? []);
  const ends = subtasks.flatMap(({ endedMs }) => endedMs ?? []);
  const hasEnded = ends.length === subtasks.length && ends.length > 0;
  return {
    startedMs: starts.length === 0 ? undefined : Math.min(...starts),
    endedMs: hasEnded ? Math.max(...ends) : undefined,
  };
}

function describeInputs({ inputs }: TaskSnapshot): JobPlan['nodes'][0]['inputs'] {
  return inputs.map((input, num) => ({
    num,
    id: input.from,
    ship_strategy: input.shipStrategy,
    exchange: 'pipelined_bounded',
  }));
}

function countTasks(job: JobSnapshot): JobsOverviewResponse['jobs'][0]['tasks'] {
  const statuses: SubtaskStatus[] = job.tasks.flatMap(({ subtasks }) =>
    subtasks.map(({ status }) => status),
  );
  const counts = countStates(statuses);
  return {
    total: statuses.length,
    created: counts.CREATED,
    scheduled: counts.SCHEDULED,
    deploying: counts.DEPLOYING,
    running: counts.RUNNING,
    finished: counts.FINISHED,
    canceling: counts.CANCELING,
    canceled: counts.CANCELED,
    failed: counts.FAILED,
    reconciling: counts.RECONCILING,
    initializing: counts.INITIALIZING,
  };
}

/** The latest moment that changed anything: a status of the job, a start or an end of a subtask. */
function lastModifiedMs(job: JobSnapshot): number {
  const moments = job.tasks.flatMap(({ subtasks }) =>
    subtasks.flatMap(({ startedMs, endedMs }) => [startedMs ?? 0, endedMs ?? 0]),
  );
  return Math.round(Math.max(job.startedMs, ...Object.values(job.timestampsMs), ...moments));
}

function enteredMs(job: JobSnapshot, status: (typeof JOB_STATUSES)[number]): number {
  const entered: Readonly<Partial<Record<string, number>>> = job.timestampsMs;
  return entered[status] ?? 0;
}

function labelFailure({ code }: ErrorRecord): Record<string, string> {
  const { domain, retry } = ERROR_KINDS[code];
  return { code, domain, retry };
}

/** The message first, then the facts a line each, then the stack, which often does not repeat the message. */
function formatFailure({ message, details, stack }: ErrorRecord): string {
  const facts = Object.entries(details ?? {}).map(([name, value]) => `  ${name}: ${value}`);
  return [message, ...facts, ...(stack === undefined ? [] : [stack])].join('\n');
}

/** Flink's parameters are text. */
function formatParameter(value: unknown): string {
  if (value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value, toJsonValue);
}

/** Flink's descriptions are HTML: its page shows them as such. */
function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
