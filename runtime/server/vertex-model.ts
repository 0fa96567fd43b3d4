// What the coordinator knows of one task and its subtasks, in Flink's words (a task is a vertex there): pure functions.

import type {
  SubtaskMetrics,
  SubtaskSnapshot,
  SubtaskStatus,
  TaskSnapshot,
  WorkerSnapshot,
} from '../protocol/cluster-snapshot.ts';
import { NOT_KNOWN } from './cluster-model.ts';
import type {
  BackpressureLevel,
  ExecutionStateCounts,
  IoMetrics,
  MetricStatistics,
  VertexBackpressureResponse,
  VertexDetailsResponse,
  VertexWatermarksResponse,
} from './schema.ts';

/** Flink's bounds: more than a tenth of the time is low, more than half is high. */
const BACKPRESSURE_LOW_ABOVE = 0.1;
const BACKPRESSURE_HIGH_ABOVE = 0.5;

/** Java's Long.MIN_VALUE: no watermark has come. */
const NO_WATERMARK = '-9223372036854775808';
/** Java's Long.MAX_VALUE: the input has ended. */
const END_OF_INPUT = '9223372036854775807';
/** The last moment that a Date can hold: a watermark above says that no record will follow. */
const LAST_MOMENT_MS = 8.64e15;

/** `GET /jobs/:id/vertices/:vertex` */
export function describeVertex(
  task: TaskSnapshot,
  workers: readonly WorkerSnapshot[],
  nowMs: number,
): VertexDetailsResponse {
  const addresses = new Map(workers.map((worker) => [worker.id, worker.address]));
  return {
    id: task.id,
    name: task.name,
    parallelism: task.parallelism,
    maxParallelism: task.maxParallelism,
    now: Math.round(nowMs),
    subtasks: task.subtasks.map((subtask) => ({
      subtask: subtask.index,
      status: subtask.status,
      attempt: 0,
      endpoint: addresses.get(subtask.workerId) ?? '(unassigned)',
      ...describeSpan(subtask, nowMs),
      metrics: describeIo([subtask]),
      'taskmanager-id': subtask.workerId,
      'status-duration': describeStatusDuration(subtask, nowMs),
    })),
    aggregated: { metrics: describeStatistics(task.subtasks) },
  };
}

/** `GET /jobs/:id/vertices/:vertex/backpressure` */
export function describeBackpressure(
  task: TaskSnapshot,
  nowMs: number,
): VertexBackpressureResponse {
  const subtasks = task.subtasks.map(({ index, metrics }) => ({
    subtask: index,
    'attempt-number': 0,
    backpressureLevel: backpressureLevel(metrics.backpressuredMsPerSecond / 1000),
    ratio: metrics.backpressuredMsPerSecond / 1000,
    idleRatio: metrics.idleMsPerSecond / 1000,
    busyRatio: metrics.busyMsPerSecond / 1000,
  }));
  return {
    status: 'ok',
    backpressureLevel: backpressureLevel(Math.max(0, ...subtasks.map(({ ratio }) => ratio))),
    'end-timestamp': Math.round(nowMs),
    subtasks,
  };
}

/** `GET /jobs/:id/vertices/:vertex/watermarks` */
export function describeWatermarks(task: TaskSnapshot): VertexWatermarksResponse {
  return task.subtasks.map(({ index, metrics }) => ({
    id: `${index}.currentInputWatermark`,
    value: formatJavaLong(metrics.watermarkMs),
  }));
}

/** How many subtasks are in each ExecutionState; the states that only Flink has stay 0. */
export function countStates(statuses: readonly SubtaskStatus[]): ExecutionStateCounts {
  const counts: ExecutionStateCounts = {
    CREATED: 0,
    SCHEDULED: 0,
    DEPLOYING: 0,
    RUNNING: 0,
    FINISHED: 0,
    CANCELING: 0,
    CANCELED: 0,
    FAILED: 0,
    RECONCILING: 0,
    INITIALIZING: 0,
  };
  for (const status of statuses) counts[status]++;
  return counts;
}

/** Flink's rule for one status of many (ExecutionJobVertex.getAggregateJobVertexState). */
export function combineStates(counts: ExecutionStateCounts, parallelism: number): SubtaskStatus {
  for (const status of ['FAILED', 'CANCELING', 'CANCELED', 'INITIALIZING', 'RUNNING'] as const) {
    if (counts[status] > 0) return status;
  }
  if (counts.FINISHED > 0) return counts.FINISHED === parallelism ? 'FINISHED' : 'RUNNING';
  return 'CREATED';
}

