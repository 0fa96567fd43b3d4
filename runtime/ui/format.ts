// Figures as people read them. Every moment is shown in UTC, so that two people compare the same text.

/** The last moment that a Date can hold: a watermark above says that no record will follow. */
const LAST_MOMENT_MS = 8.64e15;
const SIZE_UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;
const COUNT_UNITS = ['', 'k', 'M', 'G', 'T'] as const;

/** `1,234,567` */
export function formatCount(count: number): string {
  return Math.round(count).toLocaleString('en-US');
}

/** Three significant digits: `49.6 k/s`, `840 /s`. */
export function formatRate(perSecond: number): string {
  const [digits, unit] = scale(perSecond, 1000, COUNT_UNITS);
  return `${digits} ${unit}/s`;
}

/** Three significant digits: `1.25 GiB`, `512 B`. */
export function formatBytes(bytes: number): string {
  const [digits, unit] = scale(bytes, 1024, SIZE_UNITS);
  return `${digits} ${unit}`;
}

/** The two largest units: `1m 35s`, `3h 04m`, `2d 05h`; below ten seconds with a tenth. */
export function formatDuration(durationMs: number): string {
  const seconds = Math.max(durationMs, 0) / 1000;
  if (seconds < 9.95) return `${seconds.toFixed(1)}s`;
  const whole = Math.round(seconds);
  const two = (part: number): string => String(part).padStart(2, '0');
  if (whole < 60) return `${whole}s`;
  if (whole < 3600) return `${Math.floor(whole / 60)}m ${two(whole % 60)}s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 1440) return `${Math.floor(minutes / 60)}h ${two(minutes % 60)}m`;
  return `${Math.floor(minutes / 1440)}d ${two(Math.floor(minutes / 60) % 24)}h`;
}

/** `2026-03-02 09:01:35 UTC` */
export function formatMoment(epochMs: number): string {
  return `${new Date(epochMs).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

/** A moment near now needs no date: `09:01:33.8`; another day keeps it. */
export function formatWatermark(watermarkMs: number | undefined, nowMs: number): string {
  if (watermarkMs === undefined || watermarkMs < -LAST_MOMENT_MS) return 'none yet';
  if (watermarkMs > LAST_MOMENT_MS) return 'end of input';
  const text = new Date(watermarkMs).toISOString();
  const isToday = text.slice(0, 10) === new Date(nowMs).toISOString().slice(0, 10);
  return isToday ? `${text.slice(11, 21)} UTC` : `${text.slice(0, 19).replace('T', ' ')} UTC`;
}

/** A share of 1000 as `43%`. */
export function formatPerMille(perMille: number): string {
  return `${Math.round(perMille / 10)}%`;
}

function scale(value: number, step: number, units: readonly string[]): [string, string] {
  let scaled = value;
  let unit = 0;
  while (Math.abs(scaled) >= step * 0.9995 && unit < units.length - 1) {
    scaled /= step;
    unit++;
  }
  if (unit === 0)
    return [scaled < 10 ? String(Math.round(scaled * 10) / 10) : scaled.toFixed(0), units[0] ?? ''];
  const decimals = scaled < 9.995 ? 2 : scaled < 99.95 ? 1 : 0;
  return [scaled.toFixed(decimals), units[unit] ?? ''];
}
