// operators/column-fold.ts: the same numbers as operators/column-accumulators.ts, however the records are split and merged.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { ColumnRows, compileColumns } from '../../../runtime/operators/column-accumulators.ts';
import { createColumnFold } from '../../../runtime/operators/column-fold.ts';
import type { AggregateColumn } from '../../../runtime/operators/spec.ts';
import { MemoryBudget } from '../../../runtime/state/memory-budget.ts';

const FUNCTIONS = ['count', 'sum', 'min', 'max', 'average'] as const;
const COLUMNS: readonly AggregateColumn[] = FUNCTIONS.map((name) => ({
  name,
  function: name,
  field: name === 'count' ? undefined : 'level',
}));

const records = fc.array(fc.record({ level: fc.integer({ min: -1000, max: 1000 }) }));

describe('the fold of columns', () => {
  it('has the result of the columns that share a table', () => {
    fc.assert(
      fc.property(records, records, (first, second) => {
        const program = compileColumns(COLUMNS, ['key']);
        const rows = new ColumnRows(program, new MemoryBudget(1024 ** 2));
        rows.start(0);
        for (const value of [...first, ...second]) rows.add(0, value);
        const fold = createColumnFold(COLUMNS);
        const of = (list: readonly unknown[]): unknown =>
          list.reduce((cells: unknown, value) => fold.add(cells, value), fold.create?.());
        const merged = fold.result(fold.merge?.(of(first), of(second)));
        const window = { startMs: 0, endMs: 1 };
        expect({ key: 1, windowStartMs: 0, windowEndMs: 1, ...(merged as object) }).toStrictEqual(
          rows.result(0, 1, window),
        );
      }),
      { numRuns: 300 },
    );
  });
});
