// Accumulators by key: the contents of one window, or of a slice of time that several windows share.
//   I1. Keys keep the order of their arrival.

import type { Key } from '../core/key-group.ts';
import { KeyIndex } from '../state/key-index.ts';
import type { MemoryBudget } from '../state/memory-budget.ts';
import { type AccumulatorRows, GeneralRows, type RowsMaker } from './accumulator-rows.ts';
import { createColumnRowsMaker } from './column-accumulators.ts';
import type { WindowEvaluation } from './spec.ts';

/** The code of declarative columns is generated once, for all tables of an operator. */
export function createRowsMaker(
  evaluation: WindowEvaluation,
  keyFields: readonly string[] | undefined,
  budget: MemoryBudget,
): RowsMaker {
  if (evaluation.kind === 'general') return () => new GeneralRows(evaluation);
  return createColumnRowsMaker(evaluation.columns, keyFields, budget);
}

/** One row a key. */
export class AccumulatorTable {
  readonly keys: KeyIndex;
  readonly rows: AccumulatorRows;

  constructor(rows: AccumulatorRows, budget: MemoryBudget) {
    this.keys = new KeyIndex(budget);
    this.rows = rows;
  }

  get size(): number {
    return this.keys.size;
  }

  add(key: Key, value: unknown): void {
    this.rows.add(this.rowOf(key), value);
  }

  /** The row of a key, which is started when it is new. */
  rowOf(key: Key): number {
    const known = this.keys.size;
    const index = this.keys.indexOf(key);
    if (index === known) this.rows.start(index);
    return index;
  }

  free(): void {
    this.keys.free();
    this.rows.free();
  }
}
