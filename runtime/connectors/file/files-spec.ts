// Describes what is read from files by splits: text, CSV or JSON lines, big files by ranges of bytes, and directories to
// which files are added. Finding files is `file-enumerator.ts`, reading them `range-lines.ts`.

import type { z } from 'zod';
import { EngineError } from '../../core/errors.ts';
import type { RecordType } from '../../types/record-type.ts';
import { recordTypeOf } from '../../types/schema.ts';
import type { SourceSpec } from '../connector.ts';

/** The size of a range unless the source says otherwise. */
export const SPLIT_BYTES = 16 * 1024 * 1024;

/** One line of text, and where it begins. */
export interface FileLine {
  readonly line: string;
  readonly file: string;
  readonly byteOffset: number;
}

/** What all formats share. */
export interface FileFormatOptions {
  /** A path, or a pattern such as `orders/*.csv`; `.gz` files are decompressed. Coordinator and workers must see the same files. */
  readonly path: string;
  /**
   * Look for new files this often; the source is then unbounded. A file is read once, as it is when it is found: write it
   * elsewhere and rename it into place.
   */
  readonly discoverIntervalMs?: number | undefined;
  /** Files are read in ranges of about so many bytes; `.gz` files in one. @default 16 MiB */
  readonly splitBytes?: number | undefined;
  /** The longest line, in bytes; a longer one ends the job. @default 1 MiB */
  readonly lineBytesMax?: number | undefined;
}

/** Lines as they are. */
export interface TextFilesOptions extends FileFormatOptions {
  readonly format: 'text';
}

/** One JSON text a line. */
export interface JsonLinesFilesOptions<Schema extends z.ZodType> extends FileFormatOptions {
  readonly format: 'json-lines';
  /** What each record is checked against. */
  readonly schema?: Schema | undefined;
}

/** Comma-separated values (RFC 4180). */
export interface CsvFilesOptions<Schema extends z.ZodType> extends FileFormatOptions {
  readonly format: 'csv';
  /** What each record is checked against; texts become the numbers, booleans and dates that it asks for. */
  readonly schema?: Schema | undefined;
  /** The names of the columns of files without a header; without it the first line of each file names them. */
  readonly columns?: readonly string[] | undefined;
  /** One character. @default ',' */
  readonly delimiter?: string | undefined;
  /** Quoted values may hold line breaks. Such a file is one split: nobody could tell where in the middle a record begins. */
  readonly multiline?: boolean | undefined;
}

/** What to read, and as what. */
export type FilesOptions =
  TextFilesOptions | JsonLinesFilesOptions<z.ZodType> | CsvFilesOptions<z.ZodType>;

/** A source of files. What is no record goes to its dead letters. */
export interface FilesSpec<Out> extends SourceSpec<Out> {
  readonly kind: 'files';
  readonly hasDeadLetters: true;
  readonly options: FilesOptions;
}

/** Reads files by splits: whichever subtask is free gets the next one. Lines that are no record go to `deadLetters()`. */
export function files(options: TextFilesOptions): FilesSpec<FileLine>;
export function files<Schema extends z.ZodType>(
  options: (CsvFilesOptions<Schema> | JsonLinesFilesOptions<Schema>) & { readonly schema: Schema },
): FilesSpec<z.output<Schema>>;
export function files(
  options: CsvFilesOptions<z.ZodType>,
): FilesSpec<Readonly<Record<string, string>>>;
export function files(options: JsonLinesFilesOptions<z.ZodType>): FilesSpec<unknown>;
export function files(options: FilesOptions): FilesSpec<never> {
  const { path, format, discoverIntervalMs } = options;
  if (path === '') throw invalid("'path' is empty");
  checkPositive('discoverIntervalMs', discoverIntervalMs);
  checkPositive('splitBytes', options.splitBytes);
  checkPositive('lineBytesMax', options.lineBytesMax);
  if (format === 'csv') checkCsv(options);
  return {
    kind: 'files',
    label: `${format}-files(${path})`,
    bounded: discoverIntervalMs === undefined,
    hasDeadLetters: true,
    recordType: recordTypeOfFiles(options),
    options,
  };
}

function recordTypeOfFiles(options: FilesOptions): RecordType | undefined {
  if (options.format !== 'text') return options.schema && recordTypeOf(options.schema);
  return {
    kind: 'struct',
    fields: [
      { name: 'line', type: { kind: 'string' }, optional: false },
      { name: 'file', type: { kind: 'string' }, optional: false },
      { name: 'byteOffset', type: { kind: 'int53' }, optional: false },
    ],
  };
}

function checkCsv({ delimiter, columns }: CsvFilesOptions<z.ZodType>): void {
  const isOne = delimiter === undefined || (delimiter.length === 1 && !'"\r\n'.includes(delimiter));
  if (!isOne)
    throw invalid(`'delimiter' is ${JSON.stringify(delimiter)}; it must be one character`);
  if (columns?.length === 0) throw invalid("'columns' is empty; leave it out to read the header");
}

function checkPositive(option: string, value: number | undefined): void {
  if (value === undefined || value > 0) return;
  throw invalid(`'${option}' is ${value}; it must be above 0`);
}

function invalid(problem: string): EngineError {
  return new EngineError('JOB_INVALID', `files: ${problem}`);
}
