// The generator against the bytes of known streams, and what holds at any rate and disorder.

import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatEvent } from '../../../../runtime/jobs/nexmark/event-lines.ts';
import type { NexmarkEvent } from '../../../../runtime/jobs/nexmark/events.ts';
import { disorderMs, EventGenerator } from '../../../../runtime/jobs/nexmark/generator.ts';

const rates = fc.oneof(fc.integer({ min: 1, max: 5_000_000 }), fc.integer({ min: 1, max: 2_000 }));
const groupSizes = fc.integer({ min: 1, max: 900 });

function eventsOf(generator: EventGenerator, count: number): NexmarkEvent[] {
  return Array.from({ length: count }, (_, n) => generator.event(n));
}

/** Tells the ids apart, which events do not carry. */
function identityOf(event: NexmarkEvent): string {
  return event.type === 'bid' ? event.extra : `${event.type} ${event.id}`;
}

describe('EventGenerator', () => {
  it.each([
    [1, '838b01655dc4aeaf2210f856723c04cd26ec7252d43d83a585003a029cd7a2e4'],
    [200, '9a6b4fc916a4c5679da5e3163fd7017c432d2f3320b8be9f49ffc1ecf86ed869'],
  ])('makes the known bytes out of order by %i', (outOfOrder, sha256) => {
    const hash = createHash('sha256');
    for (const event of eventsOf(new EventGenerator({ rate: 100, outOfOrder }), 10_000)) {
      hash.update(`${formatEvent(event)}\n`);
    }
    expect(hash.digest('hex')).toBe(sha256);
  });

  it('makes an event from its number alone (I1)', () => {
    const options = { rate: 100, outOfOrder: 7 };
    const all = eventsOf(new EventGenerator(options), 500);
    const numbers = fc.array(fc.nat(499), { maxLength: 20 });
    const generator = new EventGenerator(options);
    fc.assert(
      fc.property(numbers, (list) => {
        for (const n of list) expect(generator.event(n)).toStrictEqual(all[n]);
      }),
    );
  });

  it('shuffles within groups, each id once (I2)', () => {
    const ordered = eventsOf(new EventGenerator({ rate: 100 }), 3_000);
    fc.assert(
      fc.property(groupSizes, fc.nat(2), (outOfOrder, group) => {
        const generator = new EventGenerator({ rate: 100, outOfOrder });
        const begin = group * outOfOrder;
        const numbers = Array.from({ length: outOfOrder }, (_, index) => begin + index);
        const shuffled = numbers.map((n) => identityOf(generator.event(n)));
        const wanted = ordered.slice(begin, begin + outOfOrder).map(identityOf);
        expect(shuffled.toSorted()).toStrictEqual(wanted.toSorted());
      }),
      { numRuns: 30 },
    );
  });

  it('keeps times from falling as ids rise (I3), also past 2^32 events', () => {
    fc.assert(
      fc.property(rates, fc.maxSafeNat(), (rate, seed) => {
        const generator = new EventGenerator({ rate, unread: ['extra', 'channel'] });
        const n = seed % 2 ** 33;
        expect(generator.event(n + 1).dateTime).toBeGreaterThanOrEqual(generator.event(n).dateTime);
      }),
    );
  });

  it.each(['extra', 'channel'] as const)('leaves %s empty and the rest as it was', (column) => {
    const whole = eventsOf(new EventGenerator({ rate: 100 }), 200);
    const reduced = eventsOf(new EventGenerator({ rate: 100, unread: [column] }), 200);
    const blank = whole.map((event) => {
      if (column === 'extra') return { ...event, extra: '' };
      return event.type === 'bid' ? { ...event, channel: '', url: '' } : event;
    });
    expect(reduced).toStrictEqual(blank);
  });

  it.each([0, 1.5, -1, NaN])('refuses a rate of %d', (rate) => {
    expect(() => new EventGenerator({ rate })).toThrow(/rate is .*; use a whole number/);
  });

  it.each([0, 0.5, 953, 1906])('refuses groups of %d', (outOfOrder) => {
    expect(() => new EventGenerator({ rate: 1, outOfOrder })).toThrow(/use a whole number/);
  });
});

describe('disorderMs', () => {
  /** How far each reader's events fall behind the latest it has seen, at most; number n goes to `readerOf(n)`. */
  function worstLagMs(
    options: { rate: number; outOfOrder: number },
    count: number,
    readerOf: (n: number) => number,
  ): number {
    const generator = new EventGenerator({ ...options, unread: ['extra', 'channel'] });
    const latest = new Map<number, number>();
    let worst = 0;
    for (let n = 0; n < count; n++) {
      const reader = readerOf(n);
      const { dateTime } = generator.event(n);
      const seen = Math.max(latest.get(reader) ?? dateTime, dateTime);
      latest.set(reader, seen);
      worst = Math.max(worst, seen - dateTime);
    }
    return worst;
  }

  it('bounds how far events fall behind, however the numbers are dealt out', () => {
    const parallelism = fc.integer({ min: 1, max: 5 });
    fc.assert(
      fc.property(rates, groupSizes, parallelism, (rate, outOfOrder, readers) => {
        const options = { rate, outOfOrder };
        const count = 3 * outOfOrder;
        const boundMs = disorderMs(options);
        expect(worstLagMs(options, count, (n) => n % readers)).toBeLessThanOrEqual(boundMs);
        const share = Math.ceil(count / readers);
        const inStretches = worstLagMs(options, count, (n) => Math.floor(n / share));
        expect(inStretches).toBeLessThanOrEqual(boundMs);
      }),
    );
  });

  it('is no more than what happens', () => {
    expect(disorderMs({ rate: 100 })).toBe(0);
    // 953 is -1 modulo 954: event 0 comes first, then 953, 952 and so on to 1.
    const reversed = { rate: 100, outOfOrder: 954 };
    expect(worstLagMs(reversed, 954, () => 0)).toBe(9_520);
    expect(disorderMs(reversed)).toBe(9_530);
  });
});
