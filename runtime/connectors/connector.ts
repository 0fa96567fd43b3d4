// The contract of everything that touches the outside: sources bring records in, sinks carry them out.
// A spec is plain data made by `connectors/<name>/spec.ts` while a job is described; a maker turns it into a reader or a
// writer inside a slot.
//   I1. A reader's position, taken between two polls, and handed to `open` again, continues with the next record.
//   I2. A writer makes nothing visible before `commit`, and `commit` may be called again after a crash.
//   I3. Neither blocks the slot: long work is asynchronous, between polls.

import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import type { RecordType } from '../types/record-type.ts';

/** A source as described by a job: `kind` names the maker, the rest is the maker's own. `Out` is carried for types only. */
export interface SourceSpec<Out> {
  readonly kind: string;
  /** Shown in plans: `file-lines(access.log)`. */
  readonly label: string;
  readonly bounded: boolean;
  /** How many subtasks can share the reading; undefined when any number can. */
  readonly parallelismMax?: number | undefined;
  /** The record type when known; otherwise it is inferred. */
  readonly recordType?: RecordType | undefined;
  /** Never set: makes the record type visible to the compiler. */
  readonly out?: Out;
}

/** What a reader is given. */
export interface SourceContext {
  readonly subtaskIndex: number;
  readonly parallelism: number;
  readonly clock: Clock;
  readonly log: Log;
  /** Have `poll` called again soon; may be called from any callback of the reader. */
  wake(): void;
  /** Ends the task with this error: for failures outside of `poll`. */
  fail(error: unknown): void;
  /** A named count shown with the job (`unparsableLines`). */
  count(counter: string, by?: number): void;
}

/** `more`: poll again at once. `idle`: nothing now, poll after `wake()` or `nextPollAtMs`. `ended`: nothing ever again. */
export type SourceStatus = 'more' | 'idle' | 'ended';

/** Takes one record; `timestampMs` is the source's own event time, or `NO_TIMESTAMP`. */
export type EmitRecord<Out> = (value: Out, timestampMs: number) => void;

/** The timestamp of a record that has none (Flink: Long.MIN_VALUE). */
export const NO_TIMESTAMP = Number.MIN_SAFE_INTEGER;

/** Reads one subtask's share of a source. */
export interface SourceReader<Out> {
  /** Begins, or continues after `position`. Throws `INPUT_NOT_FOUND`, `FILE_FAILED`. */
  open(position: unknown): Promise<void>;
  /** Emits at most `limit` records, synchronously. */
  poll(emit: EmitRecord<Out>, limit: number): SourceStatus;
  /** After `idle`: the clock time at which to poll again without a wake; undefined when only a wake helps. */
  readonly nextPollAtMs?: number | undefined;
  /** Plain JSON from which `open` continues. */
  position(): unknown;
  close(): Promise<void>;
}

/** Makes the reader of a source's subtask. */
export type SourceMaker = (
  spec: SourceSpec<unknown>,
  context: SourceContext,
) => SourceReader<unknown>;

/** A sink as described by a job. `In` is carried for types only. */
export interface SinkSpec<In> {
  readonly kind: string;
  readonly label: string;
  /** How many subtasks can share the writing; undefined when any number can. */
  readonly parallelismMax?: number | undefined;
  /** Never set: makes the record type visible to the compiler. */
  readonly accepts?: (value: In) => void;
}

/** What a writer is given. `jobId` is 32 hex digits, new for each run. */
export interface SinkContext {
  readonly jobId: string;
  readonly subtaskIndex: number;
  readonly parallelism: number;
  readonly clock: Clock;
  readonly log: Log;
  /** Ends the task with this error. */
  fail(error: unknown): void;
  count(counter: string, by?: number): void;
  /** Hands a result to whoever started the job; used by the collect sink. Bounded by `collectRowsMax`. */
  collect(value: unknown): void;
  /** Have the task look at `isFull` again: a pending write has finished. */
  wake(): void;
}

/** Writes one subtask's share of a sink. */
export interface SinkWriter<In> {
  open(): Promise<void>;
  /** Takes one record; synchronous: buffers within a bound and writes behind. */
  write(value: In, timestampMs: number): void;
  /** True while the bound is reached: the task takes no more input until `wake()`. */
  readonly isFull: boolean;
  /** The end of the input: everything is written and synced, nothing visible yet. */
  prepare(): Promise<void>;
  /** Makes what was prepared visible, atomically per file; idempotent. */
  commit(): Promise<void>;
  /** Gives up: releases resources and removes what was not committed. */
  abort(): Promise<void>;
}

/** Makes the writer of a sink's subtask. */
export type SinkMaker = (spec: SinkSpec<unknown>, context: SinkContext) => SinkWriter<unknown>;
