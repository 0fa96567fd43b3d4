// Types guessed from one value: what each kind of value becomes, and that the guess takes the value it was made from.

import { deepStrictEqual } from 'node:assert/strict';

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { compileCodec } from '../../../runtime/types/codec-compiler.ts';
import { describeType } from '../../../runtime/types/describe.ts';
import { inferRecordType } from '../../../runtime/types/infer.ts';
import { cloneables, memoryOf, PROPERTY, typedValues } from './record-arbitrary.ts';

class Point {
  x = 1;
}

function nested(depth: number): unknown {
  return depth === 0 ? 1 : { in: nested(depth - 1) };
}

const cyclic: Record<string, unknown> = { n: 1 };
cyclic['self'] = cyclic;

describe('inferRecordType', () => {
  it.each<[string, unknown]>([
    [
      '{ n: number, s: string, b: boolean, at: instant, raw: bytes, big: bigint }',
      { n: 1, s: '', b: true, at: new Date(0), raw: new Uint8Array(), big: 1n },
    ],
    ['{ gone: any, unset?: any }', { gone: null, unset: undefined }],
    [
      '{ p: any, m: any, s: any, f: any, e: any, huge: any }',
      { p: new Point(), m: new Map(), s: new Set(), f: () => 1, e: new Date(NaN), huge: 2n ** 64n },
    ],
    [
      '{ same: { a: number }[], mixed: any[], none: any[], deep: string[][] }',
      { same: [{ a: 1 }, { a: 2 }], mixed: [1, 'x'], none: [], deep: [['x'], ['y', 'z']] },
    ],
    ['number', 3],
    ['string', 'x'],
    ['number[]', [1, 2]],
    ['any (self-describing)', null],
    ['any (self-describing)', new Point()],
    ['any (self-describing)', Buffer.alloc(1)],
    ['any (self-describing)', /(a)/.exec('a')],
    ['{ a: number }', Object.assign(Object.create(null), { a: 1 })],
    [
      'any (self-describing)',
      Object.fromEntries(Array.from({ length: 257 }, (_, index) => [`k${index}`, 1])),
    ],
  ])('%s', (expected, value) => {
    expect(describeType(inferRecordType(value))).toBe(expected);
  });

  it.each([
    ['a deep value', nested(100)],
    ['a value inside itself', cyclic],
  ])('ends at %s, which keeps its parts', (_, value) => {
    const codec = compileCodec(inferRecordType(value));
    const memory = memoryOf(8_192, true);
    expect(codec.accepts(value)).toBe(true);
    expect(codec.encode(value, memory, 0, 8_192)).toBeGreaterThan(0);
  });

  it('guesses a type that takes the value it was made from, and gives it back (I1)', () => {
    const memory = memoryOf(16_384, true);
    const values = fc.oneof(
      typedValues().map(([, value]) => value),
      cloneables,
    );
    fc.assert(
      fc.property(values, (value) => {
        const codec = compileCodec(inferRecordType(value));
        expect(codec.accepts(value)).toBe(true);
        expect(codec.encode(value, memory, 0, 16_384)).toBeGreaterThanOrEqual(0);
        expect(codec.decode(memory, 0)).toEqual(value);
      }),
      PROPERTY,
    );
    deepStrictEqual(inferRecordType({ a: -0 }), inferRecordType({ a: NaN }));
  });
});
