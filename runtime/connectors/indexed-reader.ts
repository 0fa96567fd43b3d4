// Reads a source whose n-th record can be made from n: collections, sequences and generators. Which indices are this
// subtask's is the maker's business (a start, an end and a stride).
//   I1. The loop allocates nothing of its own per record, so that the source costs little more than calling `make`.
//   I2. The position is the next index: opened with it, the reader goes on with exactly that record.

import {
  type EmitRecord,
  NO_TIMESTAMP,
  type SourceReader,
  type SourceStatus,
} from './connector.ts';
import { positionNumber } from './position.ts';
import { userFailure } from './user-function.ts';

/** Which indices to read, and how a record is made from one. `end` is exclusive and may be Infinity. */
export interface IndexedReading<Out> {
  readonly start: number;
  readonly end: number;
  readonly stride: number;
  /** Named in errors: `generate`. */
  readonly label: string;
  readonly make: (index: number) => Out;
  readonly timestamp?: ((record: Out, index: number) => number) | undefined;
}

/** The contiguous share of one subtask of `count` indices; the shares differ by at most one. */
export function contiguousShare(
  count: number,
  subtaskIndex: number,
  parallelism: number,
): { readonly start: number; readonly end: number } {
  const share = Math.floor(count / parallelism);
  const longer = count - share * parallelism;
  const start = subtaskIndex * share + Math.min(subtaskIndex, longer);
  return { start, end: start + share + (subtaskIndex < longer ? 1 : 0) };
}

/** Emits `make(index)` for each index of its share, in order. */
export class IndexedReader<Out> implements SourceReader<Out> {
  readonly #reading: IndexedReading<Out>;
  #next: number;

  constructor(reading: IndexedReading<Out>) {
    this.#reading = reading;
    this.#next = reading.start;
  }

  open(position: unknown): Promise<void> {
    if (position !== undefined && position !== null) this.#next = positionNumber(position, 'next');
    return Promise.resolve();
  }

  poll(emit: EmitRecord<Out>, limit: number): SourceStatus {
    const { end, stride } = this.#reading;
    this.#next = this.#emitFrom(this.#next, Math.min(end, this.#next + limit * stride), emit);
    return this.#next >= end ? 'ended' : 'more';
  }

  /** Emits the indices of the share below `stop`; returns the first that is left. */
  #emitFrom(start: number, stop: number, emit: EmitRecord<Out>): number {
    const { stride, make, timestamp, label } = this.#reading;
    let index = start;
    for (; index < stop; index += stride) {
      let record: Out;
      let timestampMs = NO_TIMESTAMP;
      try {
        record = make(index);
        if (timestamp !== undefined) timestampMs = timestamp(record, index);
      } catch (error) {
        throw userFailure(`${label}: the function that makes record ${index}`, error);
      }
      emit(record, timestampMs);
    }
    return index;
  }

  position(): unknown {
    return { next: this.#next };
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
