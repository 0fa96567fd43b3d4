// A slice of time that overlapping windows share: what its records add up to, by key.

import { IntColumn } from '../state/int-column.ts';
import type { MemoryBudget } from '../state/memory-budget.ts';
import type { AccumulatorRows } from './accumulator-rows.ts';
import { AccumulatorTable } from './accumulator-table.ts';
import type { TimeWindow } from './spec.ts';

/** All records of a slice are in the same windows. */
export class Slice {
  readonly startMs: number;
  readonly endMs: number;
  /** The end of the last window it is in. */
  readonly lastEndMs: number;
  readonly table: AccumulatorTable;
  /** For each row the row of the key's total, once the slice is part of the totals (window-totals.ts). */
  readonly totals: IntColumn;
  /** By which numbering of the totals' keys. */
  numbering = -1;

  constructor(
    { startMs, endMs }: TimeWindow,
    lastEndMs: number,
    rows: AccumulatorRows,
    budget: MemoryBudget,
  ) {
    this.startMs = startMs;
    this.endMs = endMs;
    this.lastEndMs = lastEndMs;
    this.table = new AccumulatorTable(rows, budget);
    this.totals = new IntColumn(budget);
  }

  free(): void {
    this.table.free();
    this.totals.free();
  }
}
