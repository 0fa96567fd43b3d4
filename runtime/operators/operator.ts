// The contract of an operator at run time: one instance a subtask, called by one thread, never concurrently.
//   I1. `process` runs to its end; it never waits. Results go to `emit` by reference: nobody changes a record afterwards.
//   I2. Event-time work is resumable: `advanceWatermark` stops early when the outputs are full and is called again with
//       the same watermark; a barrier may fall between two calls.
//   I3. The engine sets no key: a keyed operator derives it from the record.

import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import type { KeyGroupRange } from '../core/key-group.ts';
import type { ExecutionMode } from '../core/execution-mode.ts';
import type { MemoryBudget } from '../state/memory-budget.ts';

/** Takes one record on; `timestampMs` may be `NO_TIMESTAMP`. */
export type Emit = (value: unknown, timestampMs: number) => void;

/** What an operator is given when it is made. */
export interface OperatorContext {
  readonly uid: string;
  readonly name: string;
  readonly subtaskIndex: number;
  readonly parallelism: number;
  readonly maxParallelism: number;
  /** The key groups this subtask owns, when its input is keyed. */
  readonly keyGroups: KeyGroupRange;
  /** In batch mode only final results are emitted, at the latest from `endInput`. */
  readonly mode: ExecutionMode;
  readonly clock: Clock;
  readonly log: Log;
  /** What tables outside of the heap may take. */
  readonly stateMemory: MemoryBudget;
  /** The main output. */
  readonly emit: Emit;
  /** A side output; emitting where nobody listens costs nothing. Undefined when nobody listens. */
  sideOutput(tag: string): Emit | undefined;
  /** True while the outputs have no room: loops over many results stop and report that they are not done. */
  isBlocked(): boolean;
  /** The event time reached, `NO_WATERMARK` before the first. */
  currentWatermark(): number;
  /** A named count shown with the job. */
  count(counter: string, by?: number): void;
  /** Asks for `onProcessingTime` at this clock time; asking earlier replaces a later wish. */
  wakeAt(timeMs: number): void;
  /** Asks for `onProcessingTime` in the next step: something outside of the task has come. May be called at any time. */
  wake(): void;
  /** Ends the job with an error that came outside of a step; inside of one, throw. */
  fail(error: unknown): void;
  /** What user code threw becomes `USER_FUNCTION_FAILED` with operator, subtask and record. */
  failure(error: unknown, record: unknown): Error;
}

/** One instance of an operator. */
export interface Operator {
  open?(): Promise<void> | void;
  /** One record of the first input. */
  readonly process: Emit;
  /** One record of the second input, of an operator that has two. Both are called by the same thread, one at a time. */
  readonly processSecond?: Emit;
  /** Event time has reached `watermarkMs`. False: stopped early, call again. */
  advanceWatermark?(watermarkMs: number): boolean;
  /** The clock has reached what `wakeAt` asked for. False: stopped early, call again. */
  onProcessingTime?(nowMs: number): boolean;
  /**
   * Of a keyed operator that would rather have its input sorted by key in batch mode than keep the state of all keys: the
   * last record of the current key was processed and its event-time timers have fired. What is left of the key is dropped.
   * False: stopped early, call again.
   */
  endKey?(): boolean;
  /** All input has ended; the last results are emitted. False: stopped early, call again. */
  endInput?(): boolean;
  /** The watermark this operator passes on when it makes its own; otherwise the one it was given. */
  outputWatermark?(): number;
  /** Of an operator that makes its own watermarks: whether it holds event time back no longer; undefined: as its input. */
  isIdle?(): boolean | undefined;
  /**
   * True while it has no room, because it waits for something outside of the task: no input is taken, and the operators
   * before it stop early. What ends the wait calls `wake`. Records that are on their way must be taken all the same.
   */
  isFull?(): boolean;
  /** After the end of input: results are durable but not visible. */
  prepare?(): Promise<void>;
  /** The whole job has prepared: make results visible. */
  commit?(): Promise<void>;
  /** Frees resources; called once, after success and after failure (`committed` tells). */
  close?(committed: boolean): Promise<void>;
}
