// Windows that overlap give the same answer at any parallelism, on one worker and on several. The answer is made of the
// list of all readings: it knows nothing of slices, nor of the engine.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EmbeddedCluster } from '../../runtime/cli/embedded-cluster.ts';
import { resultsOf, runJob, sorted } from '../cluster/harness.ts';
import { startCluster } from '../support/embedded.ts';
import { CUMULATED_MS, EVEN_MS, HIGH_LEVEL, ODD_MS, SLIDE_MS } from './jobs/overlapping.ts';
import { BOUND_MS, OFFSET_MS, type Reading, reading } from './jobs/windows.ts';

const RECORDS = 2_000;

interface Bounds {
  readonly windowStartMs: number;
  readonly windowEndMs: number;
}

type Group = Bounds & { readonly items: readonly Reading[] };

const SLIDES = Array.from({ length: 100 }, (_, index) => (index - 20) * SLIDE_MS);

const slidingBy = (sizeMs: number, offsetMs = 0): readonly Bounds[] =>
  SLIDES.map((startMs) => ({
    windowStartMs: startMs + offsetMs,
    windowEndMs: startMs + offsetMs + sizeMs,
  }));

const CUMULATED = SLIDES.map((startMs) => ({
  windowStartMs: Math.floor(startMs / CUMULATED_MS) * CUMULATED_MS,
  windowEndMs: startMs + SLIDE_MS,
}));

/** The readings of every key and window, each in the windows that the largest time before it, less the bound, leaves open. */
function groupsOf(
  windows: readonly Bounds[],
  keyOf: (item: Reading) => string | number,
  boundMs: number,
) {
  const groups = new Map<string, { bounds: Bounds; items: Reading[] }>();
  const late: Reading[] = [];
  let seenMs = -Infinity;
  for (let index = 0; index < RECORDS; index++) {
    const item = reading(index);
    const openWindows = windows.filter(
      ({ windowStartMs, windowEndMs }) =>
        windowStartMs <= item.atMs && item.atMs < windowEndMs && windowEndMs > seenMs - boundMs,
    );
    if (openWindows.length === 0) late.push(item);
    for (const bounds of openWindows) {
      const name = `${bounds.windowStartMs} ${bounds.windowEndMs} ${keyOf(item)}`;
      const group = groups.get(name) ?? { bounds, items: [] };
      group.items.push(item);
      groups.set(name, group);
    }
    seenMs = Math.max(seenMs, item.atMs);
  }
  const list = [...groups.values()].map(({ bounds, items }): Group => ({ ...bounds, items }));
  return { list, late };
}

const isHigh = ({ level }: Reading): boolean => level >= HIGH_LEVEL;
const sensorsOf = (items: readonly Reading[]): number =>
  new Set(items.map(({ sensor }) => sensor)).size;

/** With an infinite bound nothing is late, as in batch mode. */
function answer(boundMs = BOUND_MS): readonly unknown[] {
  const bySensor = ({ sensor }: Reading): string => sensor;
  const byRoom = ({ room }: Reading): number => room;
  const even = groupsOf(slidingBy(EVEN_MS), bySensor, boundMs);
  const odd = groupsOf(slidingBy(ODD_MS, OFFSET_MS), bySensor, boundMs);
  const cumulated = groupsOf(CUMULATED, byRoom, boundMs);
  const rooms = groupsOf(slidingBy(EVEN_MS), byRoom, boundMs).list.map(({ windowEndMs, items }) => ({
    room: items[0]?.room,
    endMs: windowEndMs,
    levels: items.map(({ level }) => level).toSorted((left, right) => left - right),
  }));
  const branches: Readonly<Record<string, readonly unknown[]>> = {
    even: even.list.map(({ items, ...bounds }) => {
      const levels = items.map(({ level }) => level);
      const total = levels.reduce((left, right) => left + right, 0);
      return {
        sensor: items[0]?.sensor,
        ...bounds,
        readings: items.length,
        total,
        most: Math.max(...levels),
        mean: total / items.length,
      };
    }),
    'even late': even.late,
    odd: odd.list.map(({ items, ...bounds }) => ({
      sensor: items[0]?.sensor,
      ...bounds,
      readings: items.length,
      high: items.filter(isHigh).length,
    })),
    'odd late': odd.late,
    cumulated: cumulated.list.map(({ items, ...bounds }) => ({
      room: items[0]?.room,
      ...bounds,
      readings: items.length,
      sensors: sensorsOf(items),
      highSensors: sensorsOf(items.filter(isHigh)),
    })),
    'cumulated late': cumulated.late,
    highest: rooms.map(({ room, endMs, levels }) => ({ room, endMs, level: levels.at(-1) })),
    unmerged: rooms.map(({ room, endMs, levels }) => ({
      room,
      endMs,
      median: levels[levels.length >> 1],
    })),
  };
  return Object.entries(branches).flatMap(([branch, values]) =>
    values.map((value) => ({ branch, value })),
  );
}

describe.each([
  { workers: 1, slots: 4, parallelisms: [1, 2, 4] },
  { workers: 2, slots: 2, parallelisms: [3] },
])('$workers workers x $slots slots', ({ workers, slots, parallelisms }) => {
  let cluster: EmbeddedCluster;

  beforeAll(async () => {
    cluster = await startCluster({
      workers,
      slots,
      environment: { TASK_MANAGER_HEAP_MEMORY_MB: '320', MILLRACE_BUFFER_SIZE: '8KiB' },
    });
  });
  afterAll(() => cluster.stop());

  it.each(parallelisms)('at parallelism %i', async (parallelism) => {
    const parameters = { records: RECORDS };
    const results = resultsOf(await runJob(cluster, 'overlapping', { parallelism, parameters }));
    const late = results.filter((result) => (result as { branch: string }).branch.endsWith('late'));
    expect(late.length).toBeGreaterThan(5);
    expect(sorted(results)).toStrictEqual(sorted(answer()));
  });

  it('in batch mode, where nothing is late', async () => {
    const run = { mode: 'batch', parallelism: 2, parameters: { records: RECORDS } } as const;
    const results = resultsOf(await runJob(cluster, 'overlapping', run));
    expect(sorted(results)).toStrictEqual(sorted(answer(Infinity)));
  });
});
