// state/int-column.ts: integers by row, within a budget.

import { describe, expect, it } from 'vitest';

import { IntColumn } from '../../../runtime/state/int-column.ts';
import { MemoryBudget } from '../../../runtime/state/memory-budget.ts';

describe('a column of integers', () => {
  it('holds what was set, and zero elsewhere', () => {
    const column = new IntColumn(new MemoryBudget(1024 ** 2));
    column.set(3, -7);
    column.set(1000, 2 ** 31 - 1);
    expect([0, 3, 999, 1000, 5000].map((row) => column.at(row))).toStrictEqual([
      0,
      -7,
      0,
      2 ** 31 - 1,
      0,
    ]);
  });

  it('reserves before it grows and gives everything back (I1)', () => {
    const budget = new MemoryBudget(1024);
    const column = new IntColumn(budget);
    expect(budget.usedBytes).toBe(0);
    column.set(100, 1);
    expect(budget.usedBytes).toBe(128 * 4);
    expect(() => {
      column.set(1000, 1);
    }).toThrow(expect.objectContaining({ code: 'MEMORY_EXCEEDED' }));
    expect(column.at(100)).toBe(1);
    column.free();
    expect(budget.usedBytes).toBe(0);
    expect(column.at(100)).toBe(0);
  });
});
