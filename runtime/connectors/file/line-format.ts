// What a line of a file means: itself, a JSON text, or the cells of a CSV record. Checked against the schema of the source,
// if it has one.
//   I1. A line that is no record is told apart from one that is, with what is wrong with it; it never ends the job.

import type { z } from 'zod';
import { recordTypeOf } from '../../types/schema.ts';
import type { FieldType, RecordType } from '../../types/record-type.ts';
import { csvCells } from './csv-cells.ts';
import type { CsvFilesOptions, FilesOptions } from './files-spec.ts';

/** Why a line is no record. */
export class BadLine {
  readonly problem: string;

  constructor(problem: string) {
    this.problem = problem;
  }
}

/** The record has not ended with this line: call again with the next one appended. */
export const UNFINISHED = Symbol('unfinished');

/** Makes the record of a line of `file` that begins at `byteOffset`: the record, a `BadLine`, or `UNFINISHED`. */
export type LineFormat = (line: string, file: string, byteOffset: number) => unknown;

/** True when the first line of a file names its columns. */
export function hasHeader(options: FilesOptions): boolean {
  return options.format === 'csv' && options.columns === undefined;
}

/** The format of a file; `header` is its first line, for those that have one. */
export function lineFormatOf(options: FilesOptions, header: string | undefined): LineFormat {
  switch (options.format) {
    case 'text':
      return (line, file, byteOffset) => ({ line, file, byteOffset });
    case 'json-lines':
      return jsonFormat(checkerOf(options.schema));
    case 'csv':
      return csvFormat(options, columnsOf(options, header ?? ''));
  }
}

type Checker = (value: unknown) => unknown;

function checkerOf(schema: z.ZodType | undefined): Checker {
  if (schema === undefined) return (value) => value;
  return (value) => {
    const parsed = schema.safeParse(value);
    if (parsed.success) return parsed.data;
    const problems = parsed.error.issues.map(
      ({ path, message }) => `${path.map(String).join('.') || 'record'}: ${message}`,
    );
    return new BadLine(problems.join('; '));
  };
}

function jsonFormat(check: Checker): LineFormat {
  return (line) => {
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch (error) {
      return new BadLine(`no JSON: ${error instanceof Error ? error.message : String(error)}`);
    }
    return check(value);
  };
}

function columnsOf(options: CsvFilesOptions<z.ZodType>, header: string): readonly string[] {
  if (options.columns !== undefined) return options.columns;
  const cells = csvCells(header, options.delimiter ?? ',');
  return typeof cells === 'string' ? [header] : cells;
}

function csvFormat(options: CsvFilesOptions<z.ZodType>, columns: readonly string[]): LineFormat {
  const { delimiter = ',', schema, multiline = false } = options;
  const check = checkerOf(schema);
  const read = columns.map((name) => cellReader(fieldOf(schema, name)));
  return (line) => {
    const cells = csvCells(line, delimiter);
    if (cells === 'open') {
      return multiline
        ? UNFINISHED
        : new BadLine("a quoted value does not end on its line; set 'multiline' if it may not");
    }
    if (cells === 'malformed') return new BadLine('a quoted value is followed by other text');
    if (cells.length !== columns.length) {
      return new BadLine(`${cells.length} values for ${columns.length} columns`);
    }
    const record: Record<string, unknown> = {};
    for (let index = 0; index < columns.length; index++) {
      const value = read[index]?.(cells[index] ?? '');
      if (value !== undefined) record[columns[index] ?? ''] = value;
    }
    return check(record);
  };
}

function fieldOf(schema: z.ZodType | undefined, name: string): FieldType | undefined {
  const type = schema && recordTypeOf(schema);
  return type?.kind === 'struct' ? type.fields.find((field) => field.name === name) : undefined;
}

/** What a text stands for in a column; one that cannot be that stays a text, which the schema then refuses. */
function cellReader(field: FieldType | undefined): (text: string) => unknown {
  if (field === undefined) return (text) => text;
  const read = valueReader(field.type);
  return field.optional ? (text) => (text === '' ? undefined : read(text)) : read;
}

function valueReader(type: RecordType): (text: string) => unknown {
  switch (type.kind) {
    case 'nullable': {
      const read = valueReader(type.of);
      return (text) => (text === '' ? null : read(text));
    }
    case 'float64':
    case 'int53':
      return (text) => {
        const number = Number(text);
        return text.trim() === '' || Number.isNaN(number) ? text : number;
      };
    case 'int64':
      return (text) => (/^-?\d+$/.test(text) ? BigInt(text) : text);
    case 'boolean':
      return (text) => (text === 'true' ? true : text === 'false' ? false : text);
    case 'instant':
      return (text) => {
        const date = new Date(text);
        return Number.isNaN(date.getTime()) ? text : date;
      };
    default:
      return (text) => text;
  }
}
