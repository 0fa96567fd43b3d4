// Calendar days of a time zone: 23, 24 or 25 hours where clocks change. Asking Intl costs microseconds, so days are kept.
//   I1. Days follow each other without gap or overlap: a day begins at the first moment whose local date is it or a later
//       one, even where midnight is skipped or comes twice.
//   I2. At most `DAYS_KEPT_MAX` entries are kept.

import type { TimeWindow } from './window-spec.ts';

const DAY_MS = 86_400_000;
const DAYS_KEPT_MAX = 1024;

/** The days of one time zone. */
export class ZonedDays {
  readonly #format: Intl.DateTimeFormat;
  /** By the UTC day in which a day begins or goes on; a UTC day meets at most three. */
  readonly #days = new Map<number, readonly TimeWindow[]>();
  #last: TimeWindow = { startMs: 0, endMs: 0 };

  /** Throws RangeError for a zone that Intl does not know. */
  constructor(timeZone: string) {
    this.#format = new Intl.DateTimeFormat('en-u-ca-gregory-nu-latn', {
      timeZone,
      hourCycle: 'h23',
      era: 'short',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  }

  /** The day that contains a moment. */
  dayOf(timeMs: number): TimeWindow {
    if (timeMs >= this.#last.startMs && timeMs < this.#last.endMs) return this.#last;
    const utcDay = Math.floor(timeMs / DAY_MS);
    const known = this.#days.get(utcDay) ?? [];
    let day = known.find(({ startMs, endMs }) => timeMs >= startMs && timeMs < endMs);
    if (day === undefined) {
      day = this.#computeDay(timeMs);
      if (this.#days.size >= DAYS_KEPT_MAX) this.#days.clear();
      this.#days.set(utcDay, [...known, day]);
    }
    this.#last = day;
    return day;
  }

  #computeDay(timeMs: number): TimeWindow {
    let date = Math.floor(this.#wallMs(timeMs) / DAY_MS) * DAY_MS;
    let startMs = this.#startOf(date);
    for (;;) {
      date += DAY_MS;
      const endMs = this.#startOf(date);
      // An hour before midnight that comes again after midnight belongs to the new day.
      if (timeMs < endMs) return { startMs, endMs };
      startMs = endMs;
    }
  }

  /** The first moment at which local clocks show `wallMs`, the midnight of a date, or, if none does, a later time. */
  #startOf(wallMs: number): number {
    const before = wallMs - this.#offsetMs(wallMs - DAY_MS);
    const after = wallMs - this.#offsetMs(wallMs + DAY_MS);
    const exact = [before, after].filter((timeMs) => this.#wallMs(timeMs) === wallMs);
    if (exact.length > 0) return Math.min(...exact);
    let low = Math.min(before, after); // shows less
    let high = Math.max(before, after); // shows more
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (this.#wallMs(middle) < wallMs) low = middle;
      else high = middle;
    }
    return high;
  }

  #offsetMs(timeMs: number): number {
    return this.#wallMs(timeMs) - timeMs;
  }

  /** What local clocks show, as if it were UTC. */
  #wallMs(timeMs: number): number {
    const fields: Record<string, number> = {};
    let isBeforeChrist = false;
    for (const { type, value } of this.#format.formatToParts(timeMs)) {
      if (type === 'era') isBeforeChrist = value.startsWith('B');
      else if (type !== 'literal') fields[type] = Number(value);
    }
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = fields;
    const wall = new Date(0);
    wall.setUTCFullYear(isBeforeChrist ? 1 - year : year, month - 1, day);
    wall.setUTCHours(hour, minute, second);
    return wall.getTime() + (((timeMs % 1000) + 1000) % 1000);
  }
}
