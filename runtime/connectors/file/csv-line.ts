// Records as lines of comma-separated values, RFC 4180 (https://www.rfc-editor.org/rfc/rfc4180) with a newline instead of
// CR LF, as most tools write it. A value is quoted when it holds a comma, a quote or a line break, or begins or ends with a
// space or tab that a reader might trim.

import { EngineError } from '../../core/errors.ts';
import { userFailure } from '../user-function.ts';
import type { CsvColumn } from './sink-spec.ts';

/** The line of a record, newline included. */
export type LineOf = (record: unknown) => string;

/** The first line: the columns' names. */
export function csvHeader(columns: readonly CsvColumn<Record<string, unknown>>[]): string {
  return `${columns.map((column) => csvText(nameOf(column))).join(',')}\n`;
}

/** A function that makes the line of a record. */
export function csvLineOf(columns: readonly CsvColumn<Record<string, unknown>>[]): LineOf {
  const readers = columns.map(readerOf);
  return (record) => {
    if (typeof record !== 'object' || record === null) throw notAnObject(record);
    let line = '';
    for (let index = 0; index < readers.length; index++) {
      if (index > 0) line += ',';
      line += csvValue(readers[index]?.(record as Record<string, unknown>));
    }
    return `${line}\n`;
  };
}

/** One value: numbers plainly, dates in ISO 8601, nothing for null and undefined, JSON for lists and objects. */
export function csvValue(value: unknown): string {
  switch (typeof value) {
    case 'number':
    case 'boolean':
    case 'bigint':
      return String(value);
    case 'string':
      return csvText(value);
    case 'object':
      if (value === null) return '';
      if (value instanceof Date) return dateText(value);
      return csvText(JSON.stringify(value));
    case 'undefined':
      return '';
    default:
      return csvText(String(value));
  }
}

function csvText(text: string): string {
  return mustQuote(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function mustQuote(text: string): boolean {
  const last = text.length - 1;
  for (let index = 0; index <= last; index++) {
    const code = text.charCodeAt(index);
    if (code > 0x2c) continue;
    if (code === 0x22 || code === 0x2c || code === 0x0a || code === 0x0d) return true;
    const isSpace = code === 0x20 || code === 0x09;
    if (isSpace && (index === 0 || index === last)) return true;
  }
  return false;
}

/** An invalid date is an absent value: its ISO text does not exist. */
function dateText(date: Date): string {
  return Number.isNaN(date.getTime()) ? '' : date.toISOString();
}

function nameOf(column: CsvColumn<Record<string, unknown>>): string {
  return typeof column === 'string' ? column : column.name;
}

function readerOf(
  column: CsvColumn<Record<string, unknown>>,
): (record: Record<string, unknown>) => unknown {
  if (typeof column === 'string') return (record) => record[column];
  const { name, value } = column;
  return (record) => {
    try {
      return value(record);
    } catch (error) {
      throw userFailure(`csvFile: the function of column '${name}'`, error);
    }
  };
}

function notAnObject(record: unknown): EngineError {
  return new EngineError(
    'RECORD_MISMATCH',
    `csvFile: a record is ${record === null ? 'null' : `a ${typeof record}`}, not an object with columns; ` +
      `map it to one before the sink`,
  );
}
