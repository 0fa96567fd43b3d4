// Randomness comes in by constructor, so that a run can be repeated from its seed.

/** Uniform numbers in [0, 1). */
export interface Random {
  next(): number;
}

/** The machine's randomness. */
export const systemRandom: Random = { next: () => Math.random() };

/** Repeatable: mulberry32 (Tommy Ettinger, public domain), 32 bits of state; not for secrets. */
export class SeededRandom implements Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x100000000;
  }
}
