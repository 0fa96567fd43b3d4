// Decoded columns: numbers and times off the heap in typed arrays, anything else as it came. A row is made from them only
// when it is emitted, so that three million rows waiting to be sorted are a few arrays and not three million objects.
//   I1. An integer that a number cannot hold exactly is refused, naming file, column and row.

import { EngineError } from '../../core/errors.ts';

/**
 * What a column holds, which the file's schema tells: `integers` and `instants` (milliseconds) have NaN for an absent
 * value, `values` have null.
 */
export type ColumnKind = 'integers' | 'instants' | 'values';

/** One column of a row group, or of all of them. */
export interface Column {
  readonly name: string;
  readonly kind: ColumnKind;
  readonly cells: Float64Array | unknown[];
}

/** Which cell is being filled, for the message when it cannot be. */
export interface CellPlace {
  readonly file: string;
  /** The row, counted from 0 in the file, of the first value. */
  readonly firstRow: number;
}

/** An empty column of a given length. */
export function makeColumn(name: string, kind: ColumnKind, length: number): Column {
  const cells = kind === 'values' ? new Array<unknown>(length) : new Float64Array(length);
  return { name, kind, cells };
}

/** Copies decoded values into the column, from `offset` on. */
export function fillColumn(
  column: Column,
  offset: number,
  decoded: ArrayLike<unknown>,
  place: CellPlace,
): void {
  if (column.cells instanceof Float64Array) {
    fillNumbers(column.cells, offset, decoded, { ...place, column: column.name });
    return;
  }
  for (let index = 0; index < decoded.length; index++) {
    const value = decoded[index];
    column.cells[offset + index] =
      typeof value === 'string' ? value : toPlain(value, { ...place, column: column.name }, index);
  }
}

interface NamedCellPlace extends CellPlace {
  readonly column: string;
}

function fillNumbers(
  cells: Float64Array,
  offset: number,
  decoded: ArrayLike<unknown>,
  place: NamedCellPlace,
): void {
  for (let index = 0; index < decoded.length; index++) {
    const value = decoded[index];
    if (typeof value === 'bigint') cells[offset + index] = toNumber(value, place, index);
    else cells[offset + index] = typeof value === 'number' ? value : NaN;
  }
}

function toNumber(value: bigint, place: NamedCellPlace, index: number): number {
  const number = Number(value);
  if (Number.isSafeInteger(number)) return number;
  const row = place.firstRow + index;
  throw new EngineError(
    'RECORD_MISMATCH',
    `${place.file}, column '${place.column}', row ${row}: ${value} is beyond 2^53 and no exact number; ` +
      `leave the column out with 'columns', or store it as a string`,
    { details: { file: place.file, column: place.column, row: String(row) } },
  );
}

/** A nested value without bigints and undefined. */
function toPlain(value: unknown, place: NamedCellPlace, index: number): unknown {
  if (typeof value === 'bigint') return toNumber(value, place, index);
  if (value === undefined || value === null) return null;
  if (typeof value !== 'object' || value instanceof Date || ArrayBuffer.isView(value)) return value;
  if (Array.isArray(value)) return value.map((part) => toPlain(part, place, index));
  return Object.fromEntries(
    Object.entries(value).map(([name, part]) => [name, toPlain(part, place, index)]),
  );
}
