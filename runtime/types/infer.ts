// The record type of a value that nobody described, from that one value. It is a guess about the next records: a channel
// asks `accepts` before each, and falls back to `any` when the guess fails.
//   I1. A codec of the inferred type accepts the value, unless no codec can write it (a function, a symbol).

import type { FieldType, RecordType } from './record-type.ts';

/** Deeper than this, and wider than this, a value is a document or a dictionary, not a record: `any`. */
const DEPTH_MAX = 16;
const FIELDS_MAX = 256;

const ANY: RecordType = { kind: 'any' };

/**
 * Numbers are always float64, because a later record may have a fraction. Null, undefined, an empty or mixed array, a
 * class instance, a Map and whatever else has no column of its own become `any` at their place; a field that is undefined
 * is optional as well.
 */
export function inferRecordType(value: unknown): RecordType {
  return infer(value, 0);
}

function infer(value: unknown, depth: number): RecordType {
  switch (typeof value) {
    case 'number':
      return { kind: 'float64' };
    case 'string':
      return { kind: 'string' };
    case 'boolean':
      return { kind: 'boolean' };
    case 'bigint':
      return BigInt.asIntN(64, value) === value ? { kind: 'int64' } : ANY;
    case 'object':
      return value === null || depth > DEPTH_MAX ? ANY : inferObject(value, depth);
    default:
      return ANY;
  }
}

/** By exact prototype: a subclass has something that a row would lose. */
function inferObject(value: object, depth: number): RecordType {
  switch (Object.getPrototypeOf(value)) {
    case Object.prototype:
    case null:
      return inferStruct(value, depth);
    case Array.prototype:
      return inferArray(value as readonly unknown[], depth);
    case Date.prototype:
      return Number.isNaN((value as Date).getTime()) ? ANY : { kind: 'instant' };
    case Uint8Array.prototype:
      return { kind: 'bytes' };
    default:
      return ANY;
  }
}

function inferStruct(value: object, depth: number): RecordType {
  const entries = Object.entries(value);
  if (entries.length > FIELDS_MAX) return ANY;
  const fields = entries.map(([name, field]): FieldType => ({
    name,
    type: infer(field, depth + 1),
    optional: field === undefined,
  }));
  return { kind: 'struct', fields };
}

function inferArray(values: readonly unknown[], depth: number): RecordType {
  if (Object.keys(values).length !== values.length) return ANY; // holes, or fields beside the elements
  const [first, ...others] = values.map((value) => infer(value, depth + 1));
  if (first === undefined) return { kind: 'array', of: ANY };
  const expected = JSON.stringify(first);
  const isUniform = others.every((other) => JSON.stringify(other) === expected);
  return { kind: 'array', of: isUniform ? first : ANY };
}
