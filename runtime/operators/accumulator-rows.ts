// Accumulators in numbered rows, one row a key. What a row is made of is left to the makers: numbers of a typed array for
// declarative columns (column-accumulators.ts), values on the heap for the job's own accumulators (here).
//   I1. A row is started before anything else is done with it.
//   I2. `merge` leaves the other row as it is, so that one row can be merged into several.

import type { Key } from '../core/key-group.ts';
import type { TimeWindow, WindowEvaluation } from './spec.ts';

/** Rows of one operator's accumulators. Those of the same operator can be merged, others cannot. */
export interface AccumulatorRows {
  /** Makes row number `index` that of no record; it is at most one more than the highest before. */
  start(index: number): void;
  add(index: number, value: unknown): void;
  /** Puts what the other row holds, which is of later slices, behind what this one holds. */
  merge(index: number, other: this, otherIndex: number): void;
  /** Exchanges a row with one of other rows; both have been started. */
  swap(index: number, other: this, otherIndex: number): void;
  result(index: number, key: Key, window: TimeWindow): unknown;
  free(): void;
}

/** Makes empty rows. */
export type RowsMaker = () => AccumulatorRows;

type GeneralEvaluation = Extract<WindowEvaluation, { kind: 'general' }>;

/** The job's own accumulators, or any others that are values. */
export class GeneralRows implements AccumulatorRows {
  readonly #evaluation: GeneralEvaluation;
  #accumulators: unknown[] = [];

  constructor(evaluation: GeneralEvaluation) {
    this.#evaluation = evaluation;
  }

  start(index: number): void {
    this.#accumulators[index] = this.#evaluation.create();
  }

  add(index: number, value: unknown): void {
    this.#accumulators[index] = this.#evaluation.add(this.#accumulators[index], value);
  }

  merge(index: number, other: this, otherIndex: number): void {
    this.#accumulators[index] = this.#evaluation.merge?.(
      this.#accumulators[index],
      other.#accumulators[otherIndex],
    );
  }

  swap(index: number, other: this, otherIndex: number): void {
    const mine = this.#accumulators[index];
    this.#accumulators[index] = other.#accumulators[otherIndex];
    other.#accumulators[otherIndex] = mine;
  }

  result(index: number, key: Key, window: TimeWindow): unknown {
    return this.#evaluation.result(this.#accumulators[index], key, window);
  }

  free(): void {
    this.#accumulators = [];
  }
}
