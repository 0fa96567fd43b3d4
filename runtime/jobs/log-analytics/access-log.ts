// Reads a line of an access log in the common or the combined format of Apache and nginx, optionally with the time taken as
// the last field:
//   host ident user [10/Oct/2000:13:55:36 -0700] "GET /path?query HTTP/1.0" 200 2326 "referer" "agent" 0.005
// (https://httpd.apache.org/docs/2.4/logs.html#combined, https://nginx.org/en/docs/http/ngx_http_log_module.html)
// A scanner by hand: one pass over the characters it needs, no regular expressions, no copies but the fields it returns.
//   I1. No line throws: one that is not of the format is returned as unparsable, with the reason.
//   I2. What a client sent instead of a request is no reason: the line is parsed, with `-` as method and path.

import { z } from 'zod';
import { parseLogTime } from './log-time.ts';

/** One request. */
export const AccessLogEntry = z.object({
  timeMs: z.int(),
  method: z.string(),
  /** Without the query string. */
  path: z.string(),
  status: z.int(),
  /** Of the body; 0 where the log has `-`. */
  bytes: z.int(),
  /** Where the log has it. */
  latencyMs: z.number().optional(),
  host: z.string(),
});
export type AccessLogEntry = z.output<typeof AccessLogEntry>;

/** The unit of the last field: nginx writes `$request_time` in seconds, Apache `%D` in microseconds. */
export type LatencyUnit = 's' | 'ms' | 'us';

/** Why a line is no entry. */
export type UnparsableReason =
  | 'empty'
  | 'no time'
  | 'bad time'
  | 'no request'
  | 'unterminated quote'
  | 'bad status'
  | 'bad bytes';

/** What a line is. */
export type AccessLogLine =
  | { readonly kind: 'parsed'; readonly entry: AccessLogEntry }
  | { readonly kind: 'unparsable'; readonly reason: UnparsableReason };

const UNIT_MS: Readonly<Record<LatencyUnit, number>> = { s: 1_000, ms: 1, us: 0.001 };
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const SPACE = 0x20;
const TIME_LENGTH = '10/Oct/2000:13:55:36 -0700'.length;
const METHOD_LENGTH_MAX = 32;

/** Parses one line, without its line ending. */
export function parseAccessLogLine(line: string, latencyUnit: LatencyUnit = 's'): AccessLogLine {
  const hostEnd = line.indexOf(' ');
  const timeStart = findTime(line, hostEnd);
  if (timeStart < 0) return unparsable(line.trim() === '' ? 'empty' : 'no time');
  const timeMs = parseLogTime(line, timeStart);
  if (timeMs === undefined) return unparsable('bad time');
  const requestStart = timeStart + TIME_LENGTH + 2;
  if (line.charCodeAt(requestStart) !== QUOTE) return unparsable('no request');
  const requestEnd = closingQuote(line, requestStart);
  if (requestEnd < 0) return unparsable('unterminated quote');
  const statusStart = requestEnd + 2;
  const status = parseDigits(line, statusStart, statusStart + 3);
  if (status === undefined || !isFieldEnd(line, statusStart + 3)) return unparsable('bad status');
  const bytesEnd = fieldEnd(line, statusStart + 4);
  const bytes = parseBytes(line, statusStart + 4, bytesEnd);
  if (bytes === undefined) return unparsable('bad bytes');
  const last = lastBareField(line, bytesEnd);
  if (last === undefined) return unparsable('unterminated quote');
  const host = line.slice(0, hostEnd);
  const request = parseRequest(line.slice(requestStart + 1, requestEnd));
  const entry: AccessLogEntry = { timeMs, ...request, status, bytes, host };
  const latencyMs = parseLatency(last, UNIT_MS[latencyUnit]);
  if (latencyMs !== undefined) entry.latencyMs = latencyMs;
  return { kind: 'parsed', entry };
}

function unparsable(reason: UnparsableReason): AccessLogLine {
  return { kind: 'unparsable', reason };
}

/** The place after the `[` that opens the time: a user's name may hold a bracket too, but none closed where a time is. */
function findTime(line: string, from: number): number {
  for (let at = line.indexOf(' [', from); at >= 0; at = line.indexOf(' [', at + 1)) {
    if (line.charAt(at + 2 + TIME_LENGTH) === ']') return at + 2;
  }
  return -1;
}

