// Where a value departs from its type, and the error that says so. Slow and plain: it runs once, after the generated
// encoder has refused a value. A value for `any` that cannot be cloned is followed down to the part that cannot.
//   I1. What it finds nothing wrong with, the generated encoder writes (property-tested).

import { EngineError } from '../core/errors.ts';
import { canWriteAny } from './any-cell.ts';
import { describeType } from './describe.ts';
import type { RecordType, StructType } from './record-type.ts';
import { ownField } from './source-unit.ts';

/** The first place that does not fit. */
export interface Mismatch {
  /** `record.items[3].price`. */
  readonly path: string;
  readonly expected: string;
  readonly found: string;
}

/** The error for a value that a row of this type cannot hold. */
export function mismatchError(type: RecordType, value: unknown): EngineError {
  const mismatch = findMismatch(type, value, 'record');
  if (mismatch === undefined) {
    return new EngineError(
      'RECORD_MISMATCH',
      'a record changed while it was written: a getter or proxy in it gave two answers; emit plain objects',
    );
  }
  const { path, expected, found } = mismatch;
  return new EngineError(
    'RECORD_MISMATCH',
    `${path} should be ${expected}, but is ${found}: change the declared type or the value`,
    { details: { path, expected, found } },
  );
}

/** Walks type and value together; undefined when the value fits. */
export function findMismatch(type: RecordType, value: unknown, path: string): Mismatch | undefined {
  switch (type.kind) {
    case 'struct':
      return findInStruct(type, value, path);
    case 'array':
      if (!Array.isArray(value)) return mismatchAt(path, type, value);
      return firstOf(value, (element, index) =>
        findMismatch(type.of, element, `${path}[${index}]`),
      );
    case 'union':
      return findInUnion(type, value, path);
    case 'nullable':
      if (value === null) return undefined;
      return findMismatch(type.of, value, path);
    case 'any':
      return canWriteAny(value) ? undefined : findUncloneable(value, path, new Set());
    default:
      return isScalar(type.kind, value) ? undefined : mismatchAt(path, type, value);
  }
}

type ScalarKind = 'float64' | 'int53' | 'int64' | 'string' | 'boolean' | 'instant' | 'bytes';

function isScalar(kind: ScalarKind, value: unknown): boolean {
  switch (kind) {
    case 'float64':
      return typeof value === 'number';
    case 'int53':
      return Number.isSafeInteger(value);
    case 'int64':
      return typeof value === 'bigint' && BigInt.asIntN(64, value) === value;
    case 'string':
      return typeof value === 'string';
    case 'boolean':
      return typeof value === 'boolean';
    case 'instant':
      return value instanceof Date && !Number.isNaN(value.getTime());
    case 'bytes':
      return value instanceof Uint8Array;
  }
}

function findInStruct(struct: StructType, value: unknown, path: string): Mismatch | undefined {
  if (!isRecord(value)) return mismatchAt(path, struct, value);
  return firstOf(struct.fields, ({ name, type, optional }) => {
    const field = readField(value, name);
    if (field === undefined && optional) return undefined;
    const isAbsent = field === undefined && !Object.hasOwn(value, name);
    if (isAbsent)
      return { path: pathTo(path, name), expected: describeType(type), found: 'absent' };
    return findMismatch(type, field, pathTo(path, name));
  });
}

function findInUnion(
  { discriminator, cases }: RecordType & { readonly kind: 'union' },
  value: unknown,
  path: string,
): Mismatch | undefined {
  const tags = cases.map(({ tag }) => JSON.stringify(tag)).join(' | ');
  if (!isRecord(value)) {
    return { path, expected: `an object whose ${discriminator} is ${tags}`, found: show(value) };
  }
  const found = readField(value, discriminator);
  const match = cases.find(({ tag }) => tag === found);
  if (match !== undefined) return findInStruct(match.type, value, path);
  return { path: pathTo(path, discriminator), expected: tags, found: show(found) };
}

/** The deepest first part that V8 refuses to clone. */
function findUncloneable(value: unknown, path: string, seen: Set<unknown>): Mismatch {
  const refused = { path, expected: 'data that can be copied', found: show(value) };
  if (typeof value !== 'object' || value === null || seen.has(value)) return refused;
  seen.add(value);
  for (const [part, child] of partsOf(value, path)) {
    if (!canWriteAny(child)) return findUncloneable(child, part, seen);
  }
  return refused;
}

function partsOf(value: object, path: string): [string, unknown][] {
  if (Array.isArray(value)) return value.map((child, index) => [`${path}[${index}]`, child]);
  if (value instanceof Set) return [...value].map((child) => [`${path} (in the set)`, child]);
  if (value instanceof Map) {
    return [...value].flatMap(([key, child]): [string, unknown][] => [
      [`${path} (a key of the map)`, key],
      [`${path}.get(${show(key)})`, child],
    ]);
  }
  return Object.keys(value).flatMap((name): [string, unknown][] => {
    const own = Object.getOwnPropertyDescriptor(value, name);
    return own !== undefined && 'value' in own ? [[pathTo(path, name), own.value]] : [];
  });
}

function firstOf<Part>(
  parts: readonly Part[],
  find: (part: Part, index: number) => Mismatch | undefined,
): Mismatch | undefined {
  for (const [index, part] of parts.entries()) {
    const mismatch = find(part, index);
    if (mismatch !== undefined) return mismatch;
  }
  return undefined;
}

function mismatchAt(path: string, type: RecordType, value: unknown): Mismatch {
  return { path, expected: describeType(type), found: show(value) };
}

function isRecord(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** As the generated code reads it: see I1 of `source-unit.ts`. */
function readField(record: object, name: string): unknown {
  return name in Object.prototype
    ? ownField(record, name)
    : (record as Record<string, unknown>)[name];
}

function pathTo(path: string, name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? `${path}.${name}` : `${path}[${JSON.stringify(name)}]`;
}

const SHOWN_LENGTH_MAX = 60;

function show(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return `the string ${shorten(JSON.stringify(value))}`;
    case 'number':
      return `the number ${Object.is(value, -0) ? '-0' : value}`;
    case 'bigint':
      return `the bigint ${shorten(String(value))}`;
    case 'boolean':
      return `the boolean ${value}`;
    case 'function':
      return 'a function';
    case 'symbol':
      return 'a symbol';
    case 'undefined':
      return 'undefined';
    case 'object':
      return value === null ? 'null' : showObject(value);
  }
}

function showObject(value: object): string {
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (value instanceof Date && Number.isNaN(value.getTime())) return 'an invalid Date';
  const prototype = Object.getPrototypeOf(value) as object | null;
  const maker = prototype === null ? Object : ownField(prototype, 'constructor');
  if (typeof maker !== 'function' || maker === Object) {
    return `an object with the fields ${shorten(Object.keys(value).join(', ') || '(none)')}`;
  }
  return `an instance of ${maker.name}`;
}

function shorten(text: string): string {
  return text.length <= SHOWN_LENGTH_MAX ? text : `${text.slice(0, SHOWN_LENGTH_MAX)}...`;
}
