// Time comes in by constructor: the engine asks a Clock, tests move one by hand.

/** Wall-clock time, and a monotonic time for measuring. */
export interface Clock {
  /** Milliseconds since the epoch. */
  nowMs(): number;
  /** Milliseconds since some fixed moment, never going back, with fractions. */
  monotonicMs(): number;
  /** Calls back once after `delayMs`, unless the returned function is called first. */
  after(delayMs: number, callback: () => void): () => void;
}

/** Node runs a timer at once when it is set for longer (about 24.8 days). */
const TIMER_DELAY_MS_MAX = 2 ** 31 - 1;

/** The machine's clock. A pending callback does not keep the process alive. */
export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  after(delayMs, callback) {
    let timer: NodeJS.Timeout;
    const arm = (remainingMs: number): void => {
      const isLast = remainingMs <= TIMER_DELAY_MS_MAX;
      const next = isLast ? callback : () => arm(remainingMs - TIMER_DELAY_MS_MAX);
      timer = setTimeout(next, isLast ? remainingMs : TIMER_DELAY_MS_MAX).unref();
    };
    arm(delayMs);
    return () => {
      clearTimeout(timer);
    };
  },
};

/** A clock that stands still until moved; due callbacks run in order of time while it moves. */
export class ManualClock implements Clock {
  #nowMs: number;
  #pending: { readonly atMs: number; readonly callback: () => void }[] = [];

  constructor(startMs = 0) {
    this.#nowMs = startMs;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  monotonicMs(): number {
    return this.#nowMs;
  }

  after(delayMs: number, callback: () => void): () => void {
    const entry = { atMs: this.#nowMs + delayMs, callback };
    this.#pending.push(entry);
    return () => {
      this.#pending = this.#pending.filter((other) => other !== entry);
    };
  }

  /** Moves to `now + byMs`, stopping at each due callback on the way. */
  advance(byMs: number): void {
    const untilMs = this.#nowMs + byMs;
    for (;;) {
      const due = this.#pending
        .filter((entry) => entry.atMs <= untilMs)
        .toSorted((left, right) => left.atMs - right.atMs)[0];
      if (due === undefined) break;
      this.#pending = this.#pending.filter((entry) => entry !== due);
      this.#nowMs = Math.max(this.#nowMs, due.atMs);
      due.callback();
    }
    this.#nowMs = untilMs;
  }
}
