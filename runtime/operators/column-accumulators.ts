// Accumulators of declarative aggregates as rows of a typed array: one row a key, one or two cells a column. The code that
// adds a record to a row, and that makes a result of it, is generated for the columns at hand: a fixed sequence of loads,
// adds and stores on known fields.

import type { Key } from '../core/key-group.ts';
import type { MemoryBudget } from '../state/memory-budget.ts';
import type { AccumulatorRows } from './accumulator-rows.ts';
import type { AggregateColumn, TimeWindow } from './spec.ts';

type Cells = Float64Array<ArrayBuffer>;

/** Generated once an operator, shared by all its tables. */
export interface ColumnProgram {
  /** Cells a row. */
  readonly width: number;
  readonly start: (cells: Cells, row: number) => void;
  readonly add: (cells: Cells, row: number, value: unknown) => void;
  readonly merge: (cells: Cells, row: number, others: Cells, otherRow: number) => void;
  readonly result: (cells: Cells, row: number, key: Key, window: TimeWindow) => unknown;
}

/** `keyFields`: what the key is called in results; undefined for a key made by a function. */
export function compileColumns(
  columns: readonly AggregateColumn[],
  keyFields: readonly string[] | undefined,
): ColumnProgram {
  const starts: string[] = [];
  const adds: string[] = [];
  const merges: string[] = [];
  const results: string[] = keyProperties(keyFields);
  let width = 0;
  for (const column of columns) {
    const code = columnCode(column, (at) => `cells[row + ${width + at}]`);
    starts.push(code.start);
    adds.push(code.add);
    merges.push(code.merge((at) => `others[otherRow + ${width + at}]`));
    results.push(`${propertyName(column.name)}: ${code.result}`);
    width += code.cells;
  }
  return {
    width,
    start: compileFunction('cells, row', starts.join('\n')) as ColumnProgram['start'],
    add: compileFunction('cells, row, value', adds.join('\n')) as ColumnProgram['add'],
    merge: compileFunction(
      'cells, row, others, otherRow',
      merges.join('\n'),
    ) as ColumnProgram['merge'],
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

/** Names a cell of a row by its place in the column. */
type CellName = (at: number) => string;

interface ColumnCode {
  readonly cells: number;
  readonly start: string;
  readonly add: string;
  readonly merge: (other: CellName) => string;
  readonly result: string;
}

function columnCode(column: AggregateColumn, cell: CellName): ColumnCode {
  const first = cell(0);
  const read = `value[${JSON.stringify(column.field)}]`;
  switch (column.function) {
    case 'count':
      return sumCode(first, '1');
    case 'sum':
      return sumCode(first, read);
    case 'min':
      return extremeCode(first, read, { start: 'Infinity', isBetter: '<' });
    case 'max':
      return extremeCode(first, read, { start: '-Infinity', isBetter: '>' });
    case 'average': {
      const total = sumCode(first, read);
      const records = sumCode(cell(1), '1');
      return {
        cells: 2,
        start: `${total.start} ${records.start}`,
        add: `${total.add} ${records.add}`,
        merge: (other) => `${first} += ${other(0)}; ${cell(1)} += ${other(1)};`,
        result: `${first} / ${cell(1)}`,
      };
    }
  }
}

function sumCode(cell: string, addend: string): ColumnCode {
  return {
    cells: 1,
    start: `${cell} = 0;`,
    add: `${cell} += ${addend};`,
    merge: (other) => `${cell} += ${other(0)};`,
    result: cell,
  };
}

function extremeCode(
  cell: string,
  read: string,
  { start, isBetter }: { start: string; isBetter: string },
): ColumnCode {
  const take = (candidate: string): string =>
    `{ const v = ${candidate}; if (v ${isBetter} ${cell}) ${cell} = v; }`;
  return {
    cells: 1,
    start: `${cell} = ${start};`,
    add: take(read),
    merge: (other) => take(other(0)),
    result: cell,
  };
}

function compileFunction(parameters: string, body: string): unknown {
  // Field names enter the code only through JSON.stringify.
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- straight-line code per column set is the point
  return new Function(...parameters.split(', '), body);
}

const FIRST_ROWS = 16;

/** The rows of one table. */
export class ColumnRows implements AccumulatorRows {
  #cells: Cells = new Float64Array(0);
  readonly #program: ColumnProgram;
  readonly #budget: MemoryBudget;

  constructor(program: ColumnProgram, budget: MemoryBudget) {
    this.#program = program;
    this.#budget = budget;
  }

  start(index: number): void {
    const { width, start } = this.#program;
    if ((index + 1) * width > this.#cells.length) this.#grow(index);
    start(this.#cells, index * width);
  }

  add(index: number, value: unknown): void {
    this.#program.add(this.#cells, index * this.#program.width, value);
  }

  merge(index: number, other: this, otherIndex: number): void {
    const { width, merge } = this.#program;
    merge(this.#cells, index * width, other.#cells, otherIndex * width);
  }

  swap(index: number, other: this, otherIndex: number): void {
    const { width } = this.#program;
    const [row, otherRow] = [index * width, otherIndex * width];
    for (let at = 0; at < width; at++) {
      const mine = this.#cells[row + at] as number;
      this.#cells[row + at] = other.#cells[otherRow + at] as number;
      other.#cells[otherRow + at] = mine;
    }
  }

  result(index: number, key: Key, window: TimeWindow): unknown {
    const { width, result } = this.#program;
    return result(this.#cells, index * width, key, window);
  }

  free(): void {
    this.#budget.release(this.#cells.byteLength);
    this.#cells = new Float64Array(0);
  }

  #grow(index: number): void {
    const { width } = this.#program;
    const length = Math.max(FIRST_ROWS * width, this.#cells.length * 2);
    const more = (length - this.#cells.length) * Float64Array.BYTES_PER_ELEMENT;
    this.#budget.reserve(more, `A table of ${index} keys`);
    const grown = new Float64Array(length);
    grown.set(this.#cells);
    this.#cells = grown;
  }
}
