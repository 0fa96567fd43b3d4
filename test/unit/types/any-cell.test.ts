// Values of no known type: primitives directly, the rest as V8 clones it.

import { deepStrictEqual } from 'node:assert/strict';

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import {
  CANNOT_WRITE,
  canWriteAny,
  endOfAny,
  readAny,
  writeAny,
} from '../../../runtime/types/any-cell.ts';
import { NO_ROOM } from '../../../runtime/types/codec.ts';
import { TextCache } from '../../../runtime/types/text-cache.ts';
import { cloneables, memoryOf, PROPERTY } from './record-arbitrary.ts';

const ROOM = 8_192;
const cache = new TextCache();

describe('writeAny', () => {
  it('is given back by readAny, and ends where it says', () => {
    const memory = memoryOf(ROOM, true);
    fc.assert(
      fc.property(cloneables, (value) => {
        const end = writeAny(memory, value, 1, ROOM);
        deepStrictEqual(readAny(memory, 1, cache), value);
        expect(endOfAny(memory, 1)).toBe(end);
        expect(writeAny(memory, value, 1, end)).toBe(end);
        expect(writeAny(memory, value, 1, end - 1)).toBe(NO_ROOM);
      }),
      PROPERTY,
    );
  });

  it('keeps cycles, and what two parts share', () => {
    const memory = memoryOf(ROOM, true);
    const shared = { at: new Date(1), big: 2n ** 70n, text: 'a\ud800' };
    const value: Record<string, unknown> = {
      one: shared,
      other: shared,
      key: new Map([[shared, new Set([1])]]),
    };
    value['self'] = value;
    writeAny(memory, value, 0, ROOM);
    const read = readAny(memory, 0, cache) as Record<string, unknown>;
    deepStrictEqual(read, value);
    expect(read['one']).toBe(read['other']);
    expect(read['self']).toBe(read);
  });

  it('gives views that do not look into the row', () => {
    const memory = memoryOf(ROOM, true);
    writeAny(memory, new Float64Array([1, 2]), 0, ROOM);
    const read = readAny(memory, 0, cache);
    memory.bytes.fill(0);
    expect(read).toStrictEqual(new Float64Array([1, 2]));
  });

  it.each<[string, unknown]>([
    ['a function', () => 1],
    ['a symbol', Symbol('s')],
    ['a promise', Promise.resolve()],
    ['an object that holds one', { a: [() => 1] }],
    ['a getter that throws', { get a() { throw new Error('no'); } }], // prettier-ignore
  ])('refuses %s', (_, value) => {
    expect(writeAny(memoryOf(64, false), value, 0, 64)).toBe(CANNOT_WRITE);
    expect(canWriteAny(value)).toBe(false);
  });
});
