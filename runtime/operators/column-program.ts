// The code of declarative aggregates, generated for the columns at hand: a fixed sequence of loads, adds and stores on known
// fields. It works on rows of numbers in a typed array (column-accumulators.ts), and on arrays of a row each
// (column-fold.ts), which distinct values need: they are sets.
//   I1. A column with a condition only takes the records that pass it. Null and undefined are no distinct values.

import type { Key } from '../core/key-group.ts';
import type { AggregateColumn, TimeWindow } from './spec.ts';

/** Rows of numbers, or a row of anything. */
export type Cells = Float64Array<ArrayBuffer> | unknown[];

/** Generated once an operator, shared by all its tables. */
export interface ColumnProgram {
  /** Cells a row. */
  readonly width: number;
  readonly start: (cells: Cells, row: number) => void;
  readonly add: (cells: Cells, row: number, value: unknown) => void;
  readonly merge: (cells: Cells, row: number, others: Cells, otherRow: number) => void;
  readonly result: (cells: Cells, row: number, key: Key, window: TimeWindow) => unknown;
}

/** What results say of their key and window, besides the columns. */
export function keyAndBounds(keyFields: readonly string[] | undefined): readonly string[] {
  const [only, ...rest] = keyFields ?? ['key'];
  const keys =
    rest.length === 0
      ? [`${propertyName(only ?? 'key')}: key`]
      : (keyFields ?? []).map((field, index) => `${propertyName(field)}: key[${index}]`);
  return [...keys, 'windowStartMs: window.startMs', 'windowEndMs: window.endMs'];
}

/** `leading`: properties of results, as source text, that come before the columns. */
export function compileColumns(
  columns: readonly AggregateColumn[],
  leading: readonly string[],
): ColumnProgram {
  const starts: string[] = [];
  const adds: string[] = [];
  const merges: string[] = [];
  const results = [...leading];
  const tests: Test[] = [];
  let width = 0;
  for (const column of columns) {
    const code = columnCode(column, (at) => `cells[row + ${width + at}]`);
    starts.push(code.start);
    const test = column.where?.test;
    adds.push(
      test === undefined ? code.add : `if (tests[${tests.push(test) - 1}](value)) { ${code.add} }`,
    );
    merges.push(code.merge((at) => `others[otherRow + ${width + at}]`));
    results.push(`${propertyName(column.name)}: ${code.result}`);
    width += code.cells;
  }
  return {
    width,
    start: compileFunction('cells, row', starts.join('\n')) as ColumnProgram['start'],
    add: compileFunction('cells, row, value', adds.join('\n'), tests) as ColumnProgram['add'],
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
        add: `{ const v = ${read}; if (v != null) ${first}.add(v); }`,
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

type Test = (value: unknown) => boolean;

function compileFunction(parameters: string, body: string, tests: readonly Test[] = []): unknown {
  // Field names enter the code only through JSON.stringify.
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- straight-line code per column set is the point
  const make = new Function('tests', `return (${parameters}) => { ${body} };`);
  return (make as (tests: readonly Test[]) => unknown)(tests);
}
