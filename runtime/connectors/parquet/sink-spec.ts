// Describes the writing of Parquet files. The columns are the fields of a zod schema; writing is `sink.ts`.

import type { z } from 'zod';
import { EngineError } from '../../core/errors.ts';
import type { StructType } from '../../types/record-type.ts';
import { recordTypeOf } from '../../types/schema.ts';
import type { SinkSpec } from '../connector.ts';
import { checkFileSink, type FileSinkOptions } from '../file/sink-spec.ts';

/** How records become Parquet files. */
export interface ParquetFileOptions<In> extends FileSinkOptions<In> {
  /**
   * An object: a column a field. Whole numbers are INT64, dates TIMESTAMP in milliseconds, optional and nullable fields
   * nullable columns; lists, objects and unions are columns of JSON.
   */
  readonly schema: z.ZodType<In>;
  /** @default 'snappy' */
  readonly compression?: 'snappy' | 'gzip' | 'zstd' | 'none' | undefined;
  /** Rows are kept in memory until there are this many, in each open file. @default 10 000 */
  readonly rowGroupRows?: number | undefined;
}

/** A sink of Parquet files, with the columns worked out. */
export interface ParquetFileSpec<In> extends SinkSpec<In> {
  readonly kind: 'parquet-file';
  readonly options: ParquetFileOptions<In>;
  readonly columns: StructType;
}

/** Writes `part-<subtask>-<n>.parquet` files, visible when the job has finished, or when they are rolled. */
export function parquetFile<In>(options: ParquetFileOptions<In>): ParquetFileSpec<In> {
  checkFileSink('parquetFile', options);
  const { rowGroupRows } = options;
  if (rowGroupRows !== undefined && !(Number.isSafeInteger(rowGroupRows) && rowGroupRows > 0)) {
    throw new EngineError(
      'JOB_INVALID',
      `parquetFile: 'rowGroupRows' is ${rowGroupRows}; it must be a whole number above 0`,
    );
  }
  const columns = recordTypeOf(options.schema);
  if (columns.kind !== 'struct' || columns.fields.length === 0) {
    throw new EngineError(
      'JOB_INVALID',
      `parquetFile: 'schema' must be an object with at least one field, but is ${columns.kind}`,
    );
  }
  return { kind: 'parquet-file', label: `parquet-file(${options.directory})`, options, columns };
}
