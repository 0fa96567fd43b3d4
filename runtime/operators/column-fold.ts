// Declarative aggregates whose accumulators are arrays on the heap, each a row of its own: for windows that have cells of
// their own and may merge (window-contents.ts), and for distinct values.

import { type ColumnProgram, compileColumns } from './column-program.ts';
import type { WindowFold } from './general-window-spec.ts';
import type { AggregateColumn, TimeWindow, WindowEvaluation } from './spec.ts';

/** The fold of some columns; its result is an object of them. */
export function createColumnFold(columns: readonly AggregateColumn[]): WindowFold {
  const evaluation = createHeapEvaluation(compileColumns(columns, []));
  const nowhere: TimeWindow = { startMs: 0, endMs: 0 }; // results without leading properties name no window
  return {
    create: evaluation.create,
    add: evaluation.add,
    merge: evaluation.merge,
    result: (cells) => evaluation.result(cells, '', nowhere),
  };
}

/** A program's accumulators as values. */
export function createHeapEvaluation(
  program: ColumnProgram,
): Extract<WindowEvaluation, { kind: 'general' }> {
  return {
    kind: 'general',
    create: () => {
      const cells: unknown[] = [];
      program.start(cells, 0);
      return cells;
    },
    add: (cells, value) => {
      program.add(cells as unknown[], 0, value);
      return cells;
    },
    merge: (cells, others) => {
      program.merge(cells as unknown[], 0, others as unknown[], 0);
      return cells;
    },
    result: (cells, key, window) => program.result(cells as unknown[], 0, key, window),
  };
}
