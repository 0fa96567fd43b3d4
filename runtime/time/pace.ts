// Keeps a source to a rate without drift: what is allowed follows from the time since the start, not from adding up
// delays. Leaves the waiting to the slot's loop.
//   I1. Over any long stretch, exactly `recordsPerSecond` are allowed; rounding never adds up.
//   I2. After a stall, at most `CATCH_UP_MS_MAX` worth of records is made up for; the rest is given up.

import type { Clock } from '../core/clock.ts';

/** The stall, in milliseconds, that is made up for at once; a longer one moves the schedule. */
export const CATCH_UP_MS_MAX = 1_000;

/** At high rates records are allowed in batches of this many milliseconds, so that the slot is not woken for each. */
const BATCH_MS_MIN = 1;

/** A schedule: record k is due at the start plus k intervals; it starts when it is first asked. */
export class Pace {
  readonly #clock: Clock;
  readonly #intervalMs: number;
  #startMs: number | undefined;
  #spent = 0;

  constructor(clock: Clock, recordsPerSecond: number) {
    this.#clock = clock;
    this.#intervalMs = 1_000 / recordsPerSecond;
  }

  /** How many records are due and not yet spent. */
  allowance(): number {
    const nowMs = this.#clock.monotonicMs();
    let startMs = (this.#startMs ??= nowMs);
    const lateMs = nowMs - this.#dueMs() - CATCH_UP_MS_MAX;
    if (lateMs > 0) startMs = this.#startMs = startMs + lateMs;
    // The small addition keeps an exactly due record from being lost to rounding.
    const due = Math.floor((nowMs - startMs) / this.#intervalMs + 1e-6) + 1;
    return Math.max(0, due - this.#spent);
  }

  /** Takes note of records that were emitted. */
  spend(count: number): void {
    this.#spent += count;
  }

  /** The wall-clock time at which the next record is due. */
  nextDueAtMs(): number {
    const waitMs = this.#dueMs() - this.#clock.monotonicMs();
    return this.#clock.nowMs() + Math.max(waitMs, BATCH_MS_MIN);
  }

  #dueMs(): number {
    return (this.#startMs ?? 0) + this.#spent * this.#intervalMs;
  }
}
