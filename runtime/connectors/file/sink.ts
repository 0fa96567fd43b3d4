// The sinks of files of lines: CSV, JSON, the job's own text. Each is a `PartFormat` for the one writer of files.

import { EngineError } from '../../core/errors.ts';
import type { SinkMaker } from '../connector.ts';
import { userFailure } from '../user-function.ts';
import { csvHeader, csvLineOf, type LineOf } from './csv-line.ts';
import type { PartEncoder, PartFormat } from './open-part.ts';
import { PartWriter } from './part-writer.ts';
import type { CsvFileOptions, CsvFileSpec, JsonLinesFileSpec, TextFileSpec } from './sink-spec.ts';
import type { WriteBehind } from './write-behind.ts';

/** Makes the writer of a `csvFile(...)` sink. */
export const csvFileSink: SinkMaker = (spec, context) => {
  const options = (spec as CsvFileSpec<unknown>).options as CsvFileOptions<Record<string, unknown>>;
  const header = options.header === true ? csvHeader(options.columns) : '';
  const format = lineFormat('csv', header, csvLineOf(options.columns));
  return new PartWriter((spec as CsvFileSpec<unknown>).options, context, format);
};

/** Makes the writer of a `jsonLinesFile(...)` sink. */
export const jsonLinesFileSink: SinkMaker = (spec, context) => {
  const { options } = spec as JsonLinesFileSpec<unknown>;
  return new PartWriter(options, context, lineFormat('jsonl', '', jsonLine));
};

/** Makes the writer of a `textFile(...)` sink. */
export const textFileSink: SinkMaker = (spec, context) => {
  const { options } = spec as TextFileSpec<unknown>;
  const format = lineFormat(options.extension ?? 'txt', '', textLineOf(options.encode));
  return new PartWriter(options, context, format);
};

function lineFormat(extension: string, header: string, lineOf: LineOf): PartFormat {
  return { extension, header, begin: (file) => new LineEncoder(file, lineOf) };
}

class LineEncoder implements PartEncoder {
  readonly #file: WriteBehind;
  readonly #lineOf: LineOf;

  constructor(file: WriteBehind, lineOf: LineOf) {
    this.#file = file;
    this.#lineOf = lineOf;
  }

  write(record: unknown): void {
    this.#file.append(this.#lineOf(record));
  }

  /** Lines are whole as they are. */
  finish(): void {
    return;
  }
}

function textLineOf(encode: (record: unknown) => string): LineOf {
  return (record) => {
    try {
      return `${encode(record)}\n`;
    } catch (error) {
      throw userFailure("textFile: the function 'encode'", error);
    }
  };
}

/** One JSON text; a record that JSON cannot hold is refused. */
function jsonLine(record: unknown): string {
  try {
    const json = jsonText(record);
    if (json !== undefined) return `${json}\n`;
  } catch (error) {
    throw notJson(error instanceof Error ? error.message : String(error), error);
  }
  throw notJson(`${typeof record} has no JSON text`, undefined);
}

/** The standard function, with the result it really has: functions and undefined have no text. */
function jsonText(record: unknown): string | undefined {
  return JSON.stringify(record);
}

function notJson(reason: string, cause: unknown): EngineError {
  return new EngineError(
    'RECORD_MISMATCH',
    `jsonLinesFile: a record cannot be written as JSON (${reason}); map it to plain values before the sink`,
    { cause },
  );
}
