// What a worker's main thread and its slot threads say to each other by `postMessage`. Rings and doorbells are shared
// memory: they are handed over once and then used without messages.

import type { ErrorRecord } from '../core/errors.ts';
import type { JobId } from '../core/ids.ts';
import type { LogFields } from '../core/log.ts';
import type {
  DeploymentId,
  FromSource,
  JobProgram,
  SubtaskCounts,
  SubtaskReportStatus,
  ToSource,
} from '../protocol/control.ts';
import type { RingMemory } from '../shuffle/ring.ts';
import type { SubtaskAddress } from './subtask.ts';

/** What a slot needs of the settings. */
export interface SlotSettings {
  readonly bufferTimeoutMs: number;
  readonly reportIntervalMs: number;
  readonly recordBytesMax: number;
  readonly overflowBytesMax: number;
  readonly collectRowsMax: number;
  readonly stateBytes: number;
  /** For local files; the system's folder for such when undefined. */
  readonly workDirectory: string | undefined;
}

/** Given to the thread when it is made. */
export interface SlotData {
  readonly slot: number;
  readonly bell: SharedArrayBuffer;
  readonly settings: SlotSettings;
}

/** One end of a channel in this slot. */
export interface SlotChannel {
  readonly number: number;
  readonly ring: RingMemory;
  /** Of the thread at the other end. */
  readonly peerBell: SharedArrayBuffer;
}

export interface SlotDeployment {
  readonly kind: 'deploy';
  readonly deployment: DeploymentId;
  readonly jobId: JobId;
  readonly program: JobProgram;
  readonly planHash: string;
  readonly subtasks: readonly SubtaskAddress[];
  /** Channels that subtasks of this slot read, by number. */
  readonly inputs: readonly SlotChannel[];
  /** Channels that subtasks of this slot write, by number. */
  readonly outputs: readonly SlotChannel[];
}

export type ToSlot =
  | SlotDeployment
  | { readonly kind: 'start' }
  | { readonly kind: 'source'; readonly address: SubtaskAddress; readonly event: ToSource }
  | { readonly kind: 'stop' }
  | { readonly kind: 'commit' }
  | { readonly kind: 'cancel' };

export type FromSlot =
  | { readonly kind: 'ready' }
  | { readonly kind: 'deployed' }
  | { readonly kind: 'deployment-failed'; readonly error: ErrorRecord }
  | {
      readonly kind: 'subtask';
      readonly address: SubtaskAddress;
      readonly status: SubtaskReportStatus;
      readonly error?: ErrorRecord | undefined;
    }
  | { readonly kind: 'source'; readonly address: SubtaskAddress; readonly event: FromSource }
  | {
      readonly kind: 'metrics';
      readonly subtasks: readonly {
        readonly address: SubtaskAddress;
        readonly counts: SubtaskCounts;
      }[];
    }
  | { readonly kind: 'collected'; readonly rows: string }
  | { readonly kind: 'released' }
  | {
      readonly kind: 'log';
      readonly level: 'debug' | 'info' | 'warn' | 'error';
      readonly message: string;
      readonly fields: LogFields;
    };
