// Tags of side outputs: one value that both ends share, the function that sends and the stream that reads, so that the
// compiler knows the type of the records between them.

import type { z } from 'zod';
import { EngineError } from '../core/errors.ts';
import { MAIN_OUTPUT } from '../graph/logical.ts';
import { DEAD_LETTER_OUTPUT, LATE_OUTPUT, type OutputTag } from '../operators/spec.ts';
import { TIMED_OUT_OUTPUT } from '../operators/pattern-spec.ts';
import type { RecordType } from '../types/record-type.ts';
import { recordTypeOf } from '../types/schema.ts';

/** An invalid record and why. */
export interface DeadLetter {
  readonly value: unknown;
  readonly problem: string;
}

/** Where `validated` sends what does not fit. */
export const DEAD_LETTERS: OutputTag<DeadLetter> = tagNamed(DEAD_LETTER_OUTPUT);

const RESERVED: readonly string[] = [MAIN_OUTPUT, LATE_OUTPUT, TIMED_OUT_OUTPUT, DEAD_LETTERS.name];

/**
 * A side output: `const odd = outputTag<number>('odd')`, then `context.output(odd, 3)` and `stream.sideOutput(odd)`. With a
 * schema, its records are laid out by that when they cross threads.
 */
export function outputTag<T>(name: string, schema?: z.ZodType<T>): OutputTag<T> {
  if (name.trim() === '') {
    throw new EngineError('JOB_INVALID', 'A side output needs a name: outputTag("name").');
  }
  if (RESERVED.includes(name)) {
    throw new EngineError(
      'JOB_INVALID',
      `A side output cannot be called "${name}": the engine has an output of that name.`,
    );
  }
  return tagNamed(name, schema === undefined ? undefined : recordTypeOf(schema));
}

/** The tag under which patterns hand out matches that time ran out on. */
export function timedOutTag<T>(): OutputTag<T> {
  return tagNamed(TIMED_OUT_OUTPUT);
}

/** The tag under which windows hand out what came too late. */
export function lateTag<T>(): OutputTag<T> {
  return tagNamed(LATE_OUTPUT);
}

function tagNamed<T>(name: string, recordType?: RecordType): OutputTag<T> {
  return { name, recordType };
}
