// Declarative aggregates: `{ flights: count(), delay: sum('delay') }`. Because they name the fields they read, only those
// columns cross the network, and their accumulators are columns of numbers instead of objects.

import type { KeyPart } from '../core/key-group.ts';
import type { AggregateColumn } from '../operators/spec.ts';

type AggregateName = AggregateColumn['function'];

/** One result column of records that are at least `In`. */
export interface Aggregate<in In, Name extends AggregateName = AggregateName> extends Omit<
  AggregateColumn,
  'name'
> {
  readonly function: Name;
  /** Never there: it tells the compiler which records the aggregate takes. */
  readonly takes?: (record: In) => void;
}

/** How many records. */
export function count(): Aggregate<unknown, 'count'> {
  return { function: 'count', field: undefined };
}

/** How many different values of a field: exact, each is kept in a set on the heap. */
export function countDistinct<Field extends string>(
  field: Field,
): Aggregate<Readonly<Record<Field, KeyPart>>, 'count-distinct'> {
  return { function: 'count-distinct', field };
}

/** The sum of a field, in double precision: exact for integers up to 2^53. */
export function sum<Field extends string>(
  field: Field,
): Aggregate<Readonly<Record<Field, number>>, 'sum'> {
  return { function: 'sum', field };
}

/** The smallest value of a field. */
export function min<Field extends string>(
  field: Field,
): Aggregate<Readonly<Record<Field, number>>, 'min'> {
  return { function: 'min', field };
}

/** The largest value of a field. */
export function max<Field extends string>(
  field: Field,
): Aggregate<Readonly<Record<Field, number>>, 'max'> {
  return { function: 'max', field };
}

/** The arithmetic mean of a field. */
export function average<Field extends string>(
  field: Field,
): Aggregate<Readonly<Record<Field, number>>, 'average'> {
  return { function: 'average', field };
}

/**
 * An aggregate of the records whose field passes a test, SQL's `FILTER (WHERE ...)`: `where('price', (price) => price < 100,
 * count())`. Only for aggregates that have a value for no records: 0.
 */
export function where<T, Field extends keyof T & string>(
  field: Field,
  test: (value: T[Field]) => boolean,
  aggregate: NoInfer<Aggregate<T, 'count' | 'sum' | 'count-distinct'>>,
): Aggregate<T, 'count' | 'sum' | 'count-distinct'> {
  const condition = { field, test: test as (value: unknown) => boolean };
  return { ...aggregate, where: [condition, ...(aggregate.where ?? [])] };
}

/** The fields that a column is computed from. */
export function fieldsOf({ field, where: conditions = [] }: AggregateColumn): readonly string[] {
  return [
    ...(field === undefined ? [] : [field]),
    ...conditions.map((condition) => condition.field),
  ];
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
}
