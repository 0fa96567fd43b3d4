// The contract of everything that touches the outside: sources bring records in, sinks carry them out.
// A spec is plain data made by `connectors/<name>/spec.ts` while a job is described; a maker turns it into a reader or a
// writer inside a slot.
// A source is read by rule (`SourceReader`: each subtask knows its share), or by splits (`SplitReader` in the slots, and one
// `SplitEnumerator` in the coordinator that finds splits and deals them out).
//   I1. A reader's position, taken between two polls, and handed to `open` again, continues with the next record.
//   I2. A writer makes nothing visible before `commit`, and `commit` may be called again after a crash.
//   I3. Neither blocks the slot: long work is asynchronous, between polls.
//   I4. All that a split's reading has come to is in the split: any subtask can go on with it.

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
  /** The rate over all subtasks, kept by their tasks; as fast as possible when absent. */
  readonly recordsPerSecond?: number | undefined;
  /** The record type when known; otherwise it is inferred. */
  readonly recordType?: RecordType | undefined;
  /** The sources that this one is made of; their makers are loaded with it. */
  readonly parts?: readonly SourceSpec<unknown>[] | undefined;
  /** Never set: makes the record type visible to the compiler. */
  readonly out?: Out;
}

/** A part of a source, as plain JSON. What it holds besides is the source's own. */
export interface SourceSplit {
  /** Unique in its source. */
  readonly id: string;
  /** From which its reader goes on (I4); absent before it has begun. */
  readonly position?: unknown;
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
  /** Hands out what is no record, and why, to whoever reads the source's dead letters. */
  deadLetter(value: unknown, problem: string): void;
}

/** What a reader of splits is given besides. */
export interface SplitReaderContext extends SourceContext {
  /**
   * Begins the output of a split and returns where its records go. Event time is kept for each split, and the source's is
   * that of the slowest, so a split is begun when its first record is about to be read.
   */
  beginSplit(id: string): EmitRecord<unknown>;
  /** The split has no more records: it holds event time back no longer. */
  endSplit(id: string): void;
  /** Asks the enumerator for splits; they come by `addSplits`, or `noMoreSplits` does. */
  requestSplits(): void;
  /** To the enumerator's `onReaderEvent`. Plain JSON. */
  sendEvent(event: unknown): void;
  /** The reader of one of the spec's `parts`. */
  makeReader(spec: SourceSpec<unknown>, context: SplitReaderContext): SplitReader;
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

/** Reads the splits that one subtask is given. */
export interface SplitReader {
  /** Called once; begins, and asks for the first splits. */
  start(): Promise<void>;
  addSplits(splits: readonly SourceSplit[]): void;
  /** Nothing follows the splits it has: once they are read, `poll` says `ended`. */
  noMoreSplits(): void;
  /** Emits at most `limit` records, synchronously, to the outputs of their splits. */
  poll(limit: number): SourceStatus;
  /** After `idle`: the clock time at which to poll again without a wake. */
  readonly nextPollAtMs?: number | undefined;
  /** The splits that are not read to their end, with their positions (I4). */
  snapshot(): readonly SourceSplit[];
  /** Emits nothing of the paused splits until they are resumed. Each id is one that was begun and has not ended. */
  pauseOrResumeSplits(paused: readonly string[], resumed: readonly string[]): void;
  /** From the enumerator's `sendEvent`. */
  onEvent?(event: unknown): void;
  close(): Promise<void>;
}

/** Makes the reader of a source's subtask: one that knows its share, or one that is given splits. */
export type SourceMaker = (
  spec: SourceSpec<unknown>,
  context: SplitReaderContext,
) => SourceReader<unknown> | SplitReader;

/** What an enumerator is given. Everything may be called at any time, and does nothing once the enumerator is closed. */
export interface EnumeratorContext {
  readonly parallelism: number;
  readonly clock: Clock;
  readonly log: Log;
  assign(subtask: number, splits: readonly SourceSplit[]): void;
  /** Nothing follows what the subtask was assigned. */
  noMoreSplits(subtask: number): void;
  /** To the `onEvent` of a subtask's reader. Plain JSON. */
  sendEvent(subtask: number, event: unknown): void;
  /** Ends the job with this error: for failures outside of a call. */
  fail(error: unknown): void;
  /** The enumerator of one of the spec's `parts`; undefined for a source that is read by rule. */
  makeEnumerator(
    spec: SourceSpec<unknown>,
    context: EnumeratorContext,
  ): SplitEnumerator | undefined;
}

/** Finds the splits of a source and deals them out: one instance a job's attempt, in the coordinator. */
export interface SplitEnumerator {
  /** Begins, or goes on from a snapshot's `state`; nothing else is called before it resolves. */
  start(state: unknown): Promise<void>;
  /** A subtask asks for splits: now, or when there are some, it is assigned some or told that there are no more. */
  onSplitRequest(subtask: number): void;
  /** Splits that were assigned and not read to their end; to be assigned again, to whichever subtask. */
  addSplitsBack(splits: readonly SourceSplit[]): void;
  onReaderEvent?(subtask: number, event: unknown): void;
  /**
   * Plain JSON: what is known and not assigned. With the snapshots of the readers it is all of the source, if nothing is on
   * its way to them when it is taken, and nothing sent afterwards reaches a reader before its own snapshot.
   */
  snapshot(): unknown;
  close(): Promise<void>;
}

/** Makes the enumerator of a source. */
export type EnumeratorMaker = (
  spec: SourceSpec<unknown>,
  context: EnumeratorContext,
) => SplitEnumerator;

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
