// The numbers of java.util.Random: a linear congruential generator of 48 bits, kept in two halves of 24 so that every step
// is exact in int32 and double arithmetic (a BigInt would be a hundred times slower, and this is the hot path).
//   I1. After the same seed and the same calls, the same numbers as Java gives.

/** 0x5DEECE66D, in halves. */
const MULTIPLIER_HIGH = 0x5de;
const MULTIPLIER_LOW = 0xece66d;
const INCREMENT = 0xb;

const HALF = 0x1000000;
const HALF_MASK = 0xffffff;
const INT32_MAX = 0x7fffffff;

/** One generator, to be seeded again as often as needed. */
export class JavaRandom {
  #high = 0;
  #low = 0;

  /** Begins anew; `seed` is a whole number, 0 or more and within 2^53. */
  seed(seed: number): void {
    this.#high = (Math.floor(seed / HALF) ^ MULTIPLIER_HIGH) & HALF_MASK;
    this.#low = (seed ^ MULTIPLIER_LOW) & HALF_MASK;
  }

  /** Any int32: the upper 32 of the 48 bits. */
  nextInt32(): number {
    const low = this.#low;
    // Below 2^48, hence exact as a double; only what it carries over into the upper half needs more than 32 bits.
    const carry = ((low * MULTIPLIER_LOW + INCREMENT) / HALF) | 0;
    const high =
      (Math.imul(this.#high, MULTIPLIER_LOW) + Math.imul(low, MULTIPLIER_HIGH) + carry) & HALF_MASK;
    this.#high = high;
    this.#low = (Math.imul(low, MULTIPLIER_LOW) + INCREMENT) & HALF_MASK;
    return (high << 8) | (this.#low >>> 16);
  }

  /** From 0 to `bound - 1`; `bound` is from 1 to 2^31 - 1. */
  nextInt(bound: number): number {
    let drawn = this.nextInt32() >>> 1;
    // A power of two takes the upper bits, which are better than the lower ones.
    if ((bound & (bound - 1)) === 0) return Math.floor((bound * drawn) / (INT32_MAX + 1));
    let rest = drawn % bound;
    // The last, incomplete stretch of `bound` numbers would favour the small ones: Java draws again.
    while (drawn - rest + (bound - 1) > INT32_MAX) {
      drawn = this.nextInt32() >>> 1;
      rest = drawn % bound;
    }
    return rest;
  }

  /** From 0 to just below 1, in steps of 2^-53. */
  nextDouble(): number {
    const high = this.nextInt32() >>> 6;
    const low = this.nextInt32() >>> 5;
    return (high * 0x8000000 + low) / 2 ** 53;
  }
}
