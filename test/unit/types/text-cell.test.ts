// Text in a row: its forms at the lengths where they change, and the cache that gives repeated text back.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { NO_ROOM } from '../../../runtime/types/codec.ts';
import type { RowMemory } from '../../../runtime/types/codec.ts';
import {
  endOfLongText,
  LONG_TEXT,
  readLongText,
  TextCache,
  writeText,
} from '../../../runtime/types/text-cell.ts';
import { memoryOf, PROPERTY, texts } from './record-arbitrary.ts';

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

describe('TextCache', () => {
  it('never takes one text for another, however they collide', () => {
    const memory = memoryOf(ROOM, true);
    const cache = new TextCache();
    const short = fc.string({ unit: fc.constantFrom('a', 'b', '\u0000'), maxLength: 17 });
    fc.assert(
      fc.property(fc.oneof(short, texts), (text) => {
        writeText(memory, text, 0, ROOM);
        expect(readText(memory, 0, cache)).toBe(text);
      }),
      { ...PROPERTY, numRuns: 10_000 },
    );
  });

  it.each([1, 2, 3, 4, 8, 9, 16, 17])(
    'tells texts of %i characters apart by each of them',
    (length) => {
      const memory = memoryOf(64, true);
      const cache = new TextCache();
      for (let at = 0; at < length; at++) {
        const text = 'x'.repeat(at) + 'y' + 'x'.repeat(length - at - 1);
        writeText(memory, text, 0, 64);
        expect(cache.read(memory, 1, length)).toBe(text);
      }
    },
  );
});
