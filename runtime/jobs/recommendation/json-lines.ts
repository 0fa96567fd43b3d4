// Lines of JSON that a schema must take: the source of a job, with what it refuses on the side, and the same for the check,
// which reads without the engine.
//   I1. No line throws: one that does not fit is refused, with every reason.

import { glob, readFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import { type Environment, lines, outputTag, type Stream } from 'millrace';
import type { z } from 'zod';

/** A line that does not fit, where it is, and why. */
export interface RefusedLine {
  readonly file: string;
  readonly lineNumber: number;
  readonly reason: string;
  readonly line: string;
}

/** What a line is. */
export type JsonLine<T> =
  | { readonly kind: 'parsed'; readonly value: T }
  | { readonly kind: 'refused'; readonly reason: string };

/** Reads one line. */
export function parseJsonLine<T>(line: string, schema: z.ZodType<T>): JsonLine<T> {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return { kind: 'refused', reason: 'not JSON' };
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return { kind: 'parsed', value: parsed.data };
  const reasons = parsed.error.issues.map(
    ({ path, message }) => `${path.map(String).join('.') || 'record'}: ${message}`,
  );
  return { kind: 'refused', reason: reasons.join('; ') };
}

/** Which lines, and what they are called. */
export interface JsonLinesOptions<T> {
  readonly path: string;
  readonly name: string;
  readonly schema: z.ZodType<T>;
  /** The job's parallelism when absent; one keeps the lines of a file in order. */
  readonly subtasks?: number;
}

const REFUSED = outputTag<RefusedLine>('refused');

/** The records of files, and the lines that are none. */
export function readJsonLines<T>(
  env: Environment,
  options: JsonLinesOptions<T>,
): { readonly records: Stream<T>; readonly refused: Stream<RefusedLine> } {
  const { path, name, schema, subtasks } = options;
  const read = env.from(lines({ path })).named(`${name} lines`).uid(`${name}-lines`);
  const records = read
    .process<T>(
      ({ line, lineNumber, file }, { emit, output, count }) => {
        const parsed = parseJsonLine(line, schema);
        if (parsed.kind === 'parsed') {
          emit(parsed.value);
          return;
        }
        count('refusedLines');
        output(REFUSED, { file, lineNumber, reason: parsed.reason, line });
      },
      { type: schema },
    )
    .named(`parse ${name}`)
    .uid(`parse-${name}`);
  if (subtasks !== undefined) {
    read.parallelism(subtasks);
    records.parallelism(subtasks);
  }
  return { records, refused: records.sideOutput(REFUSED) };
}

/** The same records without the engine: for the check. */
export async function loadJsonLines<T>(pattern: string, schema: z.ZodType<T>): Promise<T[]> {
  const records: T[] = [];
  const paths: string[] = [];
  for await (const path of glob(pattern)) paths.push(path);
  for (const path of paths.sort()) {
    const bytes = await readFile(path);
    const text = (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
    for (const line of text.split(/\r?\n/)) {
      const parsed = parseJsonLine(line, schema);
      if (parsed.kind === 'parsed') records.push(parsed.value);
    }
  }
  return records;
}