/** What some subtasks have read and written together; the counts come with heartbeats and are always complete. */
export function describeIo(subtasks: readonly SubtaskSnapshot[]): IoMetrics {
  const sum = (figure: (metrics: SubtaskMetrics) => number): number =>
    Math.round(subtasks.reduce((total, { metrics }) => total + figure(metrics), 0));
  return {
    'read-bytes': sum((metrics) => metrics.bytesIn),
    'read-bytes-complete': true,
    'write-bytes': sum((metrics) => metrics.bytesOut),
    'write-bytes-complete': true,
    'read-records': sum((metrics) => metrics.recordsIn),
    'read-records-complete': true,
    'write-records': sum((metrics) => metrics.recordsOut),
    'write-records-complete': true,
    'accumulated-backpressured-time': sum((metrics) => metrics.backpressuredMsTotal),
    'accumulated-idle-time': sum((metrics) => metrics.idleMsTotal),
    'accumulated-busy-time': sum((metrics) => metrics.busyMsTotal),
  };
}

interface Span {
  readonly startedMs: number | undefined;
  readonly endedMs: number | undefined;
}

/** Start, end and duration as Flink reports them: -1 for what has not happened. */
export function describeSpan(
  { startedMs, endedMs }: Span,
  nowMs: number,
): { 'start-time': number; 'end-time': number; duration: number } {
  if (startedMs === undefined) {
    return { 'start-time': NOT_KNOWN, 'end-time': NOT_KNOWN, duration: NOT_KNOWN };
  }
  return {
    'start-time': Math.round(startedMs),
    'end-time': endedMs === undefined ? NOT_KNOWN : Math.round(endedMs),
    duration: Math.max(Math.round((endedMs ?? nowMs) - startedMs), 0),
  };
}

/** Only the time since the start is known, and it counts as running. */
function describeStatusDuration(subtask: SubtaskSnapshot, nowMs: number): Record<string, number> {
  return {
    CREATED: NOT_KNOWN,
    SCHEDULED: NOT_KNOWN,
    DEPLOYING: NOT_KNOWN,
    INITIALIZING: NOT_KNOWN,
    RUNNING: describeSpan(subtask, nowMs).duration,
  };
}

function describeStatistics(
  subtasks: readonly SubtaskSnapshot[],
): Record<string, MetricStatistics> {
  const each = subtasks.map((subtask) => Object.entries(describeIo([subtask])));
  const names = (each[0] ?? []).filter(([, value]) => typeof value === 'number');
  return Object.fromEntries(
    names.map(([name]) => [
      name,
      summarize(each.map((entries) => Number(Object.fromEntries(entries)[name]))),
    ]),
  );
}

/** Flink's statistics: percentiles interpolate at `p * (n + 1)`, and everything is rounded to an integer. */
export function summarize(values: readonly number[]): MetricStatistics {
  const sorted = values.toSorted((left, right) => left - right);
  const total = sorted.reduce((sum, value) => sum + value, 0);
  const at = (rank: number): number => sorted[Math.min(Math.max(rank, 1), sorted.length) - 1] ?? 0;
  const percentile = (share: number): number => {
    const position = share * (sorted.length + 1);
    const lower = at(Math.floor(position));
    return Math.round(lower + (position % 1) * (at(Math.floor(position) + 1) - lower));
  };
  return {
    min: at(1),
    max: at(sorted.length),
    avg: sorted.length === 0 ? 0 : Math.round(total / sorted.length),
    sum: total,
    median: percentile(0.5),
    p25: percentile(0.25),
    p75: percentile(0.75),
    p95: percentile(0.95),
  };
}

function backpressureLevel(ratio: number): BackpressureLevel {
  if (ratio > BACKPRESSURE_HIGH_ABOVE) return 'high';
  return ratio > BACKPRESSURE_LOW_ABOVE ? 'low' : 'ok';
}

function formatJavaLong(watermarkMs: number | undefined): string {
  if (watermarkMs === undefined || watermarkMs < -LAST_MOMENT_MS) return NO_WATERMARK;
  return watermarkMs > LAST_MOMENT_MS ? END_OF_INPUT : String(Math.floor(watermarkMs));
}
