// Events as lines and back, and what is said about lines that are none. Covers event-time.ts.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatEvent, parseEvent } from '../../../../runtime/jobs/nexmark/event-lines.ts';
import { formatTime, parseTime } from '../../../../runtime/jobs/nexmark/event-time.ts';
import { NexmarkEvent } from '../../../../runtime/jobs/nexmark/events.ts';
import { EventGenerator } from '../../../../runtime/jobs/nexmark/generator.ts';

const YEAR_10000_MS = Date.UTC(10_000, 0, 1);
const generator = new EventGenerator({ rate: 100 });

const parse = (line: string): NexmarkEvent =>
  parseEvent({ line, lineNumber: 12, file: 'events.jsonl' });

describe('formatEvent', () => {
  it('writes the fields of one kind in their order', () => {
    const [person, , , , bid] = [0, 1, 2, 3, 7].map((n) => formatEvent(generator.event(n)));
    expect(person).toMatch(
      /^\{"event_type":0,"person":\{"id":1000,"name":"Peter Jones","emailAddress":"nhd@xcat.com","creditCard":"7241 7320 9143 4888","city":"Portland","state":"WY","dateTime":"2015-07-15 00:00:00.000","extra":"WN_HS_bnp[^"]*"\},"auction":null,"bid":null\}$/,
    );
    expect(bid).toMatch(
      /^\{"event_type":2,"person":null,"auction":null,"bid":\{"auction":\d+,"bidder":\d+,"price":3126206,"channel":"Google","url":"https:\/\/www\.nexmark\.com\/h0\/a\/b\/item\.htm\?query=1","dateTime":"2015-07-15 00:00:00\.070","extra":"[^"]*"\}\}$/,
    );
  });
});

describe('parseEvent', () => {
  it('reads back what was written (I1), which its schema accepts', () => {
    for (let n = 0; n < 200; n++) {
      const event = generator.event(n);
      expect(parse(formatEvent(event))).toStrictEqual(event);
      expect(NexmarkEvent.parse(event)).toStrictEqual(event);
    }
  });

  const bid = formatEvent(generator.event(4));
  it.each([
    ['', 'the line: '],
    ['{"event_type":2', 'the line: '],
    ['{"event_type":3}', 'event_type: '],
    ['{"event_type":1,"person":null,"auction":null,"bid":null}', 'auction: '],
    [bid.replace('"price":', '"prize":'), 'bid.price: '],
    [bid.replace('"price":32530001', '"price":"1"'), 'bid.price: '],
    [bid.replace('00:00:00.040', '00:00:00'), 'bid.dateTime: "2015-07-15 00:00:00" is no time'],
  ])('refuses %j with the file, the line and the reason', (line, problem) => {
    const message = `events.jsonl, line 12 is no Nexmark event: ${problem}`;
    expect(() => parse(line)).toThrow(message);
  });

  it('lists everything that is wrong with a line', () => {
    const line = bid.replace('"auction":1000', '"auction":0.5').replace('"bidder":', '"bid":');
    expect(() => parse(line)).toThrow(/bid\.auction: .*; bid\.bidder: /);
  });
});

describe('formatTime', () => {
  it('writes what Date writes, whatever was written before', () => {
    const times = fc.array(fc.integer({ min: 0, max: YEAR_10000_MS - 1 }), { maxLength: 5 });
    fc.assert(
      fc.property(times, (list) => {
        for (const timeMs of list) {
          const text = new Date(timeMs).toISOString().replace('T', ' ').replace('Z', '');
          expect(formatTime(timeMs)).toBe(text);
          expect(parseTime(text)).toBe(timeMs);
        }
      }),
    );
  });

  it.each(['2015-02-30 00:00:00.000', '2015-07-15T00:00:00.000', '2015-07-15 24:00:00.000', ''])(
    'does not take %j for a time',
    (text) => {
      expect(parseTime(text)).toBeUndefined();
    },
  );
});
