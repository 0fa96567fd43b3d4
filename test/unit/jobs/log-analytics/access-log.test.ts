// The parser of access logs: a golden file of lines as servers write them, then what no line may do.

import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  AccessLogEntry,
  type AccessLogLine,
  type LatencyUnit,
  parseAccessLogLine,
} from '../../../../runtime/jobs/log-analytics/access-log.ts';

const golden = resolve(import.meta.dirname, '../../../golden/log-analytics');
const read = (name: string): string[] =>
  readFileSync(resolve(golden, name), 'utf8').split('\n').slice(0, -1);

const LINE = '::1 - - [10/Oct/2000:13:55:36 -0700] "GET /x?y HTTP/1.0" 200 23 "-" "agent"';

function entryOf(line: string, unit?: LatencyUnit): AccessLogEntry {
  const parsed = parseAccessLogLine(line, unit);
  if (parsed.kind === 'parsed') return parsed.entry;
  throw new Error(parsed.reason);
}

describe('parseAccessLogLine', () => {
  const lines = read('access-lines.txt');
  const expected = read('parsed.jsonl').map((text) => JSON.parse(text) as AccessLogLine);

  it('has an expectation for every golden line', () => {
    expect(lines).toHaveLength(expected.length);
  });

  it.each(lines.map((line, index) => [line, expected[index]] as const))(
    'reads %s',
    (line, wanted) => {
      expect(parseAccessLogLine(line)).toStrictEqual(wanted);
    },
  );

  it.each([
    ['s', '0.067', 67],
    ['ms', '12', 12],
    ['us', '1234', 1.234],
    ['us', '1', 0.001],
  ] as const)('takes a last field in %s', (unit, field, latencyMs) => {
    expect(entryOf(`${LINE} ${field}`, unit).latencyMs).toBe(latencyMs);
  });

  it('takes no quoted or textual last field for a latency', () => {
    for (const tail of ['', ' "0.5"', ' -', ' 0.1.2', ' .', ' 1e3', ' rt=0.5']) {
      expect(entryOf(LINE + tail)).not.toHaveProperty('latencyMs');
    }
  });

  it('gives entries that its schema accepts', () => {
    expect(AccessLogEntry.parse(entryOf(`${LINE} 1`))).toStrictEqual(entryOf(`${LINE} 1`));
  });

  it('reads back what was put in a line', () => {
    const pathText = fc.stringMatching(/^\/[a-z0-9/._-]{0,20}$/);
    const requests = fc.record({
      timeS: fc.integer({ min: 0, max: 4_000_000_000 }),
      offsetMinutes: fc.integer({ min: -12 * 60, max: 14 * 60 }),
      path: pathText,
      status: fc.integer({ min: 100, max: 599 }),
      bytes: fc.nat(),
    });
    fc.assert(
      fc.property(requests, ({ timeS, offsetMinutes, path, status, bytes }) => {
        const time = logTime(timeS * 1_000, offsetMinutes);
        const line = `h - - [${time}] "GET ${path}?q HTTP/1.1" ${status} ${bytes} "-" "a"`;
        expect(entryOf(line)).toStrictEqual({
          timeMs: timeS * 1_000,
          method: 'GET',
          path,
          status,
          bytes,
          host: 'h',
        });
      }),
    );
  });

  it('throws for no text, nor for any part or garbling of a line (I1)', () => {
    const garbled = fc
      .tuple(fc.nat(LINE.length), fc.nat(5), fc.string({ unit: 'binary', maxLength: 5 }))
      .map(([at, cut, text]) => LINE.slice(0, at) + text + LINE.slice(at + cut));
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), garbled), (line) => {
        const parsed = parseAccessLogLine(line);
        if (parsed.kind === 'parsed') AccessLogEntry.parse(parsed.entry);
      }),
      { numRuns: 2_000 },
    );
  });
});

/** As a server with this offset writes it. */
function logTime(timeMs: number, offsetMinutes: number): string {
  const [, day, month, year, time] =
    /, (\d+) (\w+) (\d+) ([\d:]+)/.exec(new Date(timeMs + offsetMinutes * 60_000).toUTCString()) ??
    [];
  const minutes = Math.abs(offsetMinutes);
  const digits = (value: number): string => String(value).padStart(2, '0');
  const sign = offsetMinutes < 0 ? '-' : '+';
  return `${day ?? ''}/${month ?? ''}/${year ?? ''}:${time ?? ''} ${sign}${digits(Math.floor(minutes / 60))}${digits(minutes % 60)}`;
}
