// The cell of a byte array in a row: its length as uint32, then the bytes.
//   I1. What is read owns its memory: it is no view of the row.

import { NO_ROOM } from './codec.ts';
import type { RowMemory } from './codec.ts';

const LENGTH_BYTES = 4;

/** Writes the cell at `offset` and returns the offset after it, or `NO_ROOM`. */
export function writeBytes(
  target: RowMemory,
  value: Uint8Array,
  offset: number,
  limit: number,
): number {
  const start = offset + LENGTH_BYTES;
  const end = start + value.length;
  if (end > limit) return NO_ROOM;
  target.view.setUint32(offset, value.length, true);
  target.bytes.set(value, start);
  return end;
}

/** The bytes of the cell at `offset`. */
export function readBytes(source: RowMemory, offset: number): Uint8Array {
  const value = new Uint8Array(source.view.getUint32(offset, true));
  value.set(source.bytes.subarray(offset + LENGTH_BYTES, endOfBytes(source, offset)));
  return value;
}

/** The offset after the cell at `offset`. */
export function endOfBytes(source: RowMemory, offset: number): number {
  return offset + LENGTH_BYTES + source.view.getUint32(offset, true);
}

/** True for a value that `readBytes` gives back as it is: a Buffer would come back without its methods. */
export function isPlainBytes(value: unknown): boolean {
  return value instanceof Uint8Array && Object.getPrototypeOf(value) === Uint8Array.prototype;
}
