// The answers of `jobs/general-windows.ts`, worked out from its readings in the plainest way, without anything of the engine:
// readings are gone through one by one, with the largest time seen before as the only clock.

import {
  COUNT,
  COUNT_SLIDE,
  DAYS_FROM_MS,
  GAP_MS,
  gapOf,
  KEEP_MS,
  LATENESS_MS,
  MINUTE_MS,
  PURGE_COUNT,
  SLIDE_MS,
  TIME_ZONE,
  windowSizeOf,
} from './jobs/general-windows.ts';
import { BOUND_MS, type Reading, reading, WINDOW_MS } from './jobs/windows.ts';

/** A reading, and the watermark when it comes. */
interface Seen {
  readonly item: Reading;
  readonly watermarkMs: number;
}

interface Cut {
  readonly startMs: number;
  readonly endMs: number;
}

/**
 * Results of `jobs/general-windows.ts`. In batch mode there is no watermark before the end, and where windows keep their
 * records, those of a key come in order of time.
 */
export function generalWindowAnswer(
  records: number,
  mode: 'streaming' | 'batch' = 'streaming',
): readonly unknown[] {
  const readings = Array.from({ length: records }, (_, index) => reading(index));
  const seen =
    mode === 'streaming'
      ? withWatermarks(readings)
      : readings.map((item) => ({ item, watermarkMs: -Infinity }));
  const byTime = mode === 'streaming' ? seen : seen.toSorted((left, right) => left.item.atMs - right.item.atMs);
  const fixed = sessionsOf(seen, () => GAP_MS);
  const tolerant = tolerantOf(seen);
  const branches: Record<string, readonly unknown[]> = {
    sliding: grouped(seen, slidingCuts, sensorOf).map(([items, { startMs, endMs }]) => ({
      sensor: items[0]?.sensor,
      windowStartMs: startMs,
      windowEndMs: endMs,
      readings: items.length,
      mean: total(items) / items.length,
    })),
    cumulative: grouped(seen, cumulativeCuts, sensorOf).map(([items, cut]) => ({
      sensor: items[0]?.sensor,
      ...cut,
      level: most(items),
    })),
    sessions: fixed.sessions.map(({ startMs, endMs, items }) => ({
      sensor: items[0]?.sensor,
      windowStartMs: startMs,
      windowEndMs: endMs,
      readings: items.length,
      total: total(items),
      most: most(items),
    })),
    lateSessions: fixed.late,
    dynamicSessions: sessionsOf(seen, gapOf).sessions.map(({ startMs, endMs, items }) => ({
      sensor: items[0]?.sensor,
      startMs,
      endMs,
      times: items.map(({ atMs }) => atMs).toSorted((left, right) => left - right),
    })),
    counted: perSensor(seen).flatMap((items) =>
      Array.from({ length: Math.floor(items.length / COUNT) }, (_, index) => {
        const part = items.slice(index * COUNT, (index + 1) * COUNT);
        return { sensor: items[0]?.sensor, readings: COUNT, total: total(part) };
      }),
    ),
    countSlid: perSensor(byTime).flatMap((items) =>
      Array.from({ length: Math.floor(items.length / COUNT_SLIDE) }, (_, index) => {
        const end = (index + 1) * COUNT_SLIDE;
        const part = items.slice(Math.max(0, end - COUNT), end);
        return { sensor: items[0]?.sensor, times: part.map(({ atMs }) => atMs) };
      }),
    ),
    tolerant: tolerant.firings,
    lateTolerant: tolerant.late,
    purged: grouped(seen, aligned(3 * WINDOW_MS), sensorOf).flatMap(([items, { startMs, endMs }]) =>
      Array.from({ length: Math.floor(items.length / PURGE_COUNT) }, (_, index) => ({
        sensor: items[0]?.sensor,
        windowStartMs: startMs,
        windowEndMs: endMs,
        readings: PURGE_COUNT,
        most: most(items.slice(index * PURGE_COUNT, (index + 1) * PURGE_COUNT)),
      })),
    ),
    evicted: grouped(seen, aligned(WINDOW_MS), sensorOf).map(([items, { startMs, endMs }]) => {
      const youngest = Math.max(...items.map(({ atMs }) => atMs));
      return {
        sensor: items[0]?.sensor,
        windowStartMs: startMs,
        windowEndMs: endMs,
        readings: items.filter(({ atMs }) => youngest - atMs < KEEP_MS).length,
      };
    }),
    everybody: grouped(seen, aligned(WINDOW_MS), () => '').map(([items, { startMs, endMs }]) => ({
      windowStartMs: startMs,
      windowEndMs: endMs,
      readings: items.length,
      most: most(items),
    })),
    own: grouped(seen, (item) => aligned(windowSizeOf(item))(item), ({ room }) => String(room)).map(
      ([items, { startMs, endMs }]) => ({
        room: items[0]?.room,
        windowStartMs: startMs,
        windowEndMs: endMs,
        readings: items.length,
      }),
    ),
    days: dayAnswer(seen.map(({ item }) => item)),
  };
  return Object.entries(branches).flatMap(([branch, values]) =>
    values.map((value) => ({ branch, value })),
  );
}

