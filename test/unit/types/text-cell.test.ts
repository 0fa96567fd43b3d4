// Text in a row: its forms at the lengths where they change.

import { describe, expect, it } from 'vitest';

import { NO_ROOM } from '../../../runtime/types/codec.ts';
import type { RowMemory } from '../../../runtime/types/codec.ts';
import { TextCache } from '../../../runtime/types/text-cache.ts';
import {
  endOfLongText,
  LONG_TEXT,
  readLongText,
  writeText,
} from '../../../runtime/types/text-cell.ts';
import { memoryOf } from './record-arbitrary.ts';

const ROOM = 4_096;

function readText(memory: RowMemory, offset: number, cache: TextCache): string {
  const head = memory.bytes[offset]!;
  return head < LONG_TEXT ? cache.read(memory, offset + 1, head) : readLongText(memory, offset);
}

describe('writeText', () => {
  it.each<[string, string, number]>([
    ['no characters', '', 1],
    ['ASCII in a loop', 'x'.repeat(32), 33],
    ['ASCII by a native call', 'x'.repeat(33), 34],
    ['the longest ASCII with a head of one byte', 'x'.repeat(247), 248],
    ['ASCII with a head of five', 'x'.repeat(248), 253],
    ['two bytes a character', 'é', 5 + 2],
    ['four bytes a character', '😀', 5 + 4],
    ['a lone surrogate', 'a\ud800', 5 + 4],
    ['long text that is not ASCII', `${'x'.repeat(100)}漢`, 5 + 103],
  ])('writes %s', (_, text, expected) => {
    const memory = memoryOf(ROOM, true);
    expect(writeText(memory, text, 7, ROOM)).toBe(7 + expected);
    expect(readText(memory, 7, new TextCache())).toBe(text);
    if (memory.bytes[7]! >= LONG_TEXT) expect(endOfLongText(memory, 7)).toBe(7 + expected);
    expect(writeText(memory, text, 7, 7 + expected), 'just enough room').toBe(7 + expected);
    expect(readText(memory, 7, new TextCache())).toBe(text);
    expect(writeText(memory, text, 7, 6 + expected), 'a byte too few').toBe(NO_ROOM);
  });
});
