// Figures as a terminal shows them: short, aligned, times in UTC. The page has its own in ui/format.ts, since a browser's
// files import nothing from outside of their folder.

/** The last moment that a Date can hold: a watermark above says that no record will follow. */
const LAST_MOMENT_MS = 8.64e15;
const COUNT_UNITS = ['', 'k', 'M', 'G', 'T'] as const;
// Everything that could move the cursor or change colours: names and messages come from the job.
const CONTROL_CHARACTERS = /[\u0000-\u001f\u007f-\u009f]+/g;

/** `1,234,567` */
export function formatCount(count: number): string {
  return Math.round(count).toLocaleString('en-US');
}

/** Three significant digits without the `/s`, for a column that says it: `49.6k`, `840`. */
export function formatRate(perSecond: number): string {
  let value = perSecond;
  let unit = 0;
  while (value >= 999.5 && unit < COUNT_UNITS.length - 1) {
    value /= 1000;
    unit++;
  }
  if (unit === 0) return String(value < 10 ? Math.round(value * 10) / 10 : Math.round(value));
  return `${value.toFixed(value < 9.995 ? 2 : value < 99.95 ? 1 : 0)}${COUNT_UNITS[unit] ?? ''}`;
}

/** The two largest units: `1m 35s`, `3h 04m`; below a minute with a tenth. */
export function formatElapsed(durationMs: number): string {
  const seconds = Math.max(durationMs, 0) / 1000;
  if (seconds < 59.95) return `${seconds.toFixed(1)}s`;
  const whole = Math.round(seconds);
  const two = (part: number): string => String(part).padStart(2, '0');
  if (whole < 3600) return `${Math.floor(whole / 60)}m ${two(whole % 60)}s`;
  return `${Math.floor(whole / 3600)}h ${two(Math.floor(whole / 60) % 60)}m`;
}

/** `09:01:33.8Z` today, `2026-03-01 09:01Z` on another day: the Z says UTC. */
export function formatWatermark(watermarkMs: number | undefined, nowMs: number): string {
  if (watermarkMs === undefined || watermarkMs < -LAST_MOMENT_MS) return '–';
  if (watermarkMs > LAST_MOMENT_MS) return 'end of input';
  const text = new Date(watermarkMs).toISOString();
  const isToday = text.slice(0, 10) === new Date(nowMs).toISOString().slice(0, 10);
  return `${isToday ? text.slice(11, 21) : text.slice(0, 16).replace('T', ' ')}Z`;
}

/** A share of 1000 as `43%`. */
export function formatPerMille(perMille: number): string {
  return `${Math.round(perMille / 10)}%`;
}

/** One line without control characters, so that no name or message can move the cursor. */
export function toPlainText(text: string): string {
  return text.replaceAll(CONTROL_CHARACTERS, ' ').trim();
}

/** Exactly `width` characters: filled with blanks, or cut with an ellipsis. */
export function fit(text: string, width: number, align: 'left' | 'right' = 'left'): string {
  if (width <= 0) return '';
  const cut = text.length > width ? `${text.slice(0, width - 1)}…` : text;
  return align === 'left' ? cut.padEnd(width) : cut.padStart(width);
}
