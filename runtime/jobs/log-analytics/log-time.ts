// The time of an access log, `10/Oct/2000:13:55:36 -0700`: fixed width, English months, an offset that is taken off.

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const SLASH = 0x2f;
const COLON = 0x3a;
const SPACE = 0x20;
const MINUTE_MS = 60_000;

/** Milliseconds since the epoch of the time that begins at `start`; undefined when there is no valid one. */
export function parseLogTime(line: string, start: number): number | undefined {
  if (!hasSeparators(line, start)) return undefined;
  const day = number(line, start, 2);
  const month = MONTHS.indexOf(line.slice(start + 3, start + 6));
  const year = number(line, start + 7, 4);
  const hour = number(line, start + 12, 2);
  const minute = number(line, start + 15, 2);
  const second = number(line, start + 18, 2);
  const offsetMs = parseOffsetMs(line, start + 21);
  if (month < 0 || !(hour <= 23) || !(minute <= 59) || !(second <= 60)) return undefined;
  const midnightMs = Date.UTC(year, month, day);
  // A day that the month does not have would be taken for one of the next month.
  if (new Date(midnightMs).getUTCDate() !== day || Number.isNaN(offsetMs)) return undefined;
  return midnightMs + ((hour * 60 + minute) * 60 + second) * 1_000 - offsetMs;
}

function hasSeparators(line: string, start: number): boolean {
  return (
    line.charCodeAt(start + 2) === SLASH &&
    line.charCodeAt(start + 6) === SLASH &&
    line.charCodeAt(start + 11) === COLON &&
    line.charCodeAt(start + 14) === COLON &&
    line.charCodeAt(start + 17) === COLON &&
    line.charCodeAt(start + 20) === SPACE
  );
}

/** `-0700` is seven hours behind. */
function parseOffsetMs(line: string, start: number): number {
  const sign = line.charAt(start);
  const hours = number(line, start + 1, 2);
  const minutes = number(line, start + 3, 2);
  if ((sign !== '+' && sign !== '-') || !(minutes <= 59)) return NaN;
  return (sign === '-' ? -1 : 1) * (hours * 60 + minutes) * MINUTE_MS;
}

/** A number of exactly `length` digits, or NaN. */
function number(line: string, start: number, length: number): number {
  let value = 0;
  for (let at = start; at < start + length; at++) {
    const digit = line.charCodeAt(at) - 0x30;
    if (!(digit >= 0 && digit <= 9)) return NaN;
    value = value * 10 + digit;
  }
  return value;
}
