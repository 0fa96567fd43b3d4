// The totals of the next window by key, moved on from window to window without adding up its slices again. A time inside
// the window, its turn, is kept for many windows in a row; each total has two parts:
//   - the front, of the slices before the turn, which leave one by one. When the turn is set, the slices are added up from
//     the turn backwards. Each then holds, instead of its own accumulators, what the front will be without it: a slice that
//     leaves puts that back. Nothing is ever subtracted, so floating-point sums do not drift.
//   - the back, of the slices since the turn, which come one by one: a running total.
// So each accumulator of a slice is merged twice, however many windows it is in (the two-stacks algorithm, with the turns
// of van Herk's running extremes). A total is (s1 + (s2 + (s3 + ...))) + ((t1 + t2) + t3): s before the turn, t since.
//   I1. The order in which slices are combined follows from their times alone (slice-layout.ts): not from parallelism.
//   I2. A key without records in the window has no total. Such keys leave the table when the turn moves and
//       they are more than half of it.

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
  #numbering = 0; // changes when keys lose their rows
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

  /** Moves the turn on; `slices` are those of the window before it, in order of time. */
  turn(turnMs: number, slices: readonly Slice[]): void {
    this.#empty();
    this.turnMs = turnMs;
    this.mergedUntilMs = turnMs;
    for (const slice of slices) this.#count(slice);
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
    this.#count(slice);
    const { rows, size } = slice.table;
    for (let row = 0; row < size; row++) this.#back.merge(slice.totals.at(row), rows, row);
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
    const row = slice.table.rowOf(key);
    if (isNew) {
      this.#slices.set(index, this.#slices.at(index) + 1);
      slice.totals.set(row, index);
      slice.numbering = this.#numbering;
    }
    if (slice.startMs >= this.turnMs) {
      slice.table.rows.add(row, value);
      this.#back.add(index, value);
      return;
    }
    // Every sum that begins before the slice, or with it, holds the record: the front, and what earlier slices put back.
    let sums = { rows: this.#front, row: index };
    const holding = [sums];
    for (const { table } of earlier) {
      const held = table.keys.find(key);
      if (held >= 0) holding.push((sums = { rows: table.rows, row: held }));
    }
    if (isNew) slice.table.rows.merge(row, sums.rows, sums.row);
    for (const sum of holding) sum.rows.add(sum.row, value);
  }

  clear(): void {
    this.#keys.free();
    for (const rows of [this.#front, this.#back, this.#sum]) rows.free();
    this.#slices.free();
    this.#keys = new KeyIndex(this.#budget);
    this.#numbering++;
    this.turnMs = BEFORE_ALL;
    this.mergedUntilMs = BEFORE_ALL;
  }

  /** Takes all slices out. The keys keep their rows, so that they need not be looked up, unless most have no use for them. */
  #empty(): void {
    const { size } = this.#keys;
    let used = 0;
    for (let index = 0; index < size; index++) if (this.holds(index)) used++;
    if (used * 2 < size) {
      this.clear();
      return;
    }
    for (let index = 0; index < size; index++) this.#start(index);
  }

  /** Counts the keys of a slice in, after finding their rows where that has not been done. */
  #count(slice: Slice): void {
    const { keys, size } = slice.table;
    if (slice.numbering !== this.#numbering) {
      for (let row = 0; row < size; row++) slice.totals.set(row, this.#rowOf(keys.keyAt(row)));
      slice.numbering = this.#numbering;
    }
    for (let row = 0; row < size; row++) {
      const index = slice.totals.at(row);
      this.#slices.set(index, this.#slices.at(index) + 1);
    }
  }

  #rowOf(key: Key): number {
    const known = this.#keys.size;
    const index = this.#keys.indexOf(key);
    if (index === known) this.#start(index);
    return index;
  }

  #start(index: number): void {
    this.#front.start(index);
    this.#back.start(index);
    this.#slices.set(index, 0);
  }
}
