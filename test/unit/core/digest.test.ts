// Digests name tasks and plans in every process and in stored bytes: they may neither collide nor ever change.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { digestOf } from '../../../runtime/core/digest.ts';

function countDifferentBits(left: string, right: string): number {
  const different = BigInt(`0x${left}`) ^ BigInt(`0x${right}`);
  return different.toString(2).replaceAll('0', '').length;
}

describe('digestOf', () => {
  it('is 32 lowercase hex digits and the same each time, for any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(digestOf(text)).toMatch(/^[0-9a-f]{32}$/);
        expect(digestOf(text)).toBe(digestOf(text));
      }),
    );
  });

  it('keeps to what earlier releases wrote', () => {
    expect(['', 'a', 'source: flights\nwindow: by origin'].map(digestOf)).toStrictEqual([
      '08925b017b70f9e97eb153880eb69f9c',
      '82164817f767a9af864034072d69a92d',
      '917353a7966f28246eb972170503e818',
    ]);
  });

  it('tells similar texts apart, in each of its four lanes', () => {
    const texts = Array.from({ length: 20_000 }, (_, index) => `operator-${index}`);
    const digests = texts.map(digestOf);
    expect(new Set(digests).size).toBe(texts.length);
    for (const from of [0, 8, 16, 24]) {
      // Chance alone repeats one of 20,000 words of 32 bits once in twenty runs.
      const words = new Set(digests.map((digest) => digest.slice(from, from + 8)));
      expect(words.size).toBeGreaterThan(texts.length - 4);
    }
  });

  it('tells padding from text', () => {
    const texts = Array.from({ length: 40 }, (_, length) => '\0'.repeat(length));
    expect(new Set(texts.map(digestOf)).size).toBe(texts.length);
  });

  it('changes about half of its bits with one bit of the text, wherever that is', () => {
    const text = 'window: tumbling 1 h over flights by origin';
    const changed = Array.from({ length: text.length }, (_, index) => {
      const code = String.fromCharCode(text.charCodeAt(index) ^ 1);
      return digestOf(text.slice(0, index) + code + text.slice(index + 1));
    });
    const bits = changed.map((digest) => countDifferentBits(digest, digestOf(text)));
    expect(Math.min(...bits)).toBeGreaterThan(30);
    expect(bits.reduce((sum, count) => sum + count, 0) / bits.length).toBeGreaterThan(58);
  });
});
