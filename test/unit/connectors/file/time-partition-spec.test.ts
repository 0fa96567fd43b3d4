// Partitions by time, against the dates of the language itself.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NO_TIMESTAMP } from '../../../../runtime/connectors/connector.ts';
import { byTime } from '../../../../runtime/connectors/file/time-partition-spec.ts';

const NEW_YEAR_MS = Date.UTC(2026, 0, 1, 0, 30, 5);

describe('byTime', () => {
  it('has an hour a directory unless asked for something else, as in Flink', () => {
    expect(byTime()(undefined, NEW_YEAR_MS, 0)).toBe('2026-01-01--00');
  });

  it('gives the parts of any time, whatever it was asked for before', () => {
    const text = byTime("yyyy-MM-dd'T'HH:mm:ss");
    const times = fc.array(fc.integer({ min: 0, max: 4_000_000_000_000 }), { minLength: 2 });
    fc.assert(
      fc.property(times, (all) => {
        for (const ms of all.flatMap((time) => [time, time + 999])) {
          expect(text(undefined, ms, 0)).toBe(new Date(ms).toISOString().slice(0, 19));
        }
      }),
    );
  });

  it('knows time zones and their summer', () => {
    const berlin = byTime("'dt'=yyyy-MM-dd/'hour'=HH", { timeZone: 'Europe/Berlin' });
    expect(berlin(undefined, Date.UTC(2026, 0, 1, 23), 0)).toBe('dt=2026-01-02/hour=00');
    expect(berlin(undefined, Date.UTC(2026, 6, 1, 21), 0)).toBe('dt=2026-07-01/hour=23');
    expect(() => byTime('yyyy', { timeZone: 'Europe/Atlantis' })).toThrow(/no time zone/);
  });

  it("takes the machine's time when asked to", () => {
    const text = byTime('HH:mm', { time: 'processing' });
    expect(text(undefined, NO_TIMESTAMP, NEW_YEAR_MS)).toBe('00:30');
  });

  it('refuses a record without a timestamp', () => {
    expect(() => byTime()(undefined, NO_TIMESTAMP, NEW_YEAR_MS)).toThrow(/has no timestamp/);
  });

  it.each(['yyy', 'hh', 'YYYY-MM', "'open", ''])('refuses the pattern %j', (pattern) => {
    expect(() => byTime(pattern)).toThrow(/^byTime: the pattern/);
  });
});
