// Makes rows from columns, one row a call.
//   I1. All rows of a table have the same hidden class, so that reading their fields stays fast downstream.

import type { Column } from './column.ts';

/** The row at an index, as a new object with a field a column. */
export type RowMaker = (index: number) => unknown;

/**
 * A function generated for exactly these columns: an object literal instead of a loop over names, which V8 compiles to a
 * handful of loads and one allocation. Names are quoted as JSON and nothing else of the outside enters the text.
 */
export function makeRowMaker(columns: readonly Column[]): RowMaker {
  const fields = columns.map(({ name, kind }, number) => {
    // A field of that name in a literal would set the prototype instead.
    const field = name === '__proto__' ? '["__proto__"]' : JSON.stringify(name);
    return `${field}: ${cellExpression(kind, number)}`;
  });
  const parameters = columns.map((_, number) => `c${number}`);
  const text = `return (index) => ({ ${fields.join(', ')} });`;
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- see above
  const make = new Function(...parameters, text) as (...cells: unknown[]) => RowMaker;
  return make(...columns.map(({ cells }) => cells));
}

function cellExpression(kind: Column['kind'], number: number): string {
  const cell = `c${number}[index]`;
  switch (kind) {
    case 'integers':
      return `${cell} === ${cell} ? ${cell} : null`;
    case 'instants':
      return `${cell} === ${cell} ? new Date(${cell}) : null`;
    case 'values':
      return cell;
  }
}
