// Accumulators of declarative aggregates as rows of a typed array: one row a key, one or two cells a column. What is done
// with a row is generated code (column-program.ts). Distinct values are sets, which no typed array holds: rows of such
// columns are arrays on the heap.

import type { Key } from '../core/key-group.ts';
import type { MemoryBudget } from '../state/memory-budget.ts';
import { type AccumulatorRows, GeneralRows, type RowsMaker } from './accumulator-rows.ts';
import { createHeapEvaluation } from './column-fold.ts';
import { type ColumnProgram, compileColumns, keyAndBounds } from './column-program.ts';
import type { AggregateColumn, TimeWindow } from './spec.ts';

/** Rows for columns. `keyFields`: what the key is called in results; undefined for a key made by a function. */
export function createColumnRowsMaker(
  columns: readonly AggregateColumn[],
  keyFields: readonly string[] | undefined,
  budget: MemoryBudget,
): RowsMaker {
  const program = compileColumns(columns, keyAndBounds(keyFields));
  if (columns.every((column) => column.function !== 'count-distinct')) {
    return () => new ColumnRows(program, budget);
  }
  const evaluation = createHeapEvaluation(program);
  return () => new GeneralRows(evaluation);
}

const FIRST_ROWS = 16;

/** The rows of one table. */
class ColumnRows implements AccumulatorRows {
  #cells: Float64Array<ArrayBuffer> = new Float64Array(0);
  readonly #program: ColumnProgram;
  readonly #budget: MemoryBudget;

  constructor(program: ColumnProgram, budget: MemoryBudget) {
    this.#program = program;
    this.#budget = budget;
  }

  start(index: number): void {
    const { width, start } = this.#program;
    if ((index + 1) * width > this.#cells.length) this.#grow(index);
    start(this.#cells, index * width);
  }

  add(index: number, value: unknown): void {
    this.#program.add(this.#cells, index * this.#program.width, value);
  }

  merge(index: number, other: this, otherIndex: number): void {
    const { width, merge } = this.#program;
    merge(this.#cells, index * width, other.#cells, otherIndex * width);
  }

  swap(index: number, other: this, otherIndex: number): void {
    const { width } = this.#program;
    const [row, otherRow] = [index * width, otherIndex * width];
    for (let at = 0; at < width; at++) {
      const mine = this.#cells[row + at] as number;
      this.#cells[row + at] = other.#cells[otherRow + at] as number;
      other.#cells[otherRow + at] = mine;
    }
  }

  result(index: number, key: Key, window: TimeWindow): unknown {
    const { width, result } = this.#program;
    return result(this.#cells, index * width, key, window);
  }

  free(): void {
    this.#budget.release(this.#cells.byteLength);
    this.#cells = new Float64Array(0);
  }

  #grow(index: number): void {
    const { width } = this.#program;
    const length = Math.max(FIRST_ROWS * width, this.#cells.length * 2);
    const more = (length - this.#cells.length) * Float64Array.BYTES_PER_ELEMENT;
    this.#budget.reserve(more, `A table of ${index} keys`);
    const grown = new Float64Array(length);
    grown.set(this.#cells);
    this.#cells = grown;
  }
}
