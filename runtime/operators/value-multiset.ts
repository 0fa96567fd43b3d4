// Values with how often each is there, in order, so that the smallest and the largest are at the ends. Plain data: state.

/** Ascending values, and their counts at the same positions. */
export interface ValueMultiset {
  readonly values: (number | string | bigint)[];
  readonly counts: number[];
}

/** Changes the count of a value; one that falls to zero is gone. */
export function addToMultiset(
  { values, counts }: ValueMultiset,
  value: number | string | bigint,
  by: 1 | -1,
): void {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((values[middle] as typeof value) < value) low = middle + 1;
    else high = middle;
  }
  if (values[low] !== value) {
    values.splice(low, 0, value);
    counts.splice(low, 0, by);
    return;
  }
  const count = (counts[low] ?? 0) + by;
  if (count !== 0) {
    counts[low] = count;
    return;
  }
  values.splice(low, 1);
  counts.splice(low, 1);
}
