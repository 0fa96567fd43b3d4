// How people write durations and sizes ("10s", "64MiB") and how the code sees them (milliseconds, bytes).

const DURATION_UNITS_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

const SIZE_UNITS_BYTES: Readonly<Record<string, number>> = {
  B: 1,
  KiB: 1024,
  MiB: 1024 ** 2,
  GiB: 1024 ** 3,
  kB: 1000,
  MB: 1000 ** 2,
  GB: 1000 ** 3,
};

/** `"250ms"`, `"1.5h"`, `"2d"`, or a bare `0`; undefined when the text is none of these, or too much to count. */
export function parseDurationMs(text: string): number | undefined {
  return parseQuantity(text, DURATION_UNITS_MS);
}

/** `"64MiB"`, `"1.5GiB"`, `"500kB"`, or a bare `0`; undefined when the text is none of these, or too much to count. */
export function parseSizeBytes(text: string): number | undefined {
  return parseQuantity(text, SIZE_UNITS_BYTES);
}

/** The shortest exact form: `86400000` is `1d`, `1500` is `1500ms`. */
export function formatDuration(durationMs: number): string {
  for (const unit of ['d', 'h', 'm', 's']) {
    const unitMs = DURATION_UNITS_MS[unit] ?? 1;
    if (durationMs !== 0 && durationMs % unitMs === 0) return `${durationMs / unitMs}${unit}`;
  }
  return `${durationMs}ms`;
}

/** For people: at least three significant digits in binary units, `1.25 MiB`, `1020 KiB`. */
export function formatSize(bytes: number): string {
  if (Math.abs(bytes) < 1024) return `${bytes} B`;
  let value = bytes;
  let unit = 'B';
  for (const larger of ['KiB', 'MiB', 'GiB']) {
    if (Math.abs(value) < 1024) break;
    value /= 1024;
    unit = larger;
  }
  // Beyond three digits toPrecision would turn to exponents.
  return `${Math.abs(value) < 100 ? value.toPrecision(3) : value.toFixed(0)} ${unit}`;
}

function parseQuantity(text: string, units: Readonly<Record<string, number>>): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*([A-Za-z]*)$/.exec(text.trim());
  if (match === null) return undefined;
  const amount = Number(match[1]);
  const unit = match[2] ?? '';
  if (unit === '') return amount === 0 ? 0 : undefined;
  const factor = Object.hasOwn(units, unit) ? units[unit] : undefined;
  if (factor === undefined) return undefined;
  const whole = Math.round(amount * factor);
  return Number.isSafeInteger(whole) ? whole : undefined;
}
