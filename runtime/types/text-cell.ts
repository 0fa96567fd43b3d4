// The cell of a string in a row: a head byte, then the characters.
//   0..247          so many ASCII characters follow
//   248 + uint32    so many ASCII bytes follow
//   249 + uint32    so many UTF-8 bytes follow
//   250 + uint32    so many UTF-16LE bytes follow: text with a lone surrogate, which UTF-8 cannot carry
// Short text is written in a plain loop, because a call into native code costs more, and read through `text-cache.ts`.
// Buffer's own methods do the rest: they work on shared memory, which TextEncoder and TextDecoder may refuse.
//   I1. Nothing is written at or after the limit.
//   I2. Text comes back unchanged, lone surrogates included.

import { NO_ROOM } from './codec.ts';
import type { RowMemory } from './codec.ts';

/** Heads from here on are followed by a length of four bytes. */
export const LONG_TEXT = 248;
const LONG_ASCII = LONG_TEXT;
const LONG_UTF8 = 249;
const LONG_UTF16 = 250;
const LONG_HEAD_BYTES = 5;

/** Up to here a loop beats a native write. */
const LOOP_LENGTH_MAX = 32;

/** Methods of a Buffer and a string that Node has and its type declarations lack. */
interface NativeText {
  utf8Write(text: string, offset: number, bytes: number): number;
  ucs2Write(text: string, offset: number, bytes: number): number;
  latin1Slice(start: number, end: number): string;
  utf8Slice(start: number, end: number): string;
  ucs2Slice(start: number, end: number): string;
}

/** Writes the cell at `offset` and returns the offset after it, or `NO_ROOM`. */
export function writeText(target: RowMemory, text: string, offset: number, limit: number): number {
  const length = text.length;
  if (length > LOOP_LENGTH_MAX) return writeLongText(target, text, offset, limit);
  const start = offset + 1;
  if (start + length > limit) return NO_ROOM;
  const bytes = target.bytes;
  for (let index = 0; index < length; index++) {
    const code = text.charCodeAt(index);
    if (code > 127) return writeLongText(target, text, offset, limit);
    bytes[start + index] = code;
  }
  bytes[offset] = length;
  return start + length;
}

/** Bets on ASCII when even three bytes a character would fit, and measures first when they would not. */
function writeLongText(target: RowMemory, text: string, offset: number, limit: number): number {
  const length = text.length;
  const headBytes = length < LONG_TEXT ? 1 : LONG_HEAD_BYTES;
  const start = offset + headBytes;
  if (offset + LONG_HEAD_BYTES + 3 * length > limit)
    return writeSnugly(target, text, offset, limit);
  const written = (target.bytes as unknown as NativeText).utf8Write(text, start, 3 * length);
  if (written === length) {
    if (headBytes === 1) target.bytes[offset] = length;
    else writeHead(target, LONG_ASCII, length, offset);
    return start + length;
  }
  if (!isWellFormed(text)) return writeUtf16(target, text, offset, limit);
  const longStart = offset + LONG_HEAD_BYTES;
  if (start !== longStart) target.bytes.copyWithin(longStart, start, start + written);
  writeHead(target, LONG_UTF8, written, offset);
  return longStart + written;
}

/** Near the limit: the exact size first. */
function writeSnugly(target: RowMemory, text: string, offset: number, limit: number): number {
  const length = text.length;
  if (offset + 1 + length > limit) return NO_ROOM;
  const byteLength = Buffer.byteLength(text, 'utf8');
  if (byteLength !== length && !isWellFormed(text)) return writeUtf16(target, text, offset, limit);
  const isShort = byteLength === length && length < LONG_TEXT;
  const start = offset + (isShort ? 1 : LONG_HEAD_BYTES);
  if (start + byteLength > limit) return NO_ROOM;
  (target.bytes as unknown as NativeText).utf8Write(text, start, byteLength);
  if (isShort) target.bytes[offset] = length;
  else writeHead(target, byteLength === length ? LONG_ASCII : LONG_UTF8, byteLength, offset);
  return start + byteLength;
}

function writeUtf16(target: RowMemory, text: string, offset: number, limit: number): number {
  const start = offset + LONG_HEAD_BYTES;
  const byteLength = 2 * text.length;
  if (start + byteLength > limit) return NO_ROOM;
  (target.bytes as unknown as NativeText).ucs2Write(text, start, byteLength);
  writeHead(target, LONG_UTF16, byteLength, offset);
  return start + byteLength;
}

function writeHead(target: RowMemory, head: number, byteLength: number, offset: number): void {
  target.bytes[offset] = head;
  target.view.setUint32(offset + 1, byteLength, true);
}

function isWellFormed(text: string): boolean {
  return (text as unknown as { isWellFormed(): boolean }).isWellFormed();
}

/** The text of a cell whose head is `LONG_TEXT` or more. */
export function readLongText(source: RowMemory, offset: number): string {
  const start = offset + LONG_HEAD_BYTES;
  const end = endOfLongText(source, offset);
  const bytes = source.bytes as unknown as NativeText;
  const head = source.bytes[offset];
  if (head === LONG_ASCII) return bytes.latin1Slice(start, end);
  return head === LONG_UTF8 ? bytes.utf8Slice(start, end) : bytes.ucs2Slice(start, end);
}

/** The offset after a cell whose head is `LONG_TEXT` or more. */
export function endOfLongText(source: RowMemory, offset: number): number {
  return offset + LONG_HEAD_BYTES + source.view.getUint32(offset + 1, true);
}
