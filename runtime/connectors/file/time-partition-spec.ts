// Partitions by time, as Flink's `DateTimeBucketAssigner` makes them; of the records' time unless asked for the machine's.
// A pattern is compiled once; the text of a second is kept, as records of one time come together.

import { EngineError } from '../../core/errors.ts';
import { NO_TIMESTAMP } from '../connector.ts';

/** Whose time, and where. */
export interface ByTimeOptions {
  /** A name of the IANA database, such as `Europe/Berlin`. @default 'UTC' */
  readonly timeZone?: string | undefined;
  /** `event`: the record's timestamp; `processing`: when it is written, as in Flink. @default 'event' */
  readonly time?: 'event' | 'processing' | undefined;
}

/** The letters of a pattern and the part of a date that each stands for. */
const FIELDS = {
  yyyy: 'year',
  MM: 'month',
  dd: 'day',
  HH: 'hour',
  mm: 'minute',
  ss: 'second',
} as const;

type Field = (typeof FIELDS)[keyof typeof FIELDS];
type Token = { readonly field: Field } | { readonly text: string };
type TextOfTime = (record: unknown, timestampMs: number, nowMs: number) => string;

/**
 * A function for `partitionBy`: the time of a record by a pattern of `yyyy MM dd HH mm ss`, text in quotes and any other
 * sign. It may be called in the job's own function: `{ country: r.country, dt: day(r, timestampMs, nowMs) }`.
 */
export function byTime(pattern = 'yyyy-MM-dd--HH', options: ByTimeOptions = {}): TextOfTime {
  const { timeZone = 'UTC', time = 'event' } = options;
  const tokens = parsePattern(pattern);
  const format = makeFormat(timeZone);
  let second = NaN;
  let text = '';
  return (_record, timestampMs, nowMs) => {
    const atMs = time === 'event' ? timestampMs : nowMs;
    if (atMs === NO_TIMESTAMP) throw withoutTimestamp(pattern);
    if (Math.floor(atMs / 1_000) === second) return text;
    text = render(tokens, format.formatToParts(atMs));
    second = Math.floor(atMs / 1_000);
    return text;
  };
}

function parsePattern(pattern: string): readonly Token[] {
  const tokens = [...pattern.matchAll(/'([^']*)'|([A-Za-z])\2*|[^A-Za-z']+|'/g)].map(
    ([whole, quoted, letter]): Token => {
      if (quoted !== undefined) return { text: quoted };
      if (letter === undefined && whole !== "'") return { text: whole };
      if (isField(whole)) return { field: FIELDS[whole] };
      throw new EngineError(
        'JOB_INVALID',
        `byTime: the pattern '${pattern}' has ${whole}; it may have ${Object.keys(FIELDS).join(' ')}, ` +
          `and other letters in quotes: 'h'HH`,
      );
    },
  );
  if (tokens.length > 0) return tokens;
  throw new EngineError('JOB_INVALID', 'byTime: the pattern is empty');
}

function isField(text: string): text is keyof typeof FIELDS {
  return Object.hasOwn(FIELDS, text);
}

function makeFormat(timeZone: string): Intl.DateTimeFormat {
  try {
    const two = '2-digit';
    return new Intl.DateTimeFormat('en-US', {
      ...{ timeZone, calendar: 'iso8601', hourCycle: 'h23' },
      ...{ year: 'numeric', month: two, day: two, hour: two, minute: two, second: two },
    });
  } catch (error) {
    throw new EngineError(
      'JOB_INVALID',
      `byTime: there is no time zone '${timeZone}'; give one such as 'Europe/Berlin'`,
      { cause: error },
    );
  }
}

function render(tokens: readonly Token[], parts: readonly Intl.DateTimeFormatPart[]): string {
  let text = '';
  for (const token of tokens) {
    if ('text' in token) text += token.text;
    else {
      const value = parts.find(({ type }) => type === token.field)?.value ?? '';
      text += value.padStart(token.field === 'year' ? 4 : 2, '0');
    }
  }
  return text;
}

function withoutTimestamp(pattern: string): EngineError {
  return new EngineError(
    'RECORD_MISMATCH',
    `byTime('${pattern}'): a record has no timestamp; assign timestamps before the sink, or take time: 'processing'`,
  );
}
