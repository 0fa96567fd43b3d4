// Describes what is read from and written to files: lines in, CSV or JSON lines out. Reading is `source.ts`, writing is
// `sink.ts`.

import { EngineError } from '../../core/errors.ts';
import type { RecordType } from '../../types/record-type.ts';
import type { SinkSpec, SourceSpec } from '../connector.ts';

/** One line of a file, without its line ending. */
export interface LineRecord {
  readonly line: string;
  /** Counted from 1 in each file; from where reading began when that was the end of the file. */
  readonly lineNumber: number;
  readonly file: string;
}

/** Which lines to read. */
export interface LinesOptions {
  /** A path, or a pattern such as `logs/*.log` or `logs/**\/access*.gz`; `.gz` files are decompressed. */
  readonly path: string;
  /** Keep reading as the files grow, are rotated, truncated or added; the source is then unbounded. */
  readonly follow?: boolean | undefined;
  /** With `follow`: files that exist at the start are read from their end on. */
  readonly fromEnd?: boolean | undefined;
  /** The longest line, in bytes; a longer one ends the job. @default 1 MiB */
  readonly lineBytesMax?: number | undefined;
}

/** A source of lines. */
export interface LinesSpec extends SourceSpec<LineRecord> {
  readonly kind: 'file-lines';
  readonly options: LinesOptions;
}

/** The record type of every source of lines. */
const LINE_TYPE: RecordType = {
  kind: 'struct',
  fields: [
    { name: 'line', type: { kind: 'string' }, optional: false },
    { name: 'lineNumber', type: { kind: 'int53' }, optional: false },
    { name: 'file', type: { kind: 'string' }, optional: false },
  ],
};

/** Reads text files line by line, UTF-8. Bounded: the files in order of their paths, dealt out over the subtasks. */
export function lines(options: LinesOptions): LinesSpec {
  if (options.path === '') throw new EngineError('JOB_INVALID', "lines: 'path' is empty");
  if (options.fromEnd === true && options.follow !== true) {
    throw new EngineError('JOB_INVALID', "lines: 'fromEnd' reads nothing without 'follow: true'");
  }
  return {
    kind: 'file-lines',
    label: `file-lines(${options.path})`,
    bounded: options.follow !== true,
    recordType: LINE_TYPE,
    options,
  };
}

/** What every sink of files shares. */
export interface FileSinkOptions {
  /** Created when absent. One sink owns the `part-*` files in it. */
  readonly directory: string;
  /** `overwrite` removes the part files of earlier runs when the job starts. @default 'overwrite' */
  readonly mode?: 'overwrite' | 'append' | undefined;
  /**
   * For unbounded jobs: finish a file and make it visible this often. Such files are committed on their own, so a
   * restarted job may write records a second time (at least once).
   */
  readonly rollIntervalMs?: number | undefined;
}

/** A column: the field of that name, or a value worked out from the record. */
export type CsvColumn<In> =
  (keyof In & string) | { readonly name: string; readonly value: (record: In) => unknown };

/** How records become lines of comma-separated values (RFC 4180). */
export interface CsvFileOptions<In> extends FileSinkOptions {
  readonly columns: readonly CsvColumn<In>[];
  /** Begin each file with the names of the columns. @default false */
  readonly header?: boolean | undefined;
}

/** A sink of CSV files. */
export interface CsvFileSpec<In> extends SinkSpec<In> {
  readonly kind: 'csv-file';
  readonly options: CsvFileOptions<In>;
}

/** A sink of files with one JSON text a line. */
export interface JsonLinesFileSpec<In> extends SinkSpec<In> {
  readonly kind: 'json-lines-file';
  readonly options: FileSinkOptions;
}

/** Writes `part-<subtask>-<n>.csv` files, visible when the job has finished, or when they are rolled. */
export function csvFile<In>(options: CsvFileOptions<In>): CsvFileSpec<In> {
  checkFileSink('csvFile', options);
  if (options.columns.length === 0) {
    throw new EngineError('JOB_INVALID', "csvFile: 'columns' is empty; name at least one");
  }
  return { kind: 'csv-file', label: `csv-file(${options.directory})`, options };
}

/** Writes `part-<subtask>-<n>.jsonl` files, visible when the job has finished, or when they are rolled. */
export function jsonLinesFile<In>(options: FileSinkOptions): JsonLinesFileSpec<In> {
  checkFileSink('jsonLinesFile', options);
  return { kind: 'json-lines-file', label: `json-lines-file(${options.directory})`, options };
}

function checkFileSink(name: string, { directory, rollIntervalMs }: FileSinkOptions): void {
  if (directory === '') throw new EngineError('JOB_INVALID', `${name}: 'directory' is empty`);
  if (rollIntervalMs !== undefined && !(rollIntervalMs > 0)) {
    throw new EngineError(
      'JOB_INVALID',
      `${name}: 'rollIntervalMs' is ${rollIntervalMs}; it must be above 0, or absent for bounded jobs`,
    );
  }
}
