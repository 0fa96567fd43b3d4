// The totals of the next window by key, moved on from window to window without adding up its slices again. A time inside
// the window, its turn, is kept for many windows in a row; each total has two parts:
//   - the front, of the slices before the turn, which leave one by one. When the turn is set, the slices are added up from
//     the turn backwards. Each then holds, instead of its own accumulators, what the front will be without it: a slice that
//     leaves puts that back. Nothing is ever subtracted, so floating-point sums do not drift.
//   - the back, of the slices since the turn, which come one by one: a running total.
// So each accumulator of a slice is merged twice, however many windows it is in (the two-stacks algorithm, with the turns
// of van Herk's running extremes). A total is (s1 + (s2 + (s3 + ...))) + ((t1 + t2) + t3): s before the turn, t since.
//   I1. The order in which slices are combined follows from their times alone (slice-layout.ts): not from parallelism.
//   I2. A key without records in the window has no total. It leaves the table when the turn moves at the latest.

import type { Key } from '../core/key-group.ts';
import { IntColumn } from '../state/int-column.ts';
import { KeyIndex } from '../state/key-index.ts';
import type { MemoryBudget } from '../state/memory-budget.ts';
import type { AccumulatorRows, RowsMaker } from './accumulator-rows.ts';
import type { Slice } from './slice.ts';
import type { TimeWindow } from './spec.ts';

const BEFORE_ALL = -Infinity;

/** One row a key, of the keys that the window may hold. */
export class WindowTotals {
  readonly #makeRows: RowsMaker;
  readonly #budget: MemoryBudget;
  #keys: KeyIndex;
  readonly #front: AccumulatorRows;
  readonly #back: AccumulatorRows;
  readonly #sum: AccumulatorRows; // a single row, for front and back together
  readonly #slices: IntColumn; // how many slices of the totals hold the key
  /** Where the front ends and the back begins. */
  turnMs = BEFORE_ALL;
  /** Slices that begin before this are part of the totals. */
  mergedUntilMs = BEFORE_ALL;

  constructor(makeRows: RowsMaker, budget: MemoryBudget) {
    this.#makeRows = makeRows;
    this.#budget = budget;
    this.#keys = new KeyIndex(budget);
    this.#front = makeRows();
    this.#back = makeRows();
    this.#sum = makeRows();
    this.#slices = new IntColumn(budget);
  }

  /** How many keys have rows; not all of them need be in the window. */
  get size(): number {
    return this.#keys.size;
  }

  holds(index: number): boolean {
    return this.#slices.at(index) > 0;
  }

  keyAt(index: number): Key {
    return this.#keys.keyAt(index);
  }

  result(index: number, window: TimeWindow): unknown {
    const key = this.#keys.keyAt(index);
    if (this.turnMs === window.startMs) return this.#back.result(index, key, window);
    this.#sum.start(0);
    this.#sum.merge(0, this.#front, index);
    this.#sum.merge(0, this.#back, index);
    return this.#sum.result(0, key, window);
  }

  /** Begins anew with a later turn; `slices` are those of the window before it, in order of time. */
  turn(turnMs: number, slices: readonly Slice[]): void {
    this.clear();
    this.turnMs = turnMs;
    this.mergedUntilMs = turnMs;
    for (const slice of slices) this.#number(slice);
    for (const slice of slices.toReversed()) {
      for (let row = 0; row < slice.table.size; row++) {
        const index = slice.totals.at(row);
        slice.table.rows.merge(row, this.#front, index);
        slice.table.rows.swap(row, this.#front, index);
      }
    }
  }

  /** Adds a slice since the turn, the next one in time. */
  push(slice: Slice): void {
    const { keys, rows, size } = slice.table;
    for (let row = 0; row < size; row++) {
      const index = this.#rowOf(keys.keyAt(row));
      this.#back.merge(index, rows, row);
      this.#slices.set(index, this.#slices.at(index) + 1);
    }
  }

  /** The earliest slice leaves. One since the turn can only leave when the turn moves too: nothing need be done. */
  remove(slice: Slice): void {
    if (slice.startMs >= this.turnMs) return;
    for (let row = 0; row < slice.table.size; row++) {
      const index = slice.totals.at(row);
      this.#front.swap(index, slice.table.rows, row);
      this.#slices.set(index, this.#slices.at(index) - 1);
    }
  }

  /** Adds a record to a slice that is part of the totals; `earlier` are the slices before it, in order of time. */
  addMerged(slice: Slice, earlier: readonly Slice[], key: Key, value: unknown): void {
    const index = this.#rowOf(key);
    const isNew = slice.table.keys.find(key) < 0;
    if (isNew) this.#slices.set(index, this.#slices.at(index) + 1);
    if (slice.startMs >= this.turnMs) {
      slice.table.add(key, value);
      this.#back.add(index, value);
      return;
    }
    // Every sum that begins before the slice, or with it, holds the record: the front, and what earlier slices put back.
    let sums = { rows: this.#front, row: index };
    const holding = [sums];
    for (const { table } of earlier) {
      const row = table.keys.find(key);
      if (row >= 0) holding.push((sums = { rows: table.rows, row }));
    }
    if (isNew) {
      const row = slice.table.rowOf(key);
      slice.totals.set(row, index);
      slice.table.rows.merge(row, sums.rows, sums.row);
    }
    for (const { rows, row } of holding) rows.add(row, value);
  }

  clear(): void {
    this.#keys.free();
    for (const rows of [this.#front, this.#back, this.#sum]) rows.free();
    this.#slices.free();
    this.#keys = new KeyIndex(this.#budget);
    this.turnMs = BEFORE_ALL;
    this.mergedUntilMs = BEFORE_ALL;
  }

  /** Gives the keys of a slice their rows, so that they are not looked up again. */
  #number(slice: Slice): void {
    const { keys, size } = slice.table;
    for (let row = 0; row < size; row++) {
      const index = this.#rowOf(keys.keyAt(row));
      slice.totals.set(row, index);
      this.#slices.set(index, this.#slices.at(index) + 1);
    }
  }

  #rowOf(key: Key): number {
    const known = this.#keys.size;
    const index = this.#keys.indexOf(key);
    if (index === known) {
      this.#front.start(index);
      this.#back.start(index);
      this.#slices.set(index, 0);
    }
    return index;
  }
}
