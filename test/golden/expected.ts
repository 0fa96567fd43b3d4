// The answers of the golden jobs, worked out from their inputs in the plainest way, without anything of the engine.

import { BILLING_MS, purchase } from './jobs/keyed.ts';
import { BOUND_MS, OFFSET_MS, type Reading, reading, WINDOW_MS } from './jobs/windows.ts';

function range(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => index);
}

function groupBy<Item>(items: readonly Item[], keyOf: (item: Item) => string): Item[][] {
  const groups = new Map<string, Item[]>();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return [...groups.values()];
}

/** Results of `jobs/stateless.ts`. */
export function statelessAnswer(records: number): readonly unknown[] {
  const numbers = range(records);
  const squares = numbers.map((value) => value ** 2);
  const even = numbers.filter((value) => value % 2 === 0);
  const branches: Record<string, readonly unknown[]> = {
    map: squares,
    filter: even,
    flatMap: numbers.flatMap((value) => range(value % 4).map((times) => `${value}#${times}`)),
    process: numbers.filter((value) => value % 3 !== 0 && value % 5 !== 0),
    side: numbers.filter((value) => value % 3 === 0).map((third) => ({ third })),
    union: [...squares, ...even, ...even],
    valid: numbers
      .filter((id) => id % 7 !== 0 && id % 100 <= 90)
      .map((id) => ({ id, level: id % 100 })),
    dead: numbers.flatMap((id) => deadLetter(id) ?? []),
  };
  return Object.entries(branches).flatMap(([branch, values]) =>
    values.map((value) => ({ branch, value })),
  );
}

function deadLetter(id: number): unknown {
  const tooSmall = 'id: Too small: expected number to be >=0';
  const notANumber = 'level: Invalid input: expected number, received string';
  if (id % 7 === 0) {
    const problem = id === 0 ? notANumber : `${tooSmall}; ${notANumber}`;
    return { value: { id: -id, level: 'high' }, problem };
  }
  if (id % 100 <= 90) return undefined;
  return { value: { id, level: id % 100 }, problem: 'level: Too big: expected number to be <=90' };
}

/** Results of `jobs/running.ts`. */
export function runningAnswer(records: number): readonly unknown[] {
  return groupBy(range(records).map(purchase), ({ user }) => user).map((mine) => {
    const amounts = mine
      .map(({ amount }) => amount)
      .toSorted((left, right) => left - right);
    const total = amounts.reduce((sum, amount) => sum + amount, 0);
    return {
      user: mine[0]?.user,
      largest: amounts.at(-1),
      mean: total / mine.length,
      count: mine.length,
      shops: [...new Set(mine.map(({ shop }) => shop))].toSorted((left, right) => left - right),
      total,
      amounts,
    };
  });
}

/** The bills of `jobs/keyed.ts`. */
export function billAnswer(records: number): readonly unknown[] {
  const byUser = groupBy(range(records).map(purchase), ({ user }) => user);
  return byUser.flatMap((mine) =>
    groupBy(mine, ({ atMs }) => String(Math.floor(atMs / BILLING_MS))).map((period, index) => ({
      branch: 'bill',
      user: period[0]?.user,
      number: index + 1,
      endMs: (Math.floor((period[0]?.atMs ?? 0) / BILLING_MS) + 1) * BILLING_MS,
      isInTime: true,
      total: period.reduce((total, { amount }) => total + amount, 0),
      amounts: period.map(({ amount }) => amount).toSorted((left, right) => left - right),
    })),
  );
}

/** Counts by user and shop of `jobs/keyed.ts`, as each record makes them. */
export function perShopAnswer(records: number): readonly unknown[] {
  const groups = groupBy(range(records).map(purchase), ({ user, shop }) => `${user} ${shop}`);
  return groups.flatMap((group) =>
    group.map(({ user, shop }, index) => ({
      branch: 'perShop',
      key: [user, shop],
      count: index + 1,
      isOwn: true,
    })),
  );
}

/** The largest amount of each group of `jobs/keyed.ts`. */
export function largestAnswer(records: number): ReadonlyMap<number, number> {
  const largest = new Map<number, number>();
  for (const { amount } of range(records).map(purchase)) {
    largest.set(amount % 3, Math.max(largest.get(amount % 3) ?? 0, amount));
  }
  return largest;
}

/** Results of `jobs/windows.ts`; with an infinite bound nothing is late, as in batch mode. */
export function windowAnswer(records: number, boundMs = BOUND_MS): readonly unknown[] {
  const readings = range(records).map(reading);
  const onTime = splitLate(readings, 0, boundMs);
  const onTimeShifted = splitLate(readings, OFFSET_MS, boundMs);
  const windowed = (items: readonly Reading[], keyOf: (item: Reading) => string, offsetMs = 0) =>
    groupBy(items, (item) => `${startOf(item, offsetMs)} ${keyOf(item)}`);
  const branches: Record<string, readonly unknown[]> = {
    declared: windowed(onTime.kept, ({ sensor }) => sensor).map((group) => {
      const levels = group.map(({ level }) => level);
      const total = levels.reduce((left, right) => left + right, 0);
      return {
        sensor: group[0]?.sensor,
        ...bounds(group[0], 0),
        readings: group.length,
        total,
        least: Math.min(...levels),
        most: Math.max(...levels),
        mean: total / group.length,
      };
    }),
    late: onTime.late,
    shifted: windowed(
      onTimeShifted.kept,
      ({ sensor, room }) => `${sensor} ${room}`,
      OFFSET_MS,
    ).map((group) => ({
      sensor: group[0]?.sensor,
      room: group[0]?.room,
      ...bounds(group[0], OFFSET_MS),
      readings: group.length,
    })),
    own: windowed(onTime.kept, ({ room }) => String(room)).map((group) => ({
      room: group[0]?.room,
      startMs: startOf(group[0] as Reading, 0),
      endMs: startOf(group[0] as Reading, 0) + WINDOW_MS,
      sensors: [...new Set(group.map(({ sensor }) => sensor))].toSorted(),
    })),
    latest: windowed(onTime.kept, ({ room }) => String(room)).map((group) => ({
      room: group[0]?.room,
      endMs: startOf(group[0] as Reading, 0) + WINDOW_MS,
      level: Math.max(...group.map(({ level }) => level)),
    })),
    again: groupBy(readings, ({ room }) => String(room)).map((group) => ({
      room: group[0]?.room,
      windowStartMs: 0,
      windowEndMs: WINDOW_MS,
      readings: group.length,
    })),
  };
  return Object.entries(branches).flatMap(([branch, values]) =>
    values.map((value) => ({ branch, value })),
  );
}

function startOf({ atMs }: Reading, offsetMs: number): number {
  return Math.floor((atMs - offsetMs) / WINDOW_MS) * WINDOW_MS + offsetMs;
}

function bounds(item: Reading | undefined, offsetMs: number) {
  const windowStartMs = startOf(item as Reading, offsetMs);
  return { windowStartMs, windowEndMs: windowStartMs + WINDOW_MS };
}

/** A reading is late if its window has ended before the largest time seen so far, less the bound. */
function splitLate(readings: readonly Reading[], offsetMs: number, boundMs: number) {
  const kept: Reading[] = [];
  const late: Reading[] = [];
  let seenMs = -Infinity;
  for (const item of readings) {
    const endMs = startOf(item, offsetMs) + WINDOW_MS;
    (endMs <= seenMs - boundMs ? late : kept).push(item);
    seenMs = Math.max(seenMs, item.atMs);
  }
  return { kept, late };
}
