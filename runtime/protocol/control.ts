// What coordinator and workers say to each other: JSON messages over one TCP connection that the worker opens. Frames are
// in `frame.ts`. The coordinator decides, the worker reports; neither assumes that a message was heard before the other
// side says so.
//
//   worker -> coordinator   register, heartbeat, draining, metrics, deployed, subtask, source, deployment-failed,
//                           collected, released
//   coordinator -> worker   welcome, refused, heartbeat, deploy, start, source, stop, commit, cancel
//
// `source` messages go between the enumerator of a source, or the alignment of watermarks, and one subtask of the source.

import { z } from 'zod';
import type { SourceSplit } from '../connectors/connector.ts';
import type { ErrorRecord } from '../core/errors.ts';
import { EngineError } from '../core/errors.ts';
import type { JobId, WorkerId } from '../core/ids.ts';
import type { PhysicalPlan } from '../graph/physical.ts';
import type { ExecutionMode } from '../core/execution-mode.ts';
import type { SubtaskMetrics, WorkerMemory } from './cluster-snapshot.ts';

/** Raised with every change of a message; both sides must have the same. */
export const PROTOCOL_VERSION = 3;

/** Which incarnation of which job: frames and reports of an older one are ignored. Unique in the cluster's life. */
export type DeploymentId = number;

/** Where a subtask runs. */
export interface SlotAddress {
  readonly workerId: WorkerId;
  readonly slot: number;
}

/** How the program of a job is found and run; the same on every process. */
export interface JobProgram {
  /** A file URL, or a path relative to the engine's `jobs/` folder or the job-dir volume. */
  readonly module: string;
  /** As given, before the job's schema was applied. */
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly parallelism: number;
  /** @default 'streaming' */
  readonly mode?: ExecutionMode | undefined;
}

/** Where the other workers of a deployment take data connections. */
export interface DataAddress {
  readonly workerId: WorkerId;
  readonly host: string;
  readonly port: number;
}

export interface DeployMessage {
  readonly kind: 'deploy';
  readonly jobId: JobId;
  readonly deployment: DeploymentId;
  readonly program: JobProgram;
  readonly plan: PhysicalPlan;
  /** By task index, then subtask index. */
  readonly placement: readonly (readonly SlotAddress[])[];
  readonly peers: readonly DataAddress[];
}

/** What a source subtask is told. */
export type ToSource =
  | { readonly kind: 'splits'; readonly splits: readonly SourceSplit[] }
  | { readonly kind: 'no-more-splits' }
  | { readonly kind: 'event'; readonly event: unknown }
  /** Splits beyond this event time are paused, until a later message says otherwise. */
  | { readonly kind: 'watermark-limit'; readonly watermarkMs: number };

/** What a source subtask says. */
export type FromSource =
  | { readonly kind: 'split-request' }
  | { readonly kind: 'event'; readonly event: unknown }
  /** `MAX_WATERMARK` when it holds nobody back. */
  | { readonly kind: 'watermark'; readonly watermarkMs: number };

/** What the coordinator sends. */
export type CoordinatorMessage =
  | {
      readonly kind: 'welcome';
      readonly heartbeatIntervalMs: number;
      /** Silence of the coordinator after which the worker must have given up, before it is itself counted as lost. */
      readonly silenceMaxMs: number;
    }
  | { readonly kind: 'refused'; readonly reason: string }
  /** The answer to a worker's. */
  | { readonly kind: 'heartbeat' }
  | DeployMessage
  | { readonly kind: 'start'; readonly deployment: DeploymentId }
  | {
      readonly kind: 'source';
      readonly deployment: DeploymentId;
      readonly task: number;
      readonly subtask: number;
      readonly event: ToSource;
    }
  | { readonly kind: 'stop'; readonly deployment: DeploymentId }
  | { readonly kind: 'commit'; readonly deployment: DeploymentId }
  | { readonly kind: 'cancel'; readonly deployment: DeploymentId };

export interface RegisterMessage {
  readonly kind: 'register';
  readonly protocolVersion: number;
  readonly workerId: WorkerId;
  /** Of the code it runs; workers that run other code than the coordinator are refused. */
  readonly codeHash: string | undefined;
  readonly pid: number;
  readonly slots: number;
  readonly cpuCores: number;
  readonly memory: WorkerMemory;
  readonly dataHost: string;
  readonly dataPort: number;
}

/** What a subtask has come to. `prepared`: all done and durable, waiting for `commit`. */
export type SubtaskReportStatus =
  'initializing' | 'running' | 'prepared' | 'committed' | 'failed' | 'canceled';

/** Counts since the start; the coordinator makes rates of them. */
export type SubtaskCounts = Omit<
  SubtaskMetrics,
  | 'recordsInPerSecond'
  | 'recordsOutPerSecond'
  | 'busyMsPerSecond'
  | 'idleMsPerSecond'
  | 'backpressuredMsPerSecond'
>;

/** What a worker sends. */
export type WorkerMessage =
  | RegisterMessage
  | { readonly kind: 'heartbeat'; readonly residentBytes: number }
  /** The process was told to stop: no new subtasks, please. */
  | { readonly kind: 'draining' }
  | {
      readonly kind: 'metrics';
      readonly deployment: DeploymentId;
      readonly subtasks: readonly {
        readonly task: number;
        readonly subtask: number;
        readonly counts: SubtaskCounts;
      }[];
    }
  | { readonly kind: 'deployed'; readonly deployment: DeploymentId }
  | {
      readonly kind: 'subtask';
      readonly deployment: DeploymentId;
      readonly task: number;
      readonly subtask: number;
      readonly status: SubtaskReportStatus;
      readonly error?: ErrorRecord | undefined;
    }
  | {
      readonly kind: 'source';
      readonly deployment: DeploymentId;
      readonly task: number;
      readonly subtask: number;
      readonly event: FromSource;
    }
  | {
      readonly kind: 'deployment-failed';
      readonly deployment: DeploymentId;
      readonly error: ErrorRecord;
    }
  | {
      readonly kind: 'collected';
      readonly deployment: DeploymentId;
      /** `node:v8`-serialised rows, base64. */
      readonly rows: string;
    }
  | { readonly kind: 'released'; readonly deployment: DeploymentId };

const coordinatorEnvelope = z.looseObject({
  kind: z.enum([
    'welcome',
    'refused',
    'heartbeat',
    'deploy',
    'start',
    'source',
    'stop',
    'commit',
    'cancel',
  ]),
});
const workerEnvelope = z.looseObject({
  kind: z.enum([
    'register',
    'heartbeat',
    'draining',
    'metrics',
    'deployed',
    'subtask',
    'source',
    'deployment-failed',
    'collected',
    'released',
  ]),
});

/** Throws `PROTOCOL_VIOLATION` for anything that is not a coordinator's message. */
export function readCoordinatorMessage(json: unknown): CoordinatorMessage {
  return read(coordinatorEnvelope, json) as unknown as CoordinatorMessage;
}

/** Throws `PROTOCOL_VIOLATION` for anything that is not a worker's message. */
export function readWorkerMessage(json: unknown): WorkerMessage {
  return read(workerEnvelope, json) as unknown as WorkerMessage;
}

function read<Schema extends z.ZodType>(envelope: Schema, json: unknown): z.output<Schema> {
  const parsed = envelope.safeParse(json);
  if (parsed.success) return parsed.data;
  throw new EngineError('PROTOCOL_VIOLATION', 'A peer sent a message of an unknown kind.');
}
