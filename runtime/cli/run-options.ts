// What `millrace run` can be told besides the job's own parameters.

import type { ExecutionMode } from '../core/execution-mode.ts';

/** The options of `run` that are not the job's own. */
export interface RunOptions {
  readonly workers: number;
  readonly slots: number;
  readonly parallelism?: number;
  readonly mode: ExecutionMode;
  /** Bytes. */
  readonly memory: number;
  readonly bufferTimeout?: number;
  readonly restPort: number;
  readonly check?: boolean;
  readonly keep?: boolean;
  readonly logLevel: string;
}
