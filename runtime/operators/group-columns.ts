// The columns of a running aggregate: how a row enters an accumulator, how it leaves it, and what the result is. Cells are
// plain data. Rows whose field is null or undefined do not count, as in SQL.
//   I1. Adding a row and removing it leaves the result as it was (sums of fractions: up to rounding).
//   I2. `min`, `max` and `average` of no rows are undefined; counts and sums are 0.

import type { GroupColumnSpec } from './relational-spec.ts';
import { addToMultiset, type ValueMultiset } from './value-multiset.ts';

/** One column over the cells of a group; it owns those from `at` on. */
export interface GroupColumn {
  readonly start: (cells: unknown[]) => void;
  readonly apply: (cells: unknown[], row: unknown, by: 1 | -1) => void;
  readonly result: (cells: readonly unknown[]) => unknown;
}

type Ordered = number | string | bigint;

/** `isChangelog`: rows may leave again, so extremes must be remembered in full. */
export function createGroupColumns(
  specs: readonly GroupColumnSpec[],
  isChangelog: boolean,
): readonly GroupColumn[] {
  let at = 0;
  return specs.map((spec) => {
    const column = createColumn(spec, at, isChangelog);
    at += spec.function === 'average' ? 2 : 1;
    const { where } = spec;
    if (where === undefined) return column;
    return {
      ...column,
      apply: (cells, row, by) => {
        if (where(row)) column.apply(cells, row, by);
      },
    };
  });
}

function createColumn(spec: GroupColumnSpec, at: number, isChangelog: boolean): GroupColumn {
  switch (spec.function) {
    case 'count':
      return numberColumn(at, (cells, _, by) => {
        cells[at] = (cells[at] as number) + by;
      });
    case 'sum':
      return numberColumn(at, (cells, row, by) => {
        const value = numberOf(row, spec.field);
        if (value !== undefined) cells[at] = (cells[at] as number) + by * value;
      });
    case 'average':
      return averageColumn(spec.field, at);
    case 'min':
      return isChangelog
        ? extremeOfAll(spec.field, at, ({ values }) => values[0])
        : extreme(spec.field, at, (value, best) => value < best);
    case 'max':
      return isChangelog
        ? extremeOfAll(spec.field, at, ({ values }) => values.at(-1))
        : extreme(spec.field, at, (value, best) => value > best);
    case 'count-distinct':
      return distinctColumn(spec.field, at);
  }
}

/** Undefined for null as well. */
function fieldOf(row: unknown, field: string | undefined): Ordered | undefined {
  return (row as Readonly<Record<string, Ordered | null | undefined>>)[field ?? ''] ?? undefined;
}

function numberOf(row: unknown, field: string | undefined): number | undefined {
  return fieldOf(row, field) as number | undefined;
}

function numberColumn(at: number, apply: GroupColumn['apply']): GroupColumn {
  return {
    start: (cells) => {
      cells[at] = 0;
    },
    apply,
    result: (cells) => cells[at],
  };
}

function averageColumn(field: string | undefined, at: number): GroupColumn {
  return {
    start: (cells) => {
      cells[at] = 0;
      cells[at + 1] = 0;
    },
    apply: (cells, row, by) => {
      const value = numberOf(row, field);
      if (value === undefined) return;
      cells[at] = (cells[at] as number) + by * value;
      cells[at + 1] = (cells[at + 1] as number) + by;
    },
    result: (cells) =>
      cells[at + 1] === 0 ? undefined : (cells[at] as number) / (cells[at + 1] as number),
  };
}

function extreme(
  field: string | undefined,
  at: number,
  isBetter: (value: Ordered, best: Ordered) => boolean,
): GroupColumn {
  return {
    start: (cells) => {
      cells[at] = undefined;
    },
    apply: (cells, row) => {
      const value = fieldOf(row, field);
      const best = cells[at] as Ordered | undefined;
      if (value !== undefined && (best === undefined || isBetter(value, best))) cells[at] = value;
    },
    result: (cells) => cells[at],
  };
}

function extremeOfAll(
  field: string | undefined,
  at: number,
  endOf: (values: ValueMultiset) => Ordered | undefined,
): GroupColumn {
  return {
    start: (cells) => {
      cells[at] = { values: [], counts: [] } satisfies ValueMultiset;
    },
    apply: (cells, row, by) => {
      const value = fieldOf(row, field);
      if (value !== undefined) addToMultiset(cells[at] as ValueMultiset, value, by);
    },
    result: (cells) => endOf(cells[at] as ValueMultiset),
  };
}

function distinctColumn(field: string | undefined, at: number): GroupColumn {
  return {
    start: (cells) => {
      cells[at] = new Map<unknown, number>();
    },
    apply: (cells, row, by) => {
      const value = fieldOf(row, field);
      if (value === undefined) return;
      const counts = cells[at] as Map<unknown, number>;
      const count = (counts.get(value) ?? 0) + by;
      if (count === 0) counts.delete(value);
      else counts.set(value, count);
    },
    result: (cells) => (cells[at] as Map<unknown, number>).size,
  };
}
