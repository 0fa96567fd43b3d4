// Declarative aggregates of a general window as a fold. It makes of a record what `column-accumulators.ts` makes of it; there
// columns of all keys share a table, here each window has cells of its own that can be merged with another window's.

import type { WindowFold } from './general-window-spec.ts';
import type { AggregateColumn } from './window-spec.ts';

/** Two numbers a column: the value, and how many records it is of. */
type Cells = number[];

interface Arithmetic {
  readonly start: number;
  readonly combine: (left: number, right: number) => number;
  readonly result: (value: number, records: number) => number;
}

const addUp = (left: number, right: number): number => left + right;
const same = (value: number): number => value;

const ARITHMETIC: Readonly<Record<AggregateColumn['function'], Arithmetic>> = {
  count: { start: 0, combine: addUp, result: (_, records) => records },
  sum: { start: 0, combine: addUp, result: same },
  min: { start: Infinity, combine: (left, right) => (right < left ? right : left), result: same },
  max: { start: -Infinity, combine: (left, right) => (right > left ? right : left), result: same },
  average: { start: 0, combine: addUp, result: (value, records) => value / records },
};

/** The fold of some columns; its result is an object of them. */
export function createColumnFold(columns: readonly AggregateColumn[]): WindowFold {
  const plan = columns.map(({ name, function: kind, field }, index) => ({
    ...ARITHMETIC[kind],
    name,
    field,
    cell: 2 * index,
  }));
  return {
    create: () => plan.flatMap(({ start }) => [start, 0]),
    add: (accumulator, value) => {
      const cells = accumulator as Cells;
      const record = value as Readonly<Record<string, number>>;
      for (const { field, cell, combine } of plan) {
        const read = field === undefined ? 0 : (record[field] as number);
        cells[cell] = combine(cells[cell] as number, read);
        cells[cell + 1] = (cells[cell + 1] as number) + 1;
      }
      return cells;
    },
    merge: (left, right) => {
      const [into, from] = [left as Cells, right as Cells];
      for (const { cell, combine } of plan) {
        into[cell] = combine(into[cell] as number, from[cell] as number);
        into[cell + 1] = (into[cell + 1] as number) + (from[cell + 1] as number);
      }
      return into;
    },
    result: (accumulator) => {
      const cells = accumulator as Cells;
      const entries = plan.map(({ name, cell, result }): [string, number] => [
        name,
        result(cells[cell] as number, cells[cell + 1] as number),
      ]);
      return Object.fromEntries(entries);
    },
  };
}
