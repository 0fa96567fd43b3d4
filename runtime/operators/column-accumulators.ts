// Accumulators of declarative aggregates as rows of a typed array: one row a key, one or two cells a column. The code that
// adds a record to a row, and that makes a result of it, is generated for the columns at hand: a fixed sequence of loads,
// adds and stores on known fields. Distinct values are sets, which no typed array holds: with such a column a row is an
// array on the heap, and the same code works on that.

import type { Key } from '../core/key-group.ts';
import type { MemoryBudget } from '../state/memory-budget.ts';
import { type AccumulatorRows, GeneralRows, type RowsMaker } from './accumulator-rows.ts';
import type { AggregateColumn, AggregateCondition, TimeWindow, WindowEvaluation } from './spec.ts';

type NumberCells = Float64Array<ArrayBuffer>;
type Cells = NumberCells | unknown[];

/** Generated once an operator, shared by all its tables. */
interface ColumnProgram {
  /** Cells a row. */
  readonly width: number;
  readonly start: (cells: Cells, row: number) => void;
  readonly add: (cells: Cells, row: number, value: unknown) => void;
  readonly merge: (cells: Cells, row: number, others: Cells, otherRow: number) => void;
  readonly result: (cells: Cells, row: number, key: Key, window: TimeWindow) => unknown;
}

/** Rows for columns. `keyFields`: what the key is called in results; undefined for a key made by a function. */
export function createColumnRowsMaker(
  columns: readonly AggregateColumn[],
  keyFields: readonly string[] | undefined,
  budget: MemoryBudget,
): RowsMaker {
  const program = compileColumns(columns, keyFields);
  if (columns.every((column) => column.function !== 'count-distinct')) {
    return () => new ColumnRows(program, budget);
  }
  const evaluation = evaluationOf(program);
  return () => new GeneralRows(evaluation);
}

/** An array on the heap is a row of its own. */
function evaluationOf(program: ColumnProgram): Extract<WindowEvaluation, { kind: 'general' }> {
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

function compileColumns(
  columns: readonly AggregateColumn[],
  keyFields: readonly string[] | undefined,
): ColumnProgram {
  const starts: string[] = [];
  const adds: string[] = [];
  const merges: string[] = [];
  const results: string[] = keyProperties(keyFields);
  const conditions: AggregateCondition[] = [];
  let width = 0;
  for (const column of columns) {
    const code = columnCode(column, (at) => `cells[row + ${width + at}]`);
    starts.push(code.start);
    const tests = (column.where ?? []).map((condition) => {
      const number = conditions.push(condition) - 1;
      return `conditions[${number}].test(${readField(condition.field)})`;
    });
    adds.push(tests.length === 0 ? code.add : `if (${tests.join(' && ')}) { ${code.add} }`);
    merges.push(code.merge((at) => `others[otherRow + ${width + at}]`));
    results.push(`${propertyName(column.name)}: ${code.result}`);
    width += code.cells;
  }
  return {
    width,
    start: compileFunction('cells, row', starts.join('\n')) as ColumnProgram['start'],
    add: compileFunction('cells, row, value', adds.join('\n'), conditions) as ColumnProgram['add'],
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
  const read = readField(column.field ?? '');
  switch (column.function) {
    case 'count':
      return sumCode(first, '1');
    case 'sum':
      return sumCode(first, read);
    case 'min':
      return extremeCode(first, read, { start: 'Infinity', isBetter: '<' });
    case 'max':
      return extremeCode(first, read, { start: '-Infinity', isBetter: '>' });
    case 'count-distinct':
      return {
        cells: 1,
        start: `${first} = new Set();`,
        add: `${first}.add(${read});`,
        merge: (other) => `for (const v of ${other(0)}) ${first}.add(v);`,
        result: `${first}.size`,
      };
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

function readField(field: string): string {
  return `value[${JSON.stringify(field)}]`;
}

function compileFunction(
  parameters: string,
  body: string,
  conditions: readonly AggregateCondition[] = [],
): unknown {
  // Field names enter the code only through JSON.stringify.
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- straight-line code per column set is the point
  const make = new Function('conditions', `return (${parameters}) => { ${body} };`);
  return (make as (conditions: readonly AggregateCondition[]) => unknown)(conditions);
}

const FIRST_ROWS = 16;

/** The rows of one table. */
class ColumnRows implements AccumulatorRows {
  #cells: NumberCells = new Float64Array(0);
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
