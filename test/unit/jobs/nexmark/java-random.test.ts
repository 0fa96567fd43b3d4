// java.util.Random in two halves, against numbers that Java prints and against the recurrence in BigInt.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { JavaRandom } from '../../../../runtime/jobs/nexmark/java-random.ts';

const MULTIPLIER = 0x5deece66dn;
const MASK = (1n << 48n) - 1n;

/** The class as its documentation defines it. */
class LiteralRandom {
  #state: bigint;

  constructor(seed: number) {
    this.#state = (BigInt(seed) ^ MULTIPLIER) & MASK;
  }

  next(bits: number): number {
    this.#state = (this.#state * MULTIPLIER + 0xbn) & MASK;
    return Number(BigInt.asIntN(32, this.#state >> BigInt(48 - bits)));
  }

  nextInt(bound: number): number {
    if ((bound & -bound) === bound) {
      return Number((BigInt(bound) * BigInt(this.next(31))) >> 31n);
    }
    for (;;) {
      const bits = this.next(31);
      const value = bits % bound;
      if (((bits - value + (bound - 1)) | 0) >= 0) return value;
    }
  }

  nextDouble(): number {
    return Number((BigInt(this.next(26)) << 27n) + BigInt(this.next(27))) / Number(1n << 53n);
  }
}

function seeded(seed: number): JavaRandom {
  const random = new JavaRandom();
  random.seed(seed);
  return random;
}

describe('JavaRandom', () => {
  it('gives what Java gives for the seed 42', () => {
    const ints = seeded(42);
    expect([ints.nextInt32(), ints.nextInt32()]).toStrictEqual([-1_170_105_035, 234_785_527]);
    const small = seeded(42);
    expect(Array.from({ length: 5 }, () => small.nextInt(10))).toStrictEqual([0, 3, 8, 4, 0]);
    const doubles = seeded(42);
    expect(doubles.nextDouble()).toBe(0.727_563_680_032_868_1);
  });

  it('follows the recurrence from any seed (I1)', () => {
    const seeds = fc.oneof(fc.maxSafeNat(), fc.nat(1000));
    const bounds = fc.oneof(
      fc.integer({ min: 1, max: 0x7fff_ffff }),
      fc.integer({ min: 1, max: 1000 }),
      fc.nat(30).map((power) => 2 ** power),
      // Just above half of the range, nearly every second draw is drawn again.
      fc.integer({ min: 0x4000_0001, max: 0x4000_1000 }),
    );
    fc.assert(
      fc.property(seeds, fc.array(bounds, { maxLength: 30 }), (seed, list) => {
        const random = seeded(seed);
        const literal = new LiteralRandom(seed);
        for (const bound of list) {
          expect(random.nextInt32()).toBe(literal.next(32));
          expect(random.nextInt(bound)).toBe(literal.nextInt(bound));
          expect(random.nextDouble()).toBe(literal.nextDouble());
        }
      }),
    );
  });

  it('begins anew when it is seeded again', () => {
    const random = seeded(7);
    const first = [random.nextInt32(), random.nextInt(10), random.nextDouble()];
    random.seed(7);
    expect([random.nextInt32(), random.nextInt(10), random.nextDouble()]).toStrictEqual(first);
  });
});
