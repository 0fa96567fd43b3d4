// What the coordinator knows at one moment, as plain data: the only thing that the REST server, the progress display and
// the tests look at. Times are epoch milliseconds; rates are per second over the last reporting interval.

import type { ErrorRecord } from '../core/errors.ts';
import type { JobId, TaskId, WorkerId } from '../core/ids.ts';

/** Flink's JobStatus, the part of it in use. */
export type JobStatus =
  | 'INITIALIZING'
  | 'CREATED'
  | 'RUNNING'
  | 'FAILING'
  | 'FAILED'
  | 'CANCELLING'
  | 'CANCELED'
  | 'FINISHED';

/** Flink's ExecutionState, the part of it in use. */
export type SubtaskStatus =
  | 'CREATED'
  | 'DEPLOYING'
  | 'INITIALIZING'
  | 'RUNNING'
  | 'FINISHED'
  | 'CANCELING'
  | 'CANCELED'
  | 'FAILED';

/** The split of a worker's memory, in bytes (DESIGN: limit = overhead + network + state + slots x heap). */
export interface WorkerMemory {
  readonly limitBytes: number;
  readonly overheadBytes: number;
  readonly networkBytes: number;
  readonly stateBytes: number;
  readonly heapBytesPerSlot: number;
}

export interface WorkerSnapshot {
  readonly id: WorkerId;
  /** `host:port` of its data connection. */
  readonly address: string;
  readonly dataPort: number;
  readonly pid: number;
  readonly slots: number;
  /** None of a worker that drains. */
  readonly freeSlots: number;
  /** Told to stop: it takes no new subtasks, and leaves when those it has are done. */
  readonly isDraining: boolean;
  readonly lastHeartbeatMs: number;
  readonly memory: WorkerMemory;
  readonly cpuCores: number;
  readonly residentBytes: number;
}

/** Counts since the subtask started, and shares of the last reporting interval that sum to 1000. */
export interface SubtaskMetrics {
  readonly recordsIn: number;
  readonly recordsOut: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly recordsInPerSecond: number;
  readonly recordsOutPerSecond: number;
  readonly busyMsPerSecond: number;
  readonly idleMsPerSecond: number;
  readonly backpressuredMsPerSecond: number;
  readonly busyMsTotal: number;
  readonly idleMsTotal: number;
  readonly backpressuredMsTotal: number;
  /** Undefined before the first watermark. */
  readonly watermarkMs: number | undefined;
  /** Counts by name, of the operators of the task: `numLateRecordsDropped`, `unparsableLines`. */
  readonly counters: Readonly<Record<string, number>>;
}

export interface SubtaskSnapshot {
  readonly index: number;
  readonly status: SubtaskStatus;
  readonly workerId: WorkerId;
  readonly slot: number;
  readonly startedMs: number | undefined;
  readonly endedMs: number | undefined;
  readonly metrics: SubtaskMetrics;
}

export interface TaskSnapshot {
  readonly id: TaskId;
  /** The operators' names in chain order: `source: flights -> timestamps`. */
  readonly name: string;
  readonly parallelism: number;
  readonly maxParallelism: number;
  readonly slotSharingGroup: string;
  /** Where its input comes from. */
  readonly inputs: readonly {
    readonly from: TaskId;
    /** `FORWARD HASH REBALANCE RESCALE SHUFFLE BROADCAST GLOBAL CUSTOM`, as Flink's plan shows them. */
    readonly shipStrategy: string;
    /** A record type for people: `{ origin: string, delay: int }`. */
    readonly recordType: string;
  }[];
  /** One line an operator, for the page's tooltip and the plan. */
  readonly operators: readonly {
    readonly uid: string;
    readonly name: string;
    readonly kind: string;
  }[];
  readonly subtasks: readonly SubtaskSnapshot[];
}

export interface JobSnapshot {
  readonly id: JobId;
  readonly name: string;
  /** Which run of the job this is: 1, then one more with each restart, each with an id of its own. */
  readonly attempt: number;
  readonly status: JobStatus;
  /** What a job that is not deployed yet waits for: `slots: it needs 2, 1 free`. */
  readonly waitingFor: string | undefined;
  readonly bounded: boolean;
  readonly planHash: string;
  readonly maxParallelism: number;
  readonly startedMs: number;
  readonly endedMs: number | undefined;
  /** When each status was entered. */
  readonly timestampsMs: Readonly<Partial<Record<JobStatus, number>>>;
  /** In topological order, sources first. */
  readonly tasks: readonly TaskSnapshot[];
  readonly parameters: Readonly<Record<string, unknown>>;
  /** Why it failed; newest first. */
  readonly failures: readonly {
    readonly error: ErrorRecord;
    readonly atMs: number;
    readonly taskName: string | undefined;
    readonly workerId: WorkerId | undefined;
  }[];
}

export interface ClusterSnapshot {
  readonly version: string;
  readonly nowMs: number;
  readonly startedMs: number;
  readonly workers: readonly WorkerSnapshot[];
  readonly jobs: readonly JobSnapshot[];
}
