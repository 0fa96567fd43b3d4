// Accumulators of declarative aggregates as rows of a typed array: one row a key, one or two cells a column. The code that
// adds a record to a row, and that makes a result of it, is generated for the columns at hand: a fixed sequence of loads,
// adds and stores on known fields.

import type { Key } from '../core/key-group.ts';
import type { MemoryBudget } from '../state/memory-budget.ts';
import type { AggregateColumn, TimeWindow } from './spec.ts';

type Cells = Float64Array<ArrayBuffer>;

/** Generated once an operator, shared by all its windows. */
export interface ColumnProgram {
  /** Cells a row. */
  readonly width: number;
  readonly start: (cells: Cells, row: number) => void;
  readonly add: (cells: Cells, row: number, value: unknown) => void;
  readonly result: (cells: Cells, row: number, key: Key, window: TimeWindow) => unknown;
}

/** `keyFields`: what the key is called in results; undefined for a key made by a function. */
export function compileColumns(
  columns: readonly AggregateColumn[],
  keyFields: readonly string[] | undefined,
): ColumnProgram {
  const starts: string[] = [];
  const adds: string[] = [];
  const results: string[] = keyProperties(keyFields);
  let width = 0;
  for (const column of columns) {
    const cell = `cells[row + ${width}]`;
    const code = columnCode(column, cell, `cells[row + ${width + 1}]`);
    starts.push(code.start);
    adds.push(code.add);
    results.push(`${propertyName(column.name)}: ${code.result}`);
    width += code.cells;
  }
  return {
    width,
    start: compileFunction('cells, row', starts.join('\n')) as ColumnProgram['start'],
    add: compileFunction('cells, row, value', adds.join('\n')) as ColumnProgram['add'],
    result: compileFunction(
      'cells, row, key, window',
      `return { ${results.join(', ')} };`,
    ) as ColumnProgram['result'],
  };
}

function keyProperties(keyFields: readonly string[] | undefined): string[] {
  const [only, ...rest] = keyFields ?? ['key'];
  const keys =
    rest.length === 0
      ? [`${propertyName(only ?? 'key')}: key`]
      : (keyFields ?? []).map((field, index) => `${propertyName(field)}: key[${index}]`);
  return [...keys, 'windowStartMs: window.startMs', 'windowEndMs: window.endMs'];
}

/** Computed for `__proto__`, which a literal would take for the prototype. */
function propertyName(field: string): string {
  return field === '__proto__' ? '["__proto__"]' : JSON.stringify(field);
}

interface ColumnCode {
  readonly cells: number;
  readonly start: string;
  readonly add: string;
  readonly result: string;
}

function columnCode(column: AggregateColumn, cell: string, second: string): ColumnCode {
  const read = `value[${JSON.stringify(column.field)}]`;
  switch (column.function) {
    case 'count':
      return { cells: 1, start: `${cell} = 0;`, add: `${cell} += 1;`, result: cell };
    case 'sum':
      return { cells: 1, start: `${cell} = 0;`, add: `${cell} += ${read};`, result: cell };
    case 'min':
      return {
        cells: 1,
        start: `${cell} = Infinity;`,
        add: `{ const v = ${read}; if (v < ${cell}) ${cell} = v; }`,
        result: cell,
      };
    case 'max':
      return {
        cells: 1,
        start: `${cell} = -Infinity;`,
        add: `{ const v = ${read}; if (v > ${cell}) ${cell} = v; }`,
        result: cell,
      };
    case 'average':
      return {
        cells: 2,
        start: `${cell} = 0; ${second} = 0;`,
        add: `${cell} += ${read}; ${second} += 1;`,
        result: `${cell} / ${second}`,
      };
  }
}

function compileFunction(parameters: string, body: string): unknown {
  // Field names enter the code only through JSON.stringify.
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- straight-line code per column set is the point
  return new Function(...parameters.split(', '), body);
}

const FIRST_ROWS = 16;

/** The rows of one window. */
export class ColumnRows {
  cells: Cells;
  readonly #width: number;
  readonly #budget: MemoryBudget;

  constructor(width: number, budget: MemoryBudget) {
    this.#width = width;
    this.#budget = budget;
    this.cells = new Float64Array(0);
  }

  /** Makes room for row number `index`. */
  ensure(index: number): void {
    const needed = (index + 1) * this.#width;
    if (needed <= this.cells.length) return;
    const length = Math.max(FIRST_ROWS * this.#width, this.cells.length * 2);
    const more = (length - this.cells.length) * Float64Array.BYTES_PER_ELEMENT;
    this.#budget.reserve(more, `A window of ${index} keys`);
    const grown = new Float64Array(length);
    grown.set(this.cells);
    this.cells = grown;
  }

  free(): void {
    this.#budget.release(this.cells.byteLength);
    this.cells = new Float64Array(0);
  }
}
