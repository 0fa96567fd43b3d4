// Describes the reading of files, line by line. Reading is `source.ts`; what is written is described by `sink-spec.ts`.

import { EngineError } from '../../core/errors.ts';
import type { RecordType } from '../../types/record-type.ts';
import type { SourceSpec } from '../connector.ts';

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
