// Rows in order of time, those of equal time in the order of arrival. Plain data, so that it can be state; most rows come
// nearly in order, so that adding is pushing.

/** Ascending times, and the rows at the same positions. */
export interface TimedRows {
  readonly timesMs: number[];
  readonly rows: unknown[];
}

export function noTimedRows(): TimedRows {
  return { timesMs: [], rows: [] };
}

export function addTimedRow({ timesMs, rows }: TimedRows, timestampMs: number, row: unknown): void {
  const last = timesMs.at(-1);
  if (last === undefined || last <= timestampMs) {
    timesMs.push(timestampMs);
    rows.push(row);
    return;
  }
  const index = countUpTo(timesMs, timestampMs);
  timesMs.splice(index, 0, timestampMs);
  rows.splice(index, 0, row);
}

/** How many of ascending times are at or before `timeMs`. */
export function countUpTo(timesMs: readonly number[], timeMs: number): number {
  let low = 0;
  let high = timesMs.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((timesMs[middle] as number) <= timeMs) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** How many of ascending times are before `timeMs`. */
export function countBefore(timesMs: readonly number[], timeMs: number): number {
  let low = 0;
  let high = timesMs.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((timesMs[middle] as number) < timeMs) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Forgets the first `count` rows. */
export function dropTimedRows({ timesMs, rows }: TimedRows, count: number): void {
  if (count <= 0) return;
  timesMs.splice(0, count);
  rows.splice(0, count);
}
