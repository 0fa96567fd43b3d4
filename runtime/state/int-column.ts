// 32-bit integers by row number, outside of the heap, zero until they are set.
//   I1. Memory is reserved from the budget before it is allocated, and given back by `free`.

import type { MemoryBudget } from './memory-budget.ts';

const FIRST_LENGTH = 64;

/** A column that grows with its rows. */
export class IntColumn {
  #values = new Int32Array(0);
  readonly #budget: MemoryBudget;

  constructor(budget: MemoryBudget) {
    this.#budget = budget;
  }

  at(row: number): number {
    return this.#values[row] ?? 0;
  }

  set(row: number, value: number): void {
    if (row >= this.#values.length) this.#grow(row);
    this.#values[row] = value;
  }

  free(): void {
    this.#budget.release(this.#values.byteLength);
    this.#values = new Int32Array(0);
  }

  #grow(row: number): void {
    let length = Math.max(FIRST_LENGTH, this.#values.length);
    while (length <= row) length *= 2;
    const more = (length - this.#values.length) * Int32Array.BYTES_PER_ELEMENT;
    this.#budget.reserve(more, `A column of ${row} keys`);
    const grown = new Int32Array(length);
    grown.set(this.#values);
    this.#values = grown;
  }
}
