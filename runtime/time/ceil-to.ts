// Coarser times: timers that are rounded up fall together, so that a key has one for each step of time and not one a record.

/** The first multiple of `granularityMs` that is not before `timeMs`: `registerEventTimer(ceilTo(timeMs, 1_000))`. */
export function ceilTo(timeMs: number, granularityMs: number): number {
  return Math.ceil(timeMs / granularityMs) * granularityMs;
}
