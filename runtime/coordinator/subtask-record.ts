// What the coordinator knows of one subtask: its place, its status, its counts, and the rates it makes of two reports.

import type {
  SubtaskMetrics,
  SubtaskSnapshot,
  SubtaskStatus,
} from '../protocol/cluster-snapshot.ts';
import type { SlotAddress, SubtaskCounts, SubtaskReportStatus } from '../protocol/control.ts';

const NO_COUNTS: SubtaskCounts = {
  recordsIn: 0,
  recordsOut: 0,
  bytesIn: 0,
  bytesOut: 0,
  busyMsTotal: 0,
  idleMsTotal: 0,
  backpressuredMsTotal: 0,
  watermarkMs: undefined,
  counters: {},
};

/** Two reports closer together than this say nothing about a rate. */
const RATE_INTERVAL_MIN_MS = 100;

const STATUS_OF: Readonly<Record<SubtaskReportStatus, SubtaskStatus>> = {
  initializing: 'INITIALIZING',
  running: 'RUNNING',
  prepared: 'FINISHED',
  committed: 'FINISHED',
  failed: 'FAILED',
  canceled: 'CANCELED',
};

/** One subtask of a running job. */
export class SubtaskRecord {
  readonly index: number;
  readonly place: SlotAddress;
  reported: SubtaskReportStatus | undefined;
  #status: SubtaskStatus = 'DEPLOYING';
  #startedMs: number | undefined;
  #endedMs: number | undefined;
  #counts: SubtaskCounts = NO_COUNTS;
  #rates = zeroRates();
  #counted: SubtaskCounts = NO_COUNTS; // those the rates were last made of
  #countedMs: number | undefined;

  constructor(index: number, place: SlotAddress) {
    this.index = index;
    this.place = place;
  }

  get hasEnded(): boolean {
    return this.#endedMs !== undefined;
  }

  enter(status: SubtaskReportStatus, nowMs: number): void {
    this.reported = status;
    this.#status = STATUS_OF[status];
    if (status === 'running') this.#startedMs ??= nowMs;
    if (status === 'initializing' || status === 'running') return;
    this.#endedMs ??= nowMs;
    this.#rates = zeroRates();
  }

  /** Subtasks that are told to stop, or whose worker is gone. */
  cancel(nowMs: number): void {
    if (this.#endedMs === undefined) this.enter('canceled', nowMs);
  }

  count(counts: SubtaskCounts, nowMs: number): void {
    this.#counts = counts;
    if (this.hasEnded) return;
    const elapsedMs = nowMs - (this.#countedMs ?? this.#startedMs ?? nowMs);
    if (elapsedMs < RATE_INTERVAL_MIN_MS) return;
    this.#rates = ratesBetween(this.#counted, counts, elapsedMs);
    this.#counted = counts;
    this.#countedMs = nowMs;
  }

  snapshot(): SubtaskSnapshot {
    return {
      index: this.index,
      status: this.#status,
      workerId: this.place.workerId,
      slot: this.place.slot,
      startedMs: this.#startedMs,
      endedMs: this.#endedMs,
      metrics: { ...this.#counts, ...this.#rates },
    };
  }
}

type Rates = Pick<
  SubtaskMetrics,
  | 'recordsInPerSecond'
  | 'recordsOutPerSecond'
  | 'busyMsPerSecond'
  | 'idleMsPerSecond'
  | 'backpressuredMsPerSecond'
>;

function zeroRates(): Rates {
  return {
    recordsInPerSecond: 0,
    recordsOutPerSecond: 0,
    busyMsPerSecond: 0,
    idleMsPerSecond: 0,
    backpressuredMsPerSecond: 0,
  };
}

function ratesBetween(before: SubtaskCounts, after: SubtaskCounts, elapsedMs: number): Rates {
  const perSecond = (from: number, to: number): number => ((to - from) * 1000) / elapsedMs;
  const busyMs = after.busyMsTotal - before.busyMsTotal;
  const idleMs = after.idleMsTotal - before.idleMsTotal;
  const heldMs = after.backpressuredMsTotal - before.backpressuredMsTotal;
  const spentMs = Math.max(1, busyMs + idleMs + heldMs);
  return {
    recordsInPerSecond: perSecond(before.recordsIn, after.recordsIn),
    recordsOutPerSecond: perSecond(before.recordsOut, after.recordsOut),
    busyMsPerSecond: (1000 * busyMs) / spentMs,
    idleMsPerSecond: (1000 * idleMs) / spentMs,
    backpressuredMsPerSecond: (1000 * heldMs) / spentMs,
  };
}
