// state/memory-budget.ts.

import { describe, expect, it } from 'vitest';

import { MemoryBudget } from '../../../runtime/state/memory-budget.ts';

describe('a memory budget', () => {
  it('counts what is reserved and given back', () => {
    const budget = new MemoryBudget(100);
    budget.reserve(60, 'A table');
    budget.reserve(40, 'Another');
    budget.release(60);
    expect(budget.usedBytes).toBe(40);
  });

  it('refuses what does not fit, with the arithmetic, and counts nothing', () => {
    const budget = new MemoryBudget(2 * 1024 ** 2);
    budget.reserve(1024 ** 2, 'A table');
    expect(() => {
      budget.reserve(1024 ** 2 + 1, 'A window of 5 keys');
    }).toThrow(
      /^A window of 5 keys needs 1\.00 MiB more state memory, but 1\.00 MiB of the slot's 2\.00 MiB are in use\. Raise TASK_MANAGER_MEMORY_MB/,
    );
    expect(budget.usedBytes).toBe(1024 ** 2);
  });
});
