// operators/zoned-days.ts: days of a time zone, by what local clocks show.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { ZonedDays } from '../../../runtime/operators/zoned-days.ts';

const HOUR_MS = 3_600_000;
const iso = (timeMs: number): string => new Date(timeMs).toISOString().replace(':00.000Z', 'Z');

describe('the day of a time zone', () => {
  it.each([
    ['UTC', '2026-03-29T12:00Z', '2026-03-29T00:00Z', 24],
    ['Europe/Lisbon', '2026-03-29T12:00Z', '2026-03-29T00:00Z', 23],
    ['Europe/Lisbon', '2026-10-25T00:30Z', '2026-10-24T23:00Z', 25],
    ['Asia/Kolkata', '1969-12-31T12:00Z', '1969-12-30T18:30Z', 24],
    // Midnight does not exist: clocks go from 23:59 to 01:00.
    ['America/Sao_Paulo', '2018-11-04T12:00Z', '2018-11-04T03:00Z', 23],
    // Midnight comes twice: clocks go from 01:00 back to 00:00.
    ['Atlantic/Azores', '2026-10-25T00:30Z', '2026-10-25T00:00Z', 25],
    ['Atlantic/Azores', '2026-10-25T01:30Z', '2026-10-25T00:00Z', 25],
    // A minute after midnight clocks go back to yesterday, which stays over.
    ['America/St_Johns', '2010-11-07T02:45Z', '2010-11-07T02:30Z', 25],
    // A whole day is skipped at the date line.
    ['Pacific/Apia', '2011-12-30T09:59Z', '2011-12-29T10:00Z', 24],
    ['Pacific/Apia', '2011-12-30T10:00Z', '2011-12-30T10:00Z', 24],
  ])('%s, %s', (timeZone, time, start, hours) => {
    const { startMs, endMs } = new ZonedDays(timeZone).dayOf(Date.parse(time));
    expect([iso(startMs), (endMs - startMs) / HOUR_MS]).toStrictEqual([start, hours]);
  });

  it('follows the day before without gap or overlap (I1)', () => {
    const zones = [
      'Europe/Lisbon',
      'America/New_York',
      'Australia/Lord_Howe',
      'Asia/Tehran',
      'America/Santiago',
    ];
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.integer({ min: Date.UTC(1990, 0), max: Date.UTC(2030, 0) }),
        (timeZone, timeMs) => {
          const days = new ZonedDays(timeZone);
          const day = days.dayOf(timeMs);
          expect(day.startMs <= timeMs && timeMs < day.endMs).toBe(true);
          expect(days.dayOf(day.startMs)).toStrictEqual(day);
          expect(days.dayOf(day.endMs - 1)).toStrictEqual(day);
          expect(days.dayOf(day.startMs - 1).endMs).toBe(day.startMs);
          expect(days.dayOf(day.endMs).startMs).toBe(day.endMs);
          const date = new Intl.DateTimeFormat('en', { timeZone, dateStyle: 'short' });
          expect(date.format(day.startMs)).toBe(date.format(day.endMs - 1));
        },
      ),
      { numRuns: 200 },
    );
  });

  it('is asked of Intl once, however many records are in it, and over thousands of days (I2)', () => {
    const days = new ZonedDays('Europe/Lisbon');
    const first = days.dayOf(0);
    for (let day = 1; day < 1500; day++) days.dayOf(day * 24 * HOUR_MS);
    expect(days.dayOf(0)).toStrictEqual(first);
    const again = days.dayOf(1);
    expect(days.dayOf(2)).toBe(again);
  });
});