function withWatermarks(readings: readonly Reading[]): readonly Seen[] {
  let seenMs = -Infinity;
  return readings.map((item) => {
    const watermarkMs = seenMs - BOUND_MS - 1;
    seenMs = Math.max(seenMs, item.atMs);
    return { item, watermarkMs };
  });
}

const sensorOf = ({ sensor }: Reading): string => sensor;
const total = (items: readonly Reading[]): number => items.reduce((sum, { level }) => sum + level, 0);
const most = (items: readonly Reading[]): number => Math.max(...items.map(({ level }) => level));

function aligned(sizeMs: number): (item: Reading) => readonly Cut[] {
  return ({ atMs }) => {
    const startMs = Math.floor(atMs / sizeMs) * sizeMs;
    return [{ startMs, endMs: startMs + sizeMs }];
  };
}

/** Every window that begins at a multiple of the slide and contains the reading. */
function slidingCuts({ atMs }: Reading): readonly Cut[] {
  const cuts: Cut[] = [];
  for (let startMs = -WINDOW_MS - SLIDE_MS; startMs <= atMs; startMs++) {
    if (startMs % SLIDE_MS === 0 && atMs < startMs + WINDOW_MS) {
      cuts.push({ startMs: startMs === 0 ? 0 : startMs, endMs: startMs + WINDOW_MS });
    }
  }
  return cuts;
}

function cumulativeCuts(item: Reading): readonly Cut[] {
  return aligned(WINDOW_MS)(item).flatMap(({ startMs }) =>
    [1, 2, 3, 4]
      .map((quarters) => ({ startMs, endMs: startMs + (quarters * WINDOW_MS) / 4 }))
      .filter(({ endMs }) => item.atMs < endMs),
  );
}

/** The readings of each key and window that came before the watermark reached the window's last millisecond. */
function grouped(
  seen: readonly Seen[],
  cutsOf: (item: Reading) => readonly Cut[],
  keyOf: (item: Reading) => string,
): readonly (readonly [readonly Reading[], Cut])[] {
  const groups = new Map<string, readonly [Reading[], Cut]>();
  for (const { item, watermarkMs } of seen) {
    for (const cut of cutsOf(item)) {
      if (cut.endMs - 1 <= watermarkMs) continue;
      const name = `${keyOf(item)} ${cut.startMs} ${cut.endMs}`;
      const group = groups.get(name) ?? ([[], cut] as const);
      groups.set(name, group);
      group[0].push(item);
    }
  }
  return [...groups.values()];
}

function perSensor(seen: readonly Seen[]): readonly (readonly Reading[])[] {
  const sensors = [...new Set(seen.map(({ item }) => item.sensor))];
  return sensors.map((sensor) => seen.map(({ item }) => item).filter((item) => item.sensor === sensor));
}

interface Session extends Cut {
  readonly sensor: string;
  readonly items: readonly Reading[];
}

