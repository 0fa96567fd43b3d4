// What the page derives from a snapshot: totals of a task, of a job and of the cluster. Pure.

import type { SnapshotResponse } from '../server/schema.ts';

export type Job = SnapshotResponse['jobs'][number];
export type Task = Job['tasks'][number];
export type Subtask = Task['subtasks'][number];
export type Worker = SnapshotResponse['workers'][number];

/** Shares of 1000 of the last interval. */
export interface Load {
  readonly busy: number;
  readonly idle: number;
  readonly backpressured: number;
}

/** A task's subtasks together. */
export interface TaskFigures {
  readonly status: Subtask['status'];
  readonly recordsIn: number;
  readonly recordsOut: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly inPerSecond: number;
  readonly outPerSecond: number;
  /** The mean of the subtasks that run; all zero when none does. */
  readonly load: Load;
  readonly busiest: number;
  readonly mostBackpressured: number;
  /** The lowest of the subtasks; undefined when any has none, because then the task has none. */
  readonly watermarkMs: number | undefined;
  readonly counters: readonly (readonly [name: string, count: number])[];
}

/** Sums what adds up, and takes the slowest where the slowest decides. */
export function summarizeTask(task: Task): TaskFigures {
  const { subtasks } = task;
  const total = (figure: (metrics: Subtask['metrics']) => number): number =>
    subtasks.reduce((sum, { metrics }) => sum + figure(metrics), 0);
  const running = subtasks.filter(({ status }) => status === 'RUNNING');
  return {
    status: combineStatuses(subtasks.map(({ status }) => status)),
    recordsIn: total((metrics) => metrics.recordsIn),
    recordsOut: total((metrics) => metrics.recordsOut),
    bytesIn: total((metrics) => metrics.bytesIn),
    bytesOut: total((metrics) => metrics.bytesOut),
    inPerSecond: total((metrics) => metrics.recordsInPerSecond),
    outPerSecond: total((metrics) => metrics.recordsOutPerSecond),
    load: meanLoad(running),
    busiest: Math.max(0, ...running.map(({ metrics }) => metrics.busyMsPerSecond)),
    mostBackpressured: Math.max(
      0,
      ...running.map(({ metrics }) => metrics.backpressuredMsPerSecond),
    ),
    watermarkMs: lowestWatermark(subtasks),
    counters: sumCounters(subtasks),
  };
}

/** A job's flow: what its sources read and what its last tasks took. */
export interface JobFigures {
  readonly recordsRead: number;
  readonly readPerSecond: number;
  readonly recordsWritten: number;
  readonly subtasksRunning: number;
  readonly subtasks: number;
}

/** Sources are the tasks without input; sinks those that nothing reads from. */
export function summarizeJob(job: Job): JobFigures {
  const isRead = new Set(job.tasks.flatMap(({ inputs }) => inputs.map(({ from }) => from)));
  const sources = job.tasks.filter(({ inputs }) => inputs.length === 0).map(summarizeTask);
  const sinks = job.tasks.filter(({ id }) => !isRead.has(id)).map(summarizeTask);
  const subtasks = job.tasks.flatMap((task) => task.subtasks);
  return {
    // A source may count what it reads, or only what it hands on.
    recordsRead: sumOf(sources, (task) => task.recordsIn || task.recordsOut),
    readPerSecond: sumOf(sources, (task) => task.inPerSecond || task.outPerSecond),
    recordsWritten: sumOf(sinks, (task) => task.recordsOut || task.recordsIn),
    subtasksRunning: subtasks.filter(({ status }) => status === 'RUNNING').length,
    subtasks: subtasks.length,
  };
}

/** Whether the job may still change. */
export function isActive({ status }: Job): boolean {
  return status !== 'FINISHED' && status !== 'FAILED' && status !== 'CANCELED';
}

/** How long the job ran, or has run. */
export function jobDurationMs({ startedMs, endedMs }: Job, nowMs: number): number {
  return Math.max((endedMs ?? nowMs) - startedMs, 0);
}

/** What decides a task's colour: the largest share, with backpressure first, as it says that the cause is elsewhere. */
export function dominantLoad({ busy, idle, backpressured }: Load): keyof Load | 'unknown' {
  if (busy + idle + backpressured === 0) return 'unknown';
  if (backpressured >= busy && backpressured >= idle) return 'backpressured';
  return busy >= idle ? 'busy' : 'idle';
}

/** The load of one subtask; all zero when it does not run. */
export function loadOf({ status, metrics }: Subtask): Load {
  if (status !== 'RUNNING') return { busy: 0, idle: 0, backpressured: 0 };
  return {
    busy: metrics.busyMsPerSecond,
    idle: metrics.idleMsPerSecond,
    backpressured: metrics.backpressuredMsPerSecond,
  };
}

/** The parts of a worker's memory limit, in the order in which they are drawn. */
export function splitMemory({ memory, slots }: Worker): readonly (readonly [string, number])[] {
  return [
    ['heap', slots * memory.heapBytesPerSlot],
    ['state', memory.stateBytes],
    ['network', memory.networkBytes],
    ['overhead', memory.overheadBytes],
  ];
}

function combineStatuses(statuses: readonly Subtask['status'][]): Subtask['status'] {
  const first = (
    ['FAILED', 'CANCELING', 'CANCELED', 'INITIALIZING', 'DEPLOYING', 'RUNNING'] as const
  ).find((status) => statuses.includes(status));
  if (first !== undefined) return first;
  if (!statuses.includes('FINISHED')) return 'CREATED';
  return statuses.every((status) => status === 'FINISHED') ? 'FINISHED' : 'RUNNING';
}

function meanLoad(running: readonly Subtask[]): Load {
  const mean = (figure: (load: Load) => number): number =>
    running.length === 0 ? 0 : sumOf(running, (each) => figure(loadOf(each))) / running.length;
  return {
    busy: mean((load) => load.busy),
    idle: mean((load) => load.idle),
    backpressured: mean((load) => load.backpressured),
  };
}

function lowestWatermark(subtasks: readonly Subtask[]): number | undefined {
  let lowest = Infinity;
  for (const { metrics } of subtasks) {
    if (metrics.watermarkMs === undefined) return undefined;
    lowest = Math.min(lowest, metrics.watermarkMs);
  }
  return subtasks.length === 0 ? undefined : lowest;
}

function sumCounters(subtasks: readonly Subtask[]): [string, number][] {
  const sums = new Map<string, number>();
  for (const [name, count] of subtasks.flatMap(({ metrics }) => Object.entries(metrics.counters))) {
    sums.set(name, (sums.get(name) ?? 0) + count);
  }
  return [...sums].toSorted(([left], [right]) => left.localeCompare(right));
}

function sumOf<Item>(items: readonly Item[], figure: (item: Item) => number): number {
  return items.reduce((sum, item) => sum + figure(item), 0);
}
