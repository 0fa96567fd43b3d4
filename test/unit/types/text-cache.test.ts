// The cache of text that a codec reads: right whatever collides in it, and the same string for text that repeats.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { TextCache } from '../../../runtime/types/text-cache.ts';
import { memoryOf, PROPERTY } from './record-arbitrary.ts';

const ROOM = 256;
const memory = memoryOf(ROOM, true);

function readBack(cache: TextCache, text: string, offset = 1): string {
  memory.bytes.write(text, offset, 'latin1');
  return cache.read(memory, offset, text.length);
}

describe('TextCache', () => {
  it('never takes one text for another, however they collide (I1)', () => {
    const cache = new TextCache();
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '\u0000'), maxLength: 34 });
    fc.assert(
      fc.property(text, fc.nat(7), (wanted, offset) => {
        expect(readBack(cache, wanted, offset)).toBe(wanted);
        expect(readBack(cache, wanted)).toBe(wanted);
      }),
      { ...PROPERTY, numRuns: 5_000 },
    );
  });

  it.each([1, 2, 3, 4, 8, 9, 16, 17, 20, 21, 32, 33])(
    'tells texts of %i characters apart by each of them',
    (length) => {
      const cache = new TextCache();
      for (let at = 0; at < length; at++) {
        const text = 'x'.repeat(at) + 'y' + 'x'.repeat(length - at - 1);
        expect(readBack(cache, text)).toBe(text);
      }
    },
  );

  it('reads the end of the memory without looking behind it', () => {
    const cache = new TextCache();
    for (let length = 0; length <= 40; length++) {
      const text = 'z'.repeat(length);
      expect(readBack(cache, text, ROOM - length)).toBe(text);
    }
  });
});