/** Sessions of each sensor: a reading joins all open ones that its own stretch of time meets. */
function sessionsOf(
  seen: readonly Seen[],
  gap: (item: Reading) => number,
): { sessions: readonly Session[]; late: readonly Reading[] } {
  const ended: Session[] = [];
  const late: Reading[] = [];
  let open: readonly Session[] = [];
  for (const { item, watermarkMs } of seen) {
    ended.push(...open.filter(({ endMs }) => endMs - 1 <= watermarkMs));
    open = open.filter(({ endMs }) => endMs - 1 > watermarkMs);
    const endMs = item.atMs + gap(item);
    const met = open.filter(
      (other) => other.sensor === item.sensor && other.startMs <= endMs && item.atMs <= other.endMs,
    );
    const joined: Session = {
      sensor: item.sensor,
      startMs: Math.min(item.atMs, ...met.map(({ startMs }) => startMs)),
      endMs: Math.max(endMs, ...met.map((other) => other.endMs)),
      items: [...met.flatMap(({ items }) => items), item],
    };
    if (joined.endMs - 1 > watermarkMs) open = [...open.filter((other) => !met.includes(other)), joined];
    else if (item.atMs <= watermarkMs) late.push(item);
  }
  return { sessions: [...ended, ...open], late };
}

/** Tumbling windows fire when the watermark passes their end, and once more for each reading within the lateness. */
function tolerantOf(seen: readonly Seen[]): { firings: readonly unknown[]; late: readonly Reading[] } {
  const firings: unknown[] = [];
  const late: Reading[] = [];
  const windows = new Map<string, { sensor: string; startMs: number; readings: number; firing: number }>();
  const windowsFired = new Map<string, number>();
  const fire = (name: string): void => {
    const window = windows.get(name);
    if (window === undefined) return;
    window.firing++;
    if (window.firing === 1) {
      windowsFired.set(window.sensor, (windowsFired.get(window.sensor) ?? 0) + 1);
    }
    const { sensor, startMs, firing, readings } = window;
    firings.push({ sensor, startMs, firing, window: windowsFired.get(sensor), readings });
  };
  const fireUntil = (watermarkMs: number): void => {
    const due = [...windows]
      .filter(([, { startMs, firing }]) => firing === 0 && startMs + WINDOW_MS - 1 <= watermarkMs)
      .toSorted(([, left], [, right]) => left.startMs - right.startMs);
    for (const [name] of due) fire(name);
  };
  for (const { item, watermarkMs } of seen) {
    fireUntil(watermarkMs);
    const [cut] = aligned(WINDOW_MS)(item) as [Cut];
    if (cut.endMs - 1 + LATENESS_MS <= watermarkMs) {
      if (item.atMs + LATENESS_MS <= watermarkMs) late.push(item);
      continue;
    }
    const name = `${item.sensor} ${cut.startMs}`;
    const window = windows.get(name) ?? { sensor: item.sensor, startMs: cut.startMs, readings: 0, firing: 0 };
    windows.set(name, window);
    window.readings++;
    if (cut.endMs - 1 <= watermarkMs) fire(name);
  }
  fireUntil(Infinity);
  return { firings, late };
}

/** Days by what Lisbon's clocks show: an hour more than UTC from 2026-03-29, 01:00 UTC, on. */
function dayAnswer(readings: readonly Reading[]): readonly unknown[] {
  const date = new Intl.DateTimeFormat('en-CA', { timeZone: TIME_ZONE, dateStyle: 'short' });
  const startOf = (day: string): number =>
    Date.parse(`${day}T00:00:00Z`) - (day > '2026-03-29' ? 60 * MINUTE_MS : 0);
  const counts = new Map<string, { room: number; day: string; readings: number }>();
  for (const { room, atMs } of readings) {
    const day = date.format(DAYS_FROM_MS + atMs * MINUTE_MS);
    const group = counts.get(`${room} ${day}`) ?? { room, day, readings: 0 };
    counts.set(`${room} ${day}`, group);
    group.readings++;
  }
  return [...counts.values()].map((group) => {
    const nextDay = new Date(Date.parse(`${group.day}T00:00:00Z`) + 24 * 60 * MINUTE_MS);
    return {
      room: group.room,
      windowStartMs: startOf(group.day),
      windowEndMs: startOf(nextDay.toISOString().slice(0, 10)),
      readings: group.readings,
    };
  });
}
