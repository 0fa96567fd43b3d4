// Keyed state finds a key by its identity, so identities must be equal exactly when the keys are.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { hashOfKey } from '../../../runtime/core/key-group.ts';
import type { Key, KeyPart } from '../../../runtime/core/key-group.ts';
import { keyIdentity, keyOfIdentity } from '../../../runtime/core/key-identity.ts';

const part = fc.oneof(
  fc.string(),
  fc.double(),
  fc.integer(),
  fc.boolean(),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  // Texts that look like other parts.
  fc.constantFrom('1', 'true', 'NaN', 'null', '{"int64":"1"}', '{"number":"NaN"}', 1, 1n, true),
);

/** Equal as Map keys are: NaN equals itself, -0 equals 0. */
function isSameTuple(left: readonly KeyPart[], right: readonly KeyPart[]): boolean {
  return (
    left.length === right.length && left.every((part, index) => [part].includes(right[index]!))
  );
}

const key = fc.oneof(part, fc.array(part, { maxLength: 3 }));

/** Keys that a careless text would merge. */
const LOOKALIKES: readonly Key[] = [
  ...['', 's0:', '\u0001', '\u0001s1:a', '\u0001#7', '\u0001=\u0001', '7'],
  ...[7, 7n, true, 'true', Number.NaN, 'NaN'],
  ...[
    [],
    [''],
    ['a'],
    ['a', 'b'],
    ['as1:b'],
    ['s1:a'],
    [7],
    [7n],
    ['7'],
    [true],
    ['t'],
    ['\u0001'],
  ],
];

function isSameKey(left: Key, right: Key): boolean {
  if (typeof left !== 'object' || typeof right !== 'object') return [left].includes(right);
  return isSameTuple(left, right);
}

describe('keyIdentity', () => {
  it('is the key itself for a string, number or boolean', () => {
    for (const key of ['ORD', '', 7, true, Number.NaN]) expect(keyIdentity(key)).toBe(key);
  });

  it('tells any two keys apart, whatever they are made of (I1)', () => {
    fc.assert(
      fc.property(key, key, (left, right) => {
        expect(keyIdentity(left) === keyIdentity(right)).toBe(isSameKey(left, right));
      }),
      { numRuns: 2_000 },
    );
    const identities = LOOKALIKES.map(keyIdentity);
    expect(new Set(identities).size).toBe(LOOKALIKES.length);
  });

  it('gives the key back (I2)', () => {
    fc.assert(
      fc.property(key, (of) => {
        expect(isSameKey(keyOfIdentity(keyIdentity(of)), of)).toBe(true);
      }),
      { numRuns: 2_000 },
    );
    for (const of of LOOKALIKES) expect(keyOfIdentity(keyIdentity(of))).toStrictEqual(of);
  });

  it('never changes: state is stored by it (I3)', () => {
    expect(keyIdentity(['ORD', -1.5, true, false, 7n, Number.NaN])).toBe(
      '\u0001s3:ORDn-1.5;tfi7;nNaN;',
    );
    expect(keyIdentity(-7n)).toBe('\u0001#-7');
    expect(keyIdentity('\u0001')).toBe('\u0001=\u0001');
  });

  it('is equal for tuples of equal content', () => {
    fc.assert(
      fc.property(fc.array(part), (tuple) => {
        expect(keyIdentity([...tuple])).toBe(keyIdentity(tuple));
      }),
    );
    expect(keyIdentity(['a', -0])).toBe(keyIdentity(['a', 0]));
  });

  it('differs for tuples of different content', () => {
    const tuple = fc.array(part, { maxLength: 2 });
    fc.assert(
      fc.property(tuple, tuple, (left, right) => {
        expect(keyIdentity(left) === keyIdentity(right)).toBe(isSameTuple(left, right));
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([
    [['1'], [1]],
    [[1], [1n]],
    [['true'], [true]],
    [['NaN'], [Number.NaN]],
    [[Infinity], [-Infinity]],
    [['a', 'b'], ['a,b']],
    [['{"int64":"1"}'], [1n]],
  ])('tells %j from what looks like it', (left: KeyPart[], right: KeyPart[]) => {
    expect(keyIdentity(left)).not.toBe(keyIdentity(right));
  });

  it('goes with the hash: the same identity never has two hashes', () => {
    fc.assert(
      fc.property(fc.array(part), (tuple) => {
        const zeros = tuple.map((value) => (value === 0 ? -0 : value));
        expect(keyIdentity(zeros)).toBe(keyIdentity(tuple));
        expect(hashOfKey(zeros)).toBe(hashOfKey(tuple));
      }),
    );
  });
});
