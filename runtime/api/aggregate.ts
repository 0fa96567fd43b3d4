// Declarative aggregates: `{ flights: count(), delay: sum('delay') }`. Because they name the fields they read, only those
// columns cross the network, and their accumulators are columns of numbers instead of objects.

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

/** Result columns by name, over records of type T. */
export type AggregateColumns<T> = Readonly<Record<string, Aggregate<NumberField<T>>>>;

/** What columns come to. */
export type Numbers<Columns> = { readonly [Name in keyof Columns]: number };

/** How many records. */
export function count(): Aggregate<never, 'count'> {
  return { function: 'count', field: undefined };
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

/** Your own aggregate: an accumulator per key and window. `add` may change and return the accumulator it was given. */
export interface AggregateFunction<In, Accumulator, Out> {
  create(): Accumulator;
  add(accumulator: Accumulator, value: In): Accumulator;
  /**
   * Puts what a later accumulator holds into an earlier one. May change and return `left`; must leave `right` as it is and
   * not return it, and merging into a new accumulator must give an equal one. With it overlapping windows share their
   * records' accumulators; without it a record is added to each of its windows.
   */
  merge?(left: Accumulator, right: Accumulator): Accumulator;
  result(accumulator: Accumulator): Out;
  /** The accumulator of both; either may be changed and returned. Merging windows (sessions) need it. */
  merge?(left: Accumulator, right: Accumulator): Accumulator;
}
