// Describes the reading of Parquet files. Reading is `source.ts`.

import { EngineError } from '../../core/errors.ts';
import type { RecordType } from '../../types/record-type.ts';
import type { SourceSpec } from '../connector.ts';

/** Which rows to read, and in which order. */
export interface ParquetOptions<Out> {
  /** A path, or a pattern such as `data/*.parquet`. */
  readonly path: string;
  /** The columns to decode, in the order of the record's fields; all when absent. Naming few saves most of the time. */
  readonly columns?: readonly (keyof Out & string)[] | undefined;
  /**
   * Replays the rows in the order of this number, ties in the order of the file: what arrived first comes first.
   * Reads everything before the first record, in one subtask.
   */
  readonly orderBy?: ((row: Out) => number) | undefined;
  /** The event time of a row, in milliseconds since the epoch. */
  readonly timestamp?: ((row: Out) => number) | undefined;
  readonly recordType?: RecordType | undefined;
}

/** A source of Parquet rows. */
export interface ParquetSpec<Out> extends SourceSpec<Out> {
  readonly kind: 'parquet';
  readonly options: ParquetOptions<Out>;
}

/**
 * Reads Parquet files: 64-bit integers as numbers (refused when beyond 2^53), timestamps and dates as Date, absent values
 * as null. Row groups are dealt out over the subtasks.
 */
export function parquet<Out = Readonly<Record<string, unknown>>>(
  options: ParquetOptions<Out>,
): ParquetSpec<Out> {
  if (options.path === '') throw new EngineError('JOB_INVALID', "parquet: 'path' is empty");
  if (options.columns?.length === 0) {
    throw new EngineError('JOB_INVALID', "parquet: 'columns' is empty; leave it out to read all");
  }
  return {
    kind: 'parquet',
    label: `parquet(${options.path})`,
    bounded: true,
    parallelismMax: options.orderBy === undefined ? undefined : 1,
    recordType: options.recordType,
    options,
  };
}