/** The place of the quote that ends the text begun at `start`; a backslash takes the next character's meaning away. */
function closingQuote(line: string, start: number): number {
  for (let at = line.indexOf('"', start + 1); at >= 0; at = line.indexOf('"', at + 1)) {
    let backslashes = 0;
    while (at - backslashes - 1 > start && line.charCodeAt(at - backslashes - 1) === BACKSLASH) {
      backslashes += 1;
    }
    // Two backslashes are one that was escaped itself.
    if (backslashes % 2 === 0) return at;
  }
  return -1;
}

function fieldEnd(line: string, start: number): number {
  const end = line.indexOf(' ', start);
  return end < 0 ? line.length : end;
}

function isFieldEnd(line: string, at: number): boolean {
  return at === line.length || line.charCodeAt(at) === SPACE;
}

/** The last field after the size, when it is not a quoted one: empty when there is none, undefined when a quote is left open. */
function lastBareField(line: string, from: number): string | undefined {
  let last = '';
  for (let at = from; at < line.length;) {
    if (line.charCodeAt(at) === SPACE) {
      at += 1;
    } else if (line.charCodeAt(at) === QUOTE) {
      const end = closingQuote(line, at);
      if (end < 0) return undefined;
      last = '';
      at = end + 1;
    } else {
      const end = fieldEnd(line, at);
      last = line.slice(at, end);
      at = end;
    }
  }
  return last;
}

function parseDigits(line: string, start: number, end: number): number | undefined {
  if (start >= end || end > line.length) return undefined;
  let value = 0;
  for (let at = start; at < end; at++) {
    const digit = line.charCodeAt(at) - 0x30;
    if (digit < 0 || digit > 9) return undefined;
    value = value * 10 + digit;
  }
  return Number.isSafeInteger(value) ? value : undefined;
}

function parseBytes(line: string, start: number, end: number): number | undefined {
  return line.slice(start, end) === '-' ? 0 : parseDigits(line, start, end);
}

/** To a thousandth of a millisecond, which is what both servers can write; undefined when the field is no number. */
function parseLatency(field: string, unitMs: number): number | undefined {
  if (field === '' || !isDecimal(field)) return undefined;
  return Math.round(Number(field) * unitMs * 1_000) / 1_000;
}

function isDecimal(field: string): boolean {
  let dots = 0;
  let digits = 0;
  for (let at = 0; at < field.length; at++) {
    const code = field.charCodeAt(at);
    if (code === 0x2e) dots += 1;
    else if (code >= 0x30 && code <= 0x39) digits += 1;
    else return false;
  }
  return digits > 0 && dots <= 1;
}

interface Request {
  readonly method: string;
  readonly path: string;
}

const NO_REQUEST: Request = { method: '-', path: '-' };

/** `GET /path?query HTTP/1.1`; also without the version (HTTP/0.9), and with a whole URL as proxies get it. */
function parseRequest(request: string): Request {
  const methodEnd = request.indexOf(' ');
  if (!isMethod(request, methodEnd)) return NO_REQUEST;
  const lastSpace = request.lastIndexOf(' ');
  const hasVersion = lastSpace > methodEnd && request.startsWith('HTTP/', lastSpace + 1);
  const target = request.slice(methodEnd + 1, hasVersion ? lastSpace : request.length);
  if (target === '') return NO_REQUEST;
  return { method: request.slice(0, methodEnd), path: pathOf(target) };
}

function isMethod(request: string, end: number): boolean {
  if (end < 1 || end > METHOD_LENGTH_MAX) return false;
  for (let at = 0; at < end; at++) {
    const code = request.charCodeAt(at) | 0x20;
    const isLetter = code >= 0x61 && code <= 0x7a;
    if (!isLetter && request.charAt(at) !== '-' && request.charAt(at) !== '_') return false;
  }
  return true;
}

function pathOf(target: string): string {
  const whole = cutAt(cutAt(target, '#'), '?');
  if (whole === '') return '/';
  if (!whole.startsWith('http://') && !whole.startsWith('https://')) return whole;
  const pathStart = whole.indexOf('/', whole.indexOf('//') + 2);
  return pathStart < 0 ? '/' : whole.slice(pathStart);
}

function cutAt(text: string, mark: string): string {
  const at = text.indexOf(mark);
  return at < 0 ? text : text.slice(0, at);
}
