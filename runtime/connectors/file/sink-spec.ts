// Describes the writing of files of lines: when a file ends, which directory a record goes to, when results are visible.
// Writing is `part-writer.ts`; Parquet files share these options (`../parquet/sink-spec.ts`).

import { EngineError } from '../../core/errors.ts';
import type { SinkSpec } from '../connector.ts';

/** When a file ends and the next one begins. Without records there is no file. */
export interface RollingOptions {
  /** A file that holds this much takes no more; counted before compression. @default 128 MiB */
  readonly bytesMax?: number | undefined;
  /** A file that began this long ago ends. @default never */
  readonly intervalMs?: number | undefined;
  /** A file that got no record for this long ends, at the latest after twice as long. @default never */
  readonly idleMs?: number | undefined;
}

/** What may name a level of a partition; null and undefined become `__DEFAULT_PARTITION__`. */
export type PartitionValue = string | number | bigint | boolean | null | undefined;

/**
 * The partition of a record (Flink: `BucketAssigner`): a path below the directory of the sink, or its levels as an object,
 * `{ dt: '2026-01-01', hm: '10:05' }` for `dt=2026-01-01/hm=10:05`. Whatever it returns stays below that directory.
 * `timestampMs` is the record's event time, `nowMs` the time of the machine.
 */
export type PartitionBy<In> = (
  record: In,
  timestampMs: number,
  nowMs: number,
) => string | Readonly<Record<string, PartitionValue>>;

/** What every sink of files shares. */
export interface FileSinkOptions<In> {
  /** Created when absent. One sink owns the `part-*` files in it; with `partitionBy` also those below it. */
  readonly directory: string;
  /** `overwrite` removes the part files of earlier runs when the job starts. @default 'overwrite' */
  readonly mode?: 'overwrite' | 'append' | undefined;
  readonly rolling?: RollingOptions | undefined;
  /**
   * `when-committed`: all files of a job appear together, exactly once. `when-rolled`, for unbounded jobs: each file appears
   * as soon as it has ended, so a restarted job may write records a second time (at least once). @default 'when-committed'
   */
  readonly visible?: 'when-committed' | 'when-rolled' | undefined;
  /** The type of the records comes from the stream, not from here: a function such as `byTime` takes any. */
  readonly partitionBy?: PartitionBy<NoInfer<In>> | undefined;
  /** With one more partition the file of the one that waited longest for a record ends. @default 32 */
  readonly openPartitionsMax?: number | undefined;
}

/** What every sink of files of lines shares. */
export interface LineFileOptions<In> extends FileSinkOptions<In> {
  /** Write `.gz` files. @default false */
  readonly gzip?: boolean | undefined;
  /** Before they appear, small files of a subtask's partition become files of about this size. */
  readonly compact?: { readonly targetBytes: number } | undefined;
}

/** A column: the field of that name, or a value worked out from the record. */
export type CsvColumn<In> =
  (keyof In & string) | { readonly name: string; readonly value: (record: In) => unknown };

/** How records become lines of comma-separated values (RFC 4180). */
export interface CsvFileOptions<In> extends LineFileOptions<In> {
  readonly columns: readonly CsvColumn<In>[];
  /** Begin each file with the names of the columns. @default false */
  readonly header?: boolean | undefined;
}

/** How records become text. */
export interface TextFileOptions<In> extends LineFileOptions<In> {
  /** The text of a record, written as one line: it should hold no line break. */
  readonly encode: (record: In) => string;
  /** The end of the files' names. @default 'txt' */
  readonly extension?: string | undefined;
}

/** A sink of CSV files. */
export interface CsvFileSpec<In> extends SinkSpec<In> {
  readonly kind: 'csv-file';
  readonly options: CsvFileOptions<In>;
}

/** A sink of files with one JSON text a line. */
export interface JsonLinesFileSpec<In> extends SinkSpec<In> {
  readonly kind: 'json-lines-file';
  readonly options: LineFileOptions<In>;
}

/** A sink of files of the job's own lines. */
export interface TextFileSpec<In> extends SinkSpec<In> {
  readonly kind: 'text-file';
  readonly options: TextFileOptions<In>;
}

/** Writes `part-<subtask>-<n>.csv` files, visible when the job has finished, or when they are rolled. */
export function csvFile<In>(options: CsvFileOptions<In>): CsvFileSpec<In> {
  checkLineFile('csvFile', options);
  if (options.columns.length === 0) {
    throw new EngineError('JOB_INVALID', "csvFile: 'columns' is empty; name at least one");
  }
  return { kind: 'csv-file', label: `csv-file(${options.directory})`, options };
}

/** Writes `part-<subtask>-<n>.jsonl` files, visible when the job has finished, or when they are rolled. */
export function jsonLinesFile<In>(options: LineFileOptions<In>): JsonLinesFileSpec<In> {
  checkLineFile('jsonLinesFile', options);
  return { kind: 'json-lines-file', label: `json-lines-file(${options.directory})`, options };
}

/** Writes `part-<subtask>-<n>.txt` files of lines that the job makes itself. */
export function textFile<In>(options: TextFileOptions<In>): TextFileSpec<In> {
  checkLineFile('textFile', options);
  const { extension } = options;
  if (extension !== undefined && !/^[a-z0-9]+$/.test(extension)) {
    throw new EngineError(
      'JOB_INVALID',
      `textFile: 'extension' is '${extension}'; it must be small letters and digits, such as 'log'`,
    );
  }
  return { kind: 'text-file', label: `text-file(${options.directory})`, options };
}

/** Refuses options of a sink of files that cannot work; `name` is the function that the job calls. */
export function checkFileSink(name: string, options: FileSinkOptions<never>): void {
  if (options.directory === '') {
    throw new EngineError('JOB_INVALID', `${name}: 'directory' is empty`);
  }
  const { rolling = {}, openPartitionsMax, partitionBy } = options;
  requirePositive(name, 'rolling.bytesMax', rolling.bytesMax);
  requirePositive(name, 'rolling.intervalMs', rolling.intervalMs);
  requirePositive(name, 'rolling.idleMs', rolling.idleMs);
  requirePositive(name, 'openPartitionsMax', openPartitionsMax);
  if (openPartitionsMax !== undefined && partitionBy === undefined) {
    throw new EngineError(
      'JOB_INVALID',
      `${name}: 'openPartitionsMax' does nothing without 'partitionBy'`,
    );
  }
}

function checkLineFile(name: string, options: LineFileOptions<never>): void {
  checkFileSink(name, options);
  requirePositive(name, 'compact.targetBytes', options.compact?.targetBytes);
  if (options.compact !== undefined && options.visible === 'when-rolled') {
    throw new EngineError(
      'JOB_INVALID',
      `${name}: 'compact' merges files before they appear, but with visible: 'when-rolled' each appears alone; ` +
        `leave one of the two out`,
    );
  }
}

function requirePositive(name: string, option: string, value: number | undefined): void {
  if (value === undefined || value > 0) return;
  throw new EngineError(
    'JOB_INVALID',
    `${name}: '${option}' is ${value}; it must be above 0, or absent`,
  );
}
