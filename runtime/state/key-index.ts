// Numbers the keys of a table 0, 1, 2, … in order of arrival. Number keys live in an open-addressed table on typed arrays
// (linear probing, at most half full); other keys in a Map.
//   I1. A key keeps its number for the life of the index.
//   I2. Memory is reserved from the budget before it is allocated, and given back by `free`.

import { hashOfKey, type Key } from '../core/key-group.ts';
import { keyIdentity } from '../core/key-identity.ts';
import type { MemoryBudget } from './memory-budget.ts';

const FIRST_CAPACITY = 64;
const BYTES_PER_CELL = Int32Array.BYTES_PER_ELEMENT + Float64Array.BYTES_PER_ELEMENT;

/** The distinct keys of a table. */
export class KeyIndex {
  readonly #budget: MemoryBudget;
  readonly #keys: Key[] = [];
  readonly #others = new Map<unknown, number>();
  #cells: Int32Array | undefined; // 0: empty, else the key's number + 1
  #cellKeys = new Float64Array(0);
  #numberCount = 0;

  constructor(budget: MemoryBudget) {
    this.#budget = budget;
  }

  get size(): number {
    return this.#keys.length;
  }

  keyAt(index: number): Key {
    return this.#keys[index] as Key;
  }

  /** The number of a key, which is new when it equals the size before the call. */
  indexOf(key: Key): number {
    return typeof key === 'number' && key === key
      ? this.#indexOfNumber(key)
      : this.#indexOfOther(key);
  }

  /** The number of a key, -1 when it has none. */
  find(key: Key): number {
    if (typeof key !== 'number' || key !== key) return this.#others.get(keyIdentity(key)) ?? -1;
    if (this.#cells === undefined) return -1;
    const mask = this.#cells.length - 1;
    let cell = spread(key) & mask;
    for (;;) {
      const entry = this.#cells[cell] ?? 0;
      if (entry === 0 || this.#cellKeys[cell] === key) return entry - 1;
      cell = (cell + 1) & mask;
    }
  }

  free(): void {
    this.#budget.release(this.#cellKeys.length * BYTES_PER_CELL);
    this.#cells = undefined;
    this.#cellKeys = new Float64Array(0);
  }

  #indexOfOther(key: Key): number {
    const identity = keyIdentity(key);
    const known = this.#others.get(identity);
    if (known !== undefined) return known;
    this.#others.set(identity, this.#keys.length);
    return this.#keys.push(key) - 1;
  }

  #indexOfNumber(key: number): number {
    const cells = this.#cells ?? this.#grow();
    const cellKeys = this.#cellKeys;
    const mask = cells.length - 1;
    let cell = spread(key) & mask;
    for (;;) {
      const entry = cells[cell] ?? 0;
      if (entry === 0) return this.#insertNumber(key, cell);
      if (cellKeys[cell] === key) return entry - 1;
      cell = (cell + 1) & mask;
    }
  }

  #insertNumber(key: number, freeCell: number): number {
    const index = this.#keys.push(key) - 1;
    this.#put(freeCell, key, index);
    this.#numberCount++;
    if (this.#numberCount * 2 > this.#cellKeys.length) this.#grow();
    return index;
  }

  #put(cell: number, key: number, index: number): void {
    if (this.#cells === undefined) return;
    this.#cells[cell] = index + 1;
    this.#cellKeys[cell] = key;
  }

  #grow(): Int32Array {
    const old = this.#cellKeys.length;
    const capacity = old === 0 ? FIRST_CAPACITY : old * 2;
    this.#budget.reserve((capacity - old) * BYTES_PER_CELL, `A table of ${this.#keys.length} keys`);
    const cells = new Int32Array(capacity);
    this.#cells = cells;
    this.#cellKeys = new Float64Array(capacity);
    for (const [index, key] of this.#keys.entries()) {
      if (typeof key !== 'number' || key !== key) continue;
      let cell = spread(key) & (capacity - 1);
      while (cells[cell] !== 0) cell = (cell + 1) & (capacity - 1);
      this.#put(cell, key, index);
    }
    return cells;
  }
}

/** murmur3's finalizer over the key's hash code, so that neighbouring keys do not cluster. */
function spread(key: number): number {
  let mixed = hashOfKey(key);
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}
