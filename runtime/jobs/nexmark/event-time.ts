// Times as the Nexmark files write them, `2015-07-15 00:01:23.456` in UTC, from and to milliseconds since the epoch.
//   I1. Parsing what was formatted gives the same time, for every time of the years 0 to 9999.

const MINUTE_MS = 60_000;
const PATTERN = /^(\d{4})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)\.(\d{3})$/;

/** `2015-07-15 00:01:` of the minute that was formatted last: events come in order, nearly. */
let lastMinute = NaN;
let lastPrefix = '';

/** For years 0 to 9999, as what follows. */
export function formatTime(timeMs: number): string {
  const prefix = upToMinute(timeMs);
  const ms = timeMs - lastMinute * MINUTE_MS;
  const rest = ms % 1000;
  const second = (ms - rest) / 1000;
  return `${prefix}${second < 10 ? '0' : ''}${second}.${rest < 10 ? '00' : rest < 100 ? '0' : ''}${rest}`;
}

/** `2015-07-15` */
export function formatDay(timeMs: number): string {
  return upToMinute(timeMs).slice(0, 10);
}

/** `00:01` */
export function formatMinute(timeMs: number): string {
  return upToMinute(timeMs).slice(11, 16);
}

function upToMinute(timeMs: number): string {
  const minute = Math.floor(timeMs / MINUTE_MS);
  if (minute !== lastMinute) {
    lastPrefix = new Date(minute * MINUTE_MS).toISOString().slice(0, 17).replace('T', ' ');
    lastMinute = minute;
  }
  return lastPrefix;
}

/** Undefined when the text is no time of that form, or names a day that does not exist. */
export function parseTime(text: string): number | undefined {
  if (!PATTERN.test(text)) return undefined;
  const timeMs = Date.parse(`${text.replace(' ', 'T')}Z`);
  // The 31st of a month of 30 days would be taken for the first of the next.
  return Number.isNaN(timeMs) || formatTime(timeMs) !== text ? undefined : timeMs;
}
