// The contents of one window: accumulators by key. Two makers, for declarative columns and for the job's own accumulators.

import type { Key } from '../core/key-group.ts';
import { KeyIndex } from '../state/key-index.ts';
import type { MemoryBudget } from '../state/memory-budget.ts';
import { type ColumnProgram, ColumnRows, compileColumns } from './column-accumulators.ts';
import type { TimeWindow, WindowEvaluation } from './spec.ts';

/** One window of one subtask. */
export interface WindowSlice {
  readonly window: TimeWindow;
  /** How many keys it holds; results are taken by position, 0 to size - 1, in order of the keys' arrival. */
  readonly size: number;
  add(key: Key, value: unknown): void;
  result(index: number): unknown;
  keyAt(index: number): Key;
  free(): void;
}

/** Makes the slices of one operator. */
export type SliceMaker = (window: TimeWindow) => WindowSlice;

export function createSliceMaker(
  evaluation: WindowEvaluation,
  keyFields: readonly string[] | undefined,
  budget: MemoryBudget,
): SliceMaker {
  if (evaluation.kind === 'general') {
    return (window) => new GeneralSlice(window, evaluation, budget);
  }
  const program = compileColumns(evaluation.columns, keyFields);
  return (window) => new ColumnSlice(window, program, budget);
}

class ColumnSlice implements WindowSlice {
  readonly window: TimeWindow;
  readonly #program: ColumnProgram;
  readonly #keys: KeyIndex;
  readonly #rows: ColumnRows;

  constructor(window: TimeWindow, program: ColumnProgram, budget: MemoryBudget) {
    this.window = window;
    this.#program = program;
    this.#keys = new KeyIndex(budget);
    this.#rows = new ColumnRows(program.width, budget);
  }

  get size(): number {
    return this.#keys.size;
  }

  add(key: Key, value: unknown): void {
    const known = this.#keys.size;
    const index = this.#keys.indexOf(key);
    const row = index * this.#program.width;
    if (index === known) {
      this.#rows.ensure(index);
      this.#program.start(this.#rows.cells, row);
    }
    this.#program.add(this.#rows.cells, row, value);
  }

  result(index: number): unknown {
    const row = index * this.#program.width;
    return this.#program.result(this.#rows.cells, row, this.#keys.keyAt(index), this.window);
  }

  keyAt(index: number): Key {
    return this.#keys.keyAt(index);
  }

  free(): void {
    this.#keys.free();
    this.#rows.free();
  }
}

type GeneralEvaluation = Extract<WindowEvaluation, { kind: 'general' }>;

class GeneralSlice implements WindowSlice {
  readonly window: TimeWindow;
  readonly #evaluation: GeneralEvaluation;
  readonly #keys: KeyIndex;
  readonly #accumulators: unknown[] = [];

  constructor(window: TimeWindow, evaluation: GeneralEvaluation, budget: MemoryBudget) {
    this.window = window;
    this.#evaluation = evaluation;
    this.#keys = new KeyIndex(budget);
  }

  get size(): number {
    return this.#keys.size;
  }

  add(key: Key, value: unknown): void {
    const known = this.#keys.size;
    const index = this.#keys.indexOf(key);
    if (index === known) this.#accumulators.push(this.#evaluation.create());
    this.#accumulators[index] = this.#evaluation.add(this.#accumulators[index], value);
  }

  result(index: number): unknown {
    return this.#evaluation.result(this.#accumulators[index], this.#keys.keyAt(index), this.window);
  }

  keyAt(index: number): Key {
    return this.#keys.keyAt(index);
  }

  free(): void {
    this.#keys.free();
  }
}
