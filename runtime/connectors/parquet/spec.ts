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
  /**
   * Look for new files this often; the source is then unbounded. A file is read once, as it is when it is found: write it
   * elsewhere and rename it into place. Not with `orderBy`.
   */
  readonly discoverIntervalMs?: number | undefined;
}

/** A source of Parquet rows. */
export interface ParquetSpec<Out> extends SourceSpec<Out> {
  /** In an order, it is read by one subtask that knows all files; else by splits. */
  readonly kind: 'parquet' | 'parquet-ordered';
  readonly options: ParquetOptions<Out>;
}

/**
 * Reads Parquet files: 64-bit integers as numbers (refused when beyond 2^53), timestamps and dates as Date, absent values
 * as null. Row groups are splits: whichever subtask is free reads the next one.
 */
export function parquet<Out = Readonly<Record<string, unknown>>>(
  options: ParquetOptions<Out>,
): ParquetSpec<Out> {
  if (options.path === '') throw new EngineError('JOB_INVALID', "parquet: 'path' is empty");
  if (options.columns?.length === 0) {
    throw new EngineError('JOB_INVALID', "parquet: 'columns' is empty; leave it out to read all");
  }
  const { orderBy, discoverIntervalMs } = options;
  if (discoverIntervalMs !== undefined && !(discoverIntervalMs > 0 && orderBy === undefined)) {
    throw new EngineError(
      'JOB_INVALID',
      `parquet: 'discoverIntervalMs' is ${discoverIntervalMs}; it must be above 0, and absent with 'orderBy', which reads ` +
        'all files before the first record',
    );
  }
  return {
    kind: orderBy === undefined ? 'parquet' : 'parquet-ordered',
    label: `parquet(${options.path})`,
    bounded: discoverIntervalMs === undefined,
    parallelismMax: orderBy === undefined ? undefined : 1,
    recordType: options.recordType,
    options,
  };
}
