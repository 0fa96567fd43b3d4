// The layout of an entry that is sorted, in memory and in files, and its order.
//   bytes 0-3    length of the whole entry, u32      (all little-endian)
//         4-7    hash of the key, u32
//         8-15   timestamp, f64
//         16     which input it came from, u8
//         17-20  length of the key, u32
//         21-    key, then payload

import type { RowMemory } from '../types/codec.ts';

export const ENTRY_HEADER_BYTES = 21;

/** An entry in place: valid until the next is asked for. */
export interface SortedEntry {
  readonly memory: RowMemory;
  readonly offset: number;
}

/** Entries in order. */
export interface SortedEntries {
  next(): SortedEntry | undefined;
}

/** Writes the header of an entry whose key and payload are there already. */
export function writeEntryHeader(
  { view, bytes }: RowMemory,
  offset: number,
  header: {
    readonly hash: number;
    readonly timestampMs: number;
    readonly port: number;
    readonly keyBytes: number;
    /** The offset after the entry. */
    readonly end: number;
  },
): void {
  view.setUint32(offset, header.end - offset, true);
  view.setUint32(offset + 4, header.hash >>> 0, true);
  view.setFloat64(offset + 8, header.timestampMs, true);
  bytes[offset + 16] = header.port;
  view.setUint32(offset + 17, header.keyBytes, true);
}

export function entryBytesAt({ view }: RowMemory, offset: number): number {
  return view.getUint32(offset, true);
}

export function timestampAt({ view }: RowMemory, offset: number): number {
  return view.getFloat64(offset + 8, true);
}

export function portAt({ bytes }: RowMemory, offset: number): number {
  return bytes[offset + 16] ?? 0;
}

export function payloadOffsetAt({ view }: RowMemory, offset: number): number {
  return offset + ENTRY_HEADER_BYTES + view.getUint32(offset + 17, true);
}

/** The bytes of the key; a view. */
export function keyBytesAt({ bytes }: RowMemory, offset: number, payloadOffset: number): Buffer {
  return bytes.subarray(offset + ENTRY_HEADER_BYTES, payloadOffset);
}

/** By hash, then key, then timestamp: negative when the left one comes first. */
export function compareEntries(
  left: RowMemory,
  leftOffset: number,
  right: RowMemory,
  rightOffset: number,
): number {
  const byHash =
    left.view.getUint32(leftOffset + 4, true) - right.view.getUint32(rightOffset + 4, true);
  if (byHash !== 0) return byHash;
  const leftKey = leftOffset + ENTRY_HEADER_BYTES;
  const rightKey = rightOffset + ENTRY_HEADER_BYTES;
  const byKey = left.bytes.compare(
    right.bytes,
    rightKey,
    payloadOffsetAt(right, rightOffset),
    leftKey,
    payloadOffsetAt(left, leftOffset),
  );
  return byKey === 0 ? timestampAt(left, leftOffset) - timestampAt(right, rightOffset) : byKey;
}
