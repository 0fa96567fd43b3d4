// The contract between a record and its bytes: one binary row a record, generated from the record's type.
//   I1. decode(encode(value)) equals value for every value the type accepts (property-tested).
//   I2. A value the type does not accept is refused with its path, never written as something else.

import type { RecordType } from './record-type.ts';

/** The same memory twice: shared or not, it is written through whichever view is faster. */
export interface RowMemory {
  readonly bytes: Buffer;
  readonly view: DataView;
}

/** Returned by `encode` when the row does not fit before the limit; nothing after the offset is meaningful then. */
export const NO_ROOM = -1;

/** Rows of one type. */
export interface RowCodec {
  readonly type: RecordType;
  /**
   * Writes the row at `offset` and returns the offset after it, or `NO_ROOM` when it may not fit before `limit`.
   * Throws `RECORD_MISMATCH` naming the path, the expected type and the value found.
   */
  encode(value: unknown, target: RowMemory, offset: number, limit: number): number;
  /** The record at `offset`: a plain object that owns its memory. */
  decode(source: RowMemory, offset: number): unknown;
  /** True when `encode` would keep every own field of the value: what an inferred type asks before each record. */
  accepts(value: unknown): boolean;
}
