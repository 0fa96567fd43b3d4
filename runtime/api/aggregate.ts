// Declarative aggregates: `{ flights: count(), delay: sum('delay') }`. Because they name the fields they read, only those
// columns cross the network, and their accumulators are columns of numbers instead of objects.

import type { KeyPart } from '../core/key-group.ts';
import type { AggregateColumn } from '../operators/spec.ts';

/** Fields of T that hold numbers. */
export type NumberField<T> = {
  [Field in keyof T & string]: T[Field] extends number ? Field : never;
}[keyof T & string];

type AggregateName = 'count' | 'sum' | 'min' | 'max' | 'average';

/** One result column; `Reads` is the field it is computed from. */
export interface Aggregate<Reads extends string, Name extends AggregateName = AggregateName> {
  readonly function: Name;
  readonly field: Reads | undefined;
}

/** How many different values a field has. */
export interface DistinctCount<Field extends string> {
  readonly function: 'count-distinct';
  readonly field: Field;
}

/** An aggregate of some of the records. */
export interface Filtered<T, Column> {
  readonly of: Column;
  where(record: T): boolean;
  /** The fields that `where` looks at, when they are given. */
  readonly reads: readonly string[] | undefined;
}

/** Fields of T that hold what is equal by value, or nothing. */
type DistinctField<T> = {
  [Field in keyof T & string]: T[Field] extends KeyPart | null | undefined ? Field : never;
}[keyof T & string];

/** Columns that have a value, 0, for no records. */
type CountableColumn<T> =
  Aggregate<never, 'count'> | Aggregate<NumberField<T>, 'sum'> | DistinctCount<DistinctField<T>>;

/** What a column of a window over records of type T may be. */
type WindowColumn<T> =
  Aggregate<NumberField<T>> | CountableColumn<T> | Filtered<T, CountableColumn<T>>;

/** Result columns by name, over records of type T. */
export type AggregateColumns<T> = Readonly<Record<string, WindowColumn<T>>>;

/** What columns come to. */
export type Numbers<Columns> = { readonly [Name in keyof Columns]: number };

/** How many records. */
export function count(): Aggregate<never, 'count'> {
  return { function: 'count', field: undefined };
}

/** How many different values a field has; null and undefined are none. */
export function countDistinct<Field extends string>(field: Field): DistinctCount<Field> {
  return { function: 'count-distinct', field };
}

/** The sum of a field, in double precision: exact for integers up to 2^53. */
export function sum<Field extends string>(field: Field): Aggregate<Field, 'sum'> {
  return { function: 'sum', field };
}

/** The smallest value of a field. */
export function min<Field extends string>(field: Field): Aggregate<Field, 'min'> {
  return { function: 'min', field };
}

/** The largest value of a field. */
export function max<Field extends string>(field: Field): Aggregate<Field, 'max'> {
  return { function: 'max', field };
}

/** The arithmetic mean of a field. */
export function average<Field extends string>(field: Field): Aggregate<Field, 'average'> {
  return { function: 'average', field };
}

/**
 * An aggregate of the records for which `where` is true: `filtered(count(), (bid) => bid.price > 100)`. With the fields that
 * it looks at as `reads` (`['price']`), no others need cross the network.
 */
export function filtered<T, Column, Field extends keyof T & string = keyof T & string>(
  column: Column,
  where: (record: Pick<T, Field>) => boolean,
  reads?: readonly Field[],
): Filtered<T, Column> {
  return { of: column, where, reads };
}

/** Columns as the operators know them. */
export function columnsOf<T>(columns: AggregateColumns<T>): readonly AggregateColumn[] {
  return Object.entries(columns).map(([name, column]): AggregateColumn => {
    if (!('of' in column)) return { name, function: column.function, field: column.field };
    const { of, reads } = column;
    const test = (record: unknown): boolean => column.where(record as T);
    return { name, function: of.function, field: of.field, where: { test, reads } };
  });
}

/** Your own aggregate: an accumulator per key and window. `add` may change and return the accumulator it was given. */
export interface AggregateFunction<In, Accumulator, Out> {
  create(): Accumulator;
  add(accumulator: Accumulator, value: In): Accumulator;
  /**
   * Puts what a later accumulator holds into an earlier one. May change and return `left`; must leave `right` as it is and
   * not return it, and merging into a new accumulator must give an equal one. With it overlapping windows share their
   * records' accumulators; without it a record is added to each of its windows. Merging windows (sessions) need it.
   */
  merge?(left: Accumulator, right: Accumulator): Accumulator;
  result(accumulator: Accumulator): Out;
}
