// The cell of a value of no known type: a tag byte, then the value. Primitives are written directly, because a field that
// was null in the first record is often a string or a number in the next; the rest is a structured clone (node:v8), so that
// Map, Set, Date, bigint, typed arrays and cycles survive. A class instance becomes a plain object, as in `structuredClone`.
//   I1. What is read owns its memory: the clone is copied out of the row before it is read.

import { deserialize, serialize } from 'node:v8';

import { endOfBytes, readBytes, writeBytes } from './bytes-cell.ts';
import { NO_ROOM } from './codec.ts';
import type { RowMemory } from './codec.ts';
import type { TextCache } from './text-cache.ts';
import { endOfLongText, LONG_TEXT, readLongText, writeText } from './text-cell.ts';

const TAG = { undefined: 0, null: 1, false: 2, true: 3, number: 4, text: 5, clone: 6 } as const;
const NUMBER_BYTES = 8;

/** The value cannot be written at all; `mismatch.ts` says where in it. */
export const CANNOT_WRITE = -2;

/** Writes the cell at `offset` and returns the offset after it, `NO_ROOM` or `CANNOT_WRITE`. */
export function writeAny(target: RowMemory, value: unknown, offset: number, limit: number): number {
  const start = offset + 1;
  if (start > limit) return NO_ROOM;
  switch (typeof value) {
    case 'string':
      target.bytes[offset] = TAG.text;
      return writeText(target, value, start, limit);
    case 'number':
      if (start + NUMBER_BYTES > limit) return NO_ROOM;
      target.bytes[offset] = TAG.number;
      target.view.setFloat64(start, value, true);
      return start + NUMBER_BYTES;
    case 'boolean':
      target.bytes[offset] = value ? TAG.true : TAG.false;
      return start;
    case 'undefined':
      target.bytes[offset] = TAG.undefined;
      return start;
    default:
      if (value !== null) return writeClone(target, value, offset, limit);
      target.bytes[offset] = TAG.null;
      return start;
  }
}

function writeClone(target: RowMemory, value: unknown, offset: number, limit: number): number {
  const clone = cloneOf(value);
  if (clone === undefined) return CANNOT_WRITE;
  target.bytes[offset] = TAG.clone;
  return writeBytes(target, clone, offset + 1, limit);
}

/** V8 refuses functions, symbols, promises and the like by throwing; a getter of the user's may throw as well. */
function cloneOf(value: unknown): Buffer | undefined {
  try {
    return serialize(value);
  } catch {
    return undefined;
  }
}

/** The value of the cell at `offset`. */
export function readAny(source: RowMemory, offset: number, texts: TextCache): unknown {
  const start = offset + 1;
  switch (source.bytes[offset]) {
    case TAG.undefined:
      return undefined;
    case TAG.null:
      return null;
    case TAG.false:
      return false;
    case TAG.true:
      return true;
    case TAG.number:
      return source.view.getFloat64(start, true);
    case TAG.text: {
      const head = source.bytes[start] ?? 0;
      return head < LONG_TEXT ? texts.read(source, start + 1, head) : readLongText(source, start);
    }
    default:
      return deserialize(readBytes(source, start));
  }
}

/** The offset after the cell at `offset`. */
export function endOfAny(source: RowMemory, offset: number): number {
  const start = offset + 1;
  switch (source.bytes[offset]) {
    case TAG.number:
      return start + NUMBER_BYTES;
    case TAG.text: {
      const head = source.bytes[start] ?? 0;
      return head < LONG_TEXT ? start + 1 + head : endOfLongText(source, start);
    }
    case TAG.clone:
      return endOfBytes(source, start);
    default:
      return start;
  }
}

/** True when `writeAny` can write the value. */
export function canWriteAny(value: unknown): boolean {
  switch (typeof value) {
    case 'object':
      return value === null || cloneOf(value) !== undefined;
    case 'function':
    case 'symbol':
      return false;
    default:
      return true;
  }
}
