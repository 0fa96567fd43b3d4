// Events as lines of JSON, one of three fields filled in:
//   {"event_type":2,"person":null,"auction":null,"bid":{"auction":1000,"bidder":1001,"price":32530001, ...}}
// Fields are those of `events.ts` in their order, without the type; times are texts (`event-time.ts`).
//   I1. Parsing what was formatted gives the same event.

import { EngineError, type LineRecord } from 'millrace';
import { z } from 'zod';
import { formatTime, parseTime } from './event-time.ts';
import { Auction, Bid, type NexmarkEvent, Person } from './events.ts';

/** By `event_type`. */
const TYPES = ['person', 'auction', 'bid'] as const;

/** One line, without its ending. */
export function formatEvent(event: NexmarkEvent): string {
  const { type, ...fields } = event;
  // A key that is written again stays in its place.
  const written = { ...fields, dateTime: formatTime(event.dateTime) };
  return JSON.stringify({
    event_type: TYPES.indexOf(type),
    person: null,
    auction: null,
    bid: null,
    [type]: type === 'auction' ? { ...written, expires: formatTime(event.expires) } : written,
  });
}

/** Throws `RECORD_MISMATCH` that names the file, the line and everything that is wrong with it. */
export function parseEvent({ line, lineNumber, file }: LineRecord): NexmarkEvent {
  const parsed = EventLine.safeParse(parseJson(line));
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(
    ({ path, message }) => `${path.map(String).join('.') || 'the line'}: ${message}`,
  );
  throw new EngineError(
    'RECORD_MISMATCH',
    `${file}, line ${lineNumber} is no Nexmark event: ${problems.join('; ')}`,
  );
}

const Time = z.string().transform((text, context) => {
  const timeMs = parseTime(text);
  if (timeMs !== undefined) return timeMs;
  context.addIssue({
    code: 'custom',
    message: `"${text}" is no time; write it in UTC as YYYY-MM-DD HH:MM:SS.mmm`,
  });
  return z.NEVER;
});

const EventLine = z
  .discriminatedUnion('event_type', [
    z.object({
      event_type: z.literal(0),
      person: Person.extend({ type: typed('person'), dateTime: Time }),
    }),
    z.object({
      event_type: z.literal(1),
      auction: Auction.extend({ type: typed('auction'), dateTime: Time, expires: Time }),
    }),
    z.object({ event_type: z.literal(2), bid: Bid.extend({ type: typed('bid'), dateTime: Time }) }),
  ])
  .transform((parsed): NexmarkEvent => {
    switch (parsed.event_type) {
      case 0:
        return parsed.person;
      case 1:
        return parsed.auction;
      case 2:
        return parsed.bid;
    }
  });

/** Not in the file, where the name of the field tells it. */
function typed<Type extends string>(type: Type): z.ZodDefault<z.ZodLiteral<Type>> {
  return z.literal(type).default(type as z.util.NoUndefined<Type>);
}

/** Undefined, which is no event either, when the line is no JSON. */
function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
