// Keys by field name: known fields can be laid out, projected and named in results; a function can't.

import { EngineError } from '../core/errors.ts';
import type { Key, KeyPart } from '../core/key-group.ts';
import type { KeySelector } from '../operators/spec.ts';

/** Fields of T that can be part of a key. */
export type KeyField<T> = {
  [Field in keyof T & string]: T[Field] extends KeyPart ? Field : never;
}[keyof T & string];

/** The selector of one field, or of a tuple of fields. */
export function selectFields(fields: readonly string[]): KeySelector {
  const [first, ...rest] = fields;
  if (first === undefined) {
    throw new EngineError('JOB_INVALID', 'keyBy([]) names no field: give at least one.');
  }
  if (rest.length === 0) return { keyOf: (value) => keyPart(value, first), fields };
  return { keyOf: (value): Key => fields.map((field) => keyPart(value, field)), fields };
}

/** The selector of a function of the job; what it returns is checked, once a record. */
export function selectByFunction(keyOf: (value: never) => Key): KeySelector {
  const select = keyOf as (value: unknown) => unknown;
  return {
    keyOf: (value) => {
      const key = select(value);
      if (isKeyPart(key)) return key;
      if (Array.isArray(key) && key.every(isKeyPart)) return key;
      throw notAKey('keyBy(function) returned', key);
    },
    fields: undefined,
  };
}

function keyPart(value: unknown, field: string): KeyPart {
  const part = (value as Readonly<Record<string, unknown>>)[field];
  if (isKeyPart(part)) return part;
  throw notAKey(`keyBy: the field "${field}" holds`, part);
}

function isKeyPart(value: unknown): value is KeyPart {
  const type = typeof value;
  return type === 'string' || type === 'number' || type === 'boolean' || type === 'bigint';
}

function notAKey(what: string, found: unknown): EngineError {
  const shown = found === null ? 'null' : typeof found;
  return new EngineError(
    'RECORD_MISMATCH',
    `${what} ${shown}, which cannot be a key: use a string, number, boolean or bigint, or a tuple of them.`,
  );
}
