// operators/column-fold.ts: what the definitions say, however the records are split and merged.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { createColumnFold } from '../../../runtime/operators/column-fold.ts';
import type { AggregateColumn } from '../../../runtime/operators/spec.ts';

const FUNCTIONS = ['count', 'sum', 'min', 'max', 'average'] as const;
const COLUMNS: readonly AggregateColumn[] = FUNCTIONS.map((name) => ({
  name,
  function: name,
  field: name === 'count' ? undefined : 'level',
}));

const records = fc.array(fc.record({ level: fc.integer({ min: -1000, max: 1000 }) }));

describe('the fold of columns', () => {
  it('gives the numbers of both parts when they merge', () => {
    fc.assert(
      fc.property(records, records, (first, second) => {
        fc.pre(first.length + second.length > 0);
        const fold = createColumnFold(COLUMNS);
        const of = (list: readonly unknown[]): unknown =>
          list.reduce((cells: unknown, value) => fold.add(cells, value), fold.create?.());
        const levels = [...first, ...second].map(({ level }) => level);
        const sum = levels.reduce((left, right) => left + right, 0);
        expect(fold.result(fold.merge?.(of(first), of(second)))).toEqual({
          count: levels.length,
          sum,
          min: Math.min(...levels),
          max: Math.max(...levels),
          average: sum / levels.length,
        });
      }),
      { numRuns: 300 },
    );
  });
});
