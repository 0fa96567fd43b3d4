// Running aggregates of one field, as combinations of the result so far with the next record (Flink: SumAggregator,
// ComparableAggregator).
//   I1. Records are not changed: a result that differs from its record is a new object.

/** Combines the result so far with the next record. */
type Combine<T> = (soFar: T, next: T) => T;

/** Which of several records with the same value counts. */
export interface TieOptions {
  /** @default false: the first */
  readonly last?: boolean;
}

/** The first record with the sum in its field. */
export function sumOf<T>(field: keyof T): Combine<T> {
  return (soFar, next) => ({ ...soFar, [field]: numberIn(soFar, field) + numberIn(next, field) });
}

/** The first record with the smallest or largest value in its field. */
export function extremeOf<T>(field: keyof T, which: 'min' | 'max'): Combine<T> {
  const isBeyond = makeComparison(field, which);
  return (soFar, next) => (isBeyond(next, soFar) ? { ...soFar, [field]: next[field] } : soFar);
}

/** The record with the smallest or largest value in a field. */
export function extremeBy<T>(
  field: keyof T,
  which: 'min' | 'max',
  { last = false }: TieOptions,
): Combine<T> {
  const isBeyond = makeComparison(field, which);
  return last
    ? (soFar, next) => (isBeyond(soFar, next) ? soFar : next)
    : (soFar, next) => (isBeyond(next, soFar) ? next : soFar);
}

function makeComparison<T>(field: keyof T, which: 'min' | 'max'): (left: T, right: T) => boolean {
  return which === 'min'
    ? (left, right) => numberIn(left, field) < numberIn(right, field)
    : (left, right) => numberIn(left, field) > numberIn(right, field);
}

function numberIn<T>(value: T, field: keyof T): number {
  return value[field] as number;
}
