// A task's subtasks together, as one line of the terminal has them: what adds up is summed, the slowest watermark counts.

import type { JobSnapshot, SubtaskMetrics, TaskSnapshot } from '../protocol/cluster-snapshot.ts';

export interface TaskFigures {
  readonly recordsIn: number;
  readonly recordsOut: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly inPerSecond: number;
  readonly outPerSecond: number;
  /** Undefined while any subtask has none. */
  readonly watermarkMs: number | undefined;
  /** Of 1000, the mean of the subtasks that run; all zero when none does. */
  readonly busy: number;
  readonly backpressured: number;
  readonly idle: number;
  readonly running: number;
  /** Of the whole time, of 1000. */
  readonly busyOfTotal: number;
}

/** Sums up a task. */
export function summarizeTask({ subtasks }: TaskSnapshot): TaskFigures {
  const all = subtasks.map(({ metrics }) => metrics);
  const running = subtasks.filter(({ status }) => status === 'RUNNING').map((each) => each.metrics);
  const mean = (figure: (metrics: SubtaskMetrics) => number): number =>
    running.length === 0 ? 0 : sum(running, figure) / running.length;
  const busyMs = sum(all, (metrics) => metrics.busyMsTotal);
  const totalMs = sum(all, (metrics) => metrics.idleMsTotal + metrics.backpressuredMsTotal);
  return {
    recordsIn: sum(all, (metrics) => metrics.recordsIn),
    recordsOut: sum(all, (metrics) => metrics.recordsOut),
    bytesIn: sum(all, (metrics) => metrics.bytesIn),
    bytesOut: sum(all, (metrics) => metrics.bytesOut),
    inPerSecond: sum(running, (metrics) => metrics.recordsInPerSecond),
    outPerSecond: sum(running, (metrics) => metrics.recordsOutPerSecond),
    watermarkMs: lowestWatermark(all),
    busy: mean((metrics) => metrics.busyMsPerSecond),
    backpressured: mean((metrics) => metrics.backpressuredMsPerSecond),
    idle: mean((metrics) => metrics.idleMsPerSecond),
    running: running.length,
    busyOfTotal: busyMs === 0 ? 0 : (busyMs / (busyMs + totalMs)) * 1000,
  };
}

/** What a job's sources read and its last tasks took, with the rate of now. */
export interface JobFlow {
  readonly recordsRead: number;
  readonly readPerSecond: number;
  readonly recordsWritten: number;
}

/** A source may count what it reads or only what it hands on; a sink what it takes or also what it writes. */
export function summarizeFlow({ tasks }: JobSnapshot): JobFlow {
  const isRead = new Set(tasks.flatMap(({ inputs }) => inputs.map(({ from }) => from)));
  const sources = tasks.filter(({ inputs }) => inputs.length === 0).map(summarizeTask);
  const sinks = tasks.filter(({ id }) => !isRead.has(id)).map(summarizeTask);
  return {
    recordsRead: sum(sources, (task) => task.recordsIn || task.recordsOut),
    readPerSecond: sum(sources, (task) => task.inPerSecond || task.outPerSecond),
    recordsWritten: sum(sinks, (task) => task.recordsOut || task.recordsIn),
  };
}

/** The counters of all operators by name, in the order of names. */
export function sumCounters({ tasks }: JobSnapshot): [name: string, count: number][] {
  const sums = new Map<string, number>();
  const subtasks = tasks.flatMap((task) => task.subtasks);
  for (const [name, count] of subtasks.flatMap(({ metrics }) => Object.entries(metrics.counters))) {
    sums.set(name, (sums.get(name) ?? 0) + count);
  }
  return [...sums].toSorted(([left], [right]) => left.localeCompare(right));
}

/** Whether the job may still change. */
export function isActive({ status }: JobSnapshot): boolean {
  return status !== 'FINISHED' && status !== 'FAILED' && status !== 'CANCELED';
}

function lowestWatermark(all: readonly SubtaskMetrics[]): number | undefined {
  let lowest = Infinity;
  for (const { watermarkMs } of all) {
    if (watermarkMs === undefined) return undefined;
    lowest = Math.min(lowest, watermarkMs);
  }
  return all.length === 0 ? undefined : lowest;
}

function sum<Item>(items: readonly Item[], figure: (item: Item) => number): number {
  return items.reduce((total, item) => total + figure(item), 0);
}
