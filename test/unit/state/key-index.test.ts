// state/key-index.ts against a Map.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { Key } from '../../../runtime/core/key-group.ts';
import { keyIdentity } from '../../../runtime/core/key-identity.ts';
import { KeyIndex } from '../../../runtime/state/key-index.ts';
import { MemoryBudget } from '../../../runtime/state/memory-budget.ts';

const part = fc.oneof(
  fc.integer(),
  fc.double(),
  fc.string({ maxLength: 3 }),
  fc.boolean(),
  fc.bigInt({ min: -3n, max: 3n }),
  fc.constantFrom(
    0,
    -0,
    Number.NaN,
    Infinity,
    -Infinity,
    2 ** 53,
    2 ** 53 + 2,
    2 ** 32,
    0.5,
    '0',
    'NaN',
  ),
);
const key: fc.Arbitrary<Key> = fc.oneof(part, fc.array(part, { maxLength: 2 }));

describe('a key index', () => {
  it('numbers keys as a Map would (I1)', () => {
    fc.assert(
      fc.property(fc.array(key, { maxLength: 200 }), (keys) => {
        const index = new KeyIndex(new MemoryBudget(1024 ** 2));
        const numbers = new Map<unknown, number>();
        for (const each of keys) {
          const identity = keyIdentity(each);
          if (!numbers.has(identity)) numbers.set(identity, numbers.size);
          expect(index.find(each)).toBe(
            numbers.get(identity) === index.size ? -1 : numbers.get(identity),
          );
          expect(index.indexOf(each)).toBe(numbers.get(identity));
          expect(index.find(each)).toBe(numbers.get(identity));
          const found = new Set([keyIdentity(index.keyAt(index.indexOf(each)))]);
          expect(found.has(identity)).toBe(true);
        }
        expect(index.size).toBe(numbers.size);
      }),
      { seed: 20_260_101, numRuns: 300 },
    );
  });

  it('finds a hundred thousand neighbouring and distant numbers again', () => {
    const index = new KeyIndex(new MemoryBudget(64 * 1024 ** 2));
    const keys = Array.from({ length: 100_000 }, (_, at) => (at % 2 === 0 ? at : at * 2 ** 31));
    const numbers = keys.map((each) => index.indexOf(each));
    expect(numbers).toStrictEqual(keys.map((_, at) => at));
    expect(keys.every((each, at) => index.indexOf(each) === at)).toBe(true);
  });

  it('reserves before it grows and gives everything back (I2)', () => {
    const budget = new MemoryBudget(1024 ** 2);
    const index = new KeyIndex(budget);
    expect(budget.usedBytes).toBe(0);
    for (let at = 0; at < 1000; at++) index.indexOf(at);
    expect(budget.usedBytes).toBe(2048 * 12); // at most half full
    index.free();
    expect(budget.usedBytes).toBe(0);
  });

  it('refuses to grow over its budget', () => {
    const index = new KeyIndex(new MemoryBudget(64 * 12));
    const fill = (): void => {
      for (let at = 0; at < 100; at++) index.indexOf(at);
    };
    expect(fill).toThrow(expect.objectContaining({ code: 'MEMORY_EXCEEDED' }));
  });
});
