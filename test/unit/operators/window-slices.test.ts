// operators/window-slices.ts, window-totals.ts, window-tables.ts: windows of every kind against literal rules over the list
// of all records.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { Key } from '../../../runtime/core/key-group.ts';
import { cumulative, sliding, tumbling } from '../../../runtime/api/windows.ts';
import type {
  AlignedWindows,
  TimeWindow,
  WindowEvaluation,
} from '../../../runtime/operators/spec.ts';
import { createWindow } from '../../../runtime/operators/window.ts';
import { MAX_WATERMARK, NO_WATERMARK } from '../../../runtime/time/watermark.ts';
import { type HarnessOptions, OperatorHarness } from '../../support/operator-harness.ts';

interface Reading {
  readonly sensor: string | number;
  readonly level: number;
}

interface Result {
  readonly windowEndMs: number;
}

type Step =
  | { readonly kind: 'record'; readonly reading: Reading; readonly timestampMs: number }
  | { readonly kind: 'watermark'; readonly byMs: number };

const COLUMNS: WindowEvaluation = {
  kind: 'columns',
  columns: (['count', 'sum', 'min', 'max', 'average'] as const).map((name) => ({
    name,
    function: name,
    field: name === 'count' ? undefined : 'level',
  })),
};

/** Lists that are changed in place, so that any accumulator that is used twice shows. */
const LISTS: WindowEvaluation = {
  kind: 'general',
  create: () => [],
  add: (list, value) => {
    (list as number[]).push((value as Reading).level);
    return list;
  },
  merge: (left, right) => {
    (left as number[]).push(...(right as number[]));
    return left;
  },
  result: (list, sensor, { startMs, endMs }) => ({
    sensor,
    windowStartMs: startMs,
    windowEndMs: endMs,
    levels: (list as number[]).toSorted((left, right) => left - right),
  }),
};
const UNMERGED_LISTS: WindowEvaluation = { ...LISTS, merge: undefined };

function open(
  windows: AlignedWindows,
  evaluation: WindowEvaluation,
  options: HarnessOptions = { listensTo: ['late'] },
): OperatorHarness {
  const selector = { keyOf: (value: unknown) => (value as Reading).sensor, fields: ['sensor'] };
  return new OperatorHarness(
    (context) => createWindow({ kind: 'window', selector, windows, evaluation }, context),
    options,
  );
}

/** Every window of the definition that contains the timestamp, found by looking at all that might. */
function containing(timestampMs: number, windows: AlignedWindows): TimeWindow[] {
  const found: TimeWindow[] = [];
  const { sizeMs, offsetMs } = windows;
  const everyMs = windows.kind === 'sliding' ? windows.slideMs : sizeMs;
  const stepMs = windows.kind === 'cumulative' ? windows.stepMs : sizeMs;
  const around = Math.round(timestampMs / everyMs);
  const reach = Math.ceil(sizeMs / everyMs) + 2;
  for (let number = around - reach; number <= around + reach; number++) {
    const startMs = number * everyMs + offsetMs;
    for (let lengthMs = stepMs; lengthMs <= sizeMs; lengthMs += stepMs) {
      const endMs = startMs + lengthMs;
      if (startMs <= timestampMs && timestampMs < endMs) found.push({ startMs, endMs });
    }
  }
  return found;
}

interface Answer {
  readonly results: readonly unknown[];
  readonly late: readonly Reading[];
}

/** What the steps give, by the rules: a list of readings for each window and key, made results when the watermark comes. */
function answerOf(
  steps: readonly Step[],
  windows: AlignedWindows,
  resultOf: (key: object, levels: readonly number[]) => unknown,
): Answer {
  let watermarkMs = NO_WATERMARK;
  const kept: { reading: Reading; window: TimeWindow }[] = [];
  const late: Reading[] = [];
  const results: unknown[] = [];
  const close = (fromMs: number, toMs: number): void => {
    const due = kept.filter(({ window }) => window.endMs - 1 > fromMs && window.endMs - 1 <= toMs);
    const groups = new Map<string, { key: object; levels: number[] }>();
    for (const { reading, window } of due) {
      const { startMs: windowStartMs, endMs: windowEndMs } = window;
      const key = { sensor: reading.sensor, windowStartMs, windowEndMs };
      const group = groups.get(JSON.stringify(key)) ?? { key, levels: [] };
      group.levels.push(reading.level);
      groups.set(JSON.stringify(key), group);
    }
    for (const { key, levels } of groups.values()) results.push(resultOf(key, levels));
  };
  for (const step of [...steps, { kind: 'watermark', byMs: Infinity } as const]) {
    if (step.kind === 'record') {
      const all = containing(step.timestampMs, windows);
      const inTime = all.filter(({ endMs }) => endMs - 1 > watermarkMs);
      for (const window of inTime) kept.push({ reading: step.reading, window });
      if (inTime.length === 0 && step.timestampMs <= watermarkMs) late.push(step.reading);
    } else {
      const nextMs = nextWatermark(watermarkMs, step.byMs);
      close(watermarkMs, nextMs);
      watermarkMs = nextMs;
    }
  }
  return { results, late };
}

function nextWatermark(watermarkMs: number, byMs: number): number {
  if (byMs === Infinity) return MAX_WATERMARK;
  return (watermarkMs === NO_WATERMARK ? -50 : watermarkMs) + byMs;
}

/** Runs the steps, with room for so many results at each attempt, then for all. */
function run(window: OperatorHarness, steps: readonly Step[], rooms: readonly number[]): void {
  const left = [...rooms];
  const advance = (watermarkMs: number): void => {
    do window.room = left.shift() ?? Infinity;
    while (!window.advance(watermarkMs));
  };
  for (const step of steps) {
    if (step.kind === 'record') window.process(step.reading, step.timestampMs);
    else advance(nextWatermark(window.watermarkMs, step.byMs));
  }
  advance(MAX_WATERMARK);
}

const inOrder = (results: readonly unknown[]): string[] =>
  results.map((result) => JSON.stringify(result)).toSorted();

const reading = fc.record({
  sensor: fc.constantFrom<string | number>('a', 'b', 'c', 1, 2),
  level: fc.integer({ min: -1000, max: 1000 }),
});
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        kind: fc.constant('record' as const),
        reading,
        timestampMs: fc.integer({ min: -60, max: 120 }),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant('watermark' as const),
        byMs: fc.integer({ min: 0, max: 40 }),
      }),
    },
  ),
  { maxLength: 80 },
);
const kinds: fc.Arbitrary<AlignedWindows> = fc
  .record({
    kind: fc.constantFrom('tumbling', 'sliding', 'cumulative'),
    stepMs: fc.integer({ min: 1, max: 9 }),
    steps: fc.integer({ min: 1, max: 8 }),
    moreMs: fc.integer({ min: -8, max: 8 }),
    offset: fc.nat(),
  })
  .map(({ kind, stepMs, steps: count, moreMs, offset }) => {
    const sizeMs = stepMs * count;
    if (kind === 'tumbling') return tumbling({ sizeMs, offsetMs: offset % sizeMs });
    if (kind === 'cumulative') return cumulative({ sizeMs, stepMs, offsetMs: offset % sizeMs });
    return sliding({
      sizeMs: Math.max(1, sizeMs + moreMs),
      slideMs: stepMs,
      offsetMs: offset % stepMs,
    });
  });

describe('windows of every kind', () => {
  const listed = (key: object, levels: readonly number[]): unknown => ({
    ...key,
    levels: levels.toSorted((left, right) => left - right),
  });
  const aggregated = (key: object, levels: readonly number[]): unknown => {
    const total = levels.reduce((left, right) => left + right, 0);
    return {
      ...key,
      count: levels.length,
      sum: total,
      min: Math.min(...levels),
      max: Math.max(...levels),
      average: total / levels.length,
    };
  };
  it.each([
    ['columns', COLUMNS, aggregated],
    ['accumulators that can be merged', LISTS, listed],
    ['accumulators that cannot', UNMERGED_LISTS, listed],
  ] as const)('are what the rules say: %s', (_, evaluation, resultOf) => {
    fc.assert(
      fc.property(
        kinds,
        steps,
        fc.array(fc.integer({ min: 0, max: 3 })),
        (windows, list, rooms) => {
          const window = open(windows, evaluation);
          run(window, list, rooms);
          const { results, late } = answerOf(list, windows, resultOf);
          expect(inOrder(window.values)).toStrictEqual(inOrder(results));
          expect(window.side.get('late')?.map(({ value }) => value)).toStrictEqual(late);
          const endsMs = window.values.map((value) => (value as Result).windowEndMs);
          expect(window.emitted.map(({ timestampMs }) => timestampMs + 1)).toStrictEqual(endsMs);
          expect(endsMs).toStrictEqual(endsMs.toSorted((left, right) => left - right));
          expect(window.stateMemory.usedBytes).toBe(0);
        },
      ),
      { seed: 20_260_101, numRuns: 1500 },
    );
  });
});

const COUNTED = {
  kind: 'general' as const,
  create: () => 0,
  add: (records: unknown) => (records as number) + 1,
  merge: (left: unknown, right: unknown) => (left as number) + (right as number),
  result: (records: unknown, key: Key, { startMs, endMs }: TimeWindow) =>
    `${startMs}-${endMs} ${String(key)} ${String(records)}`,
} satisfies WindowEvaluation;

type Table = readonly (readonly [at: number | 'watermark', sensorOrMs: string | number])[];

/** Records `[timestamp, sensor]` and `['watermark', ms]`; what each watermark makes fire, in order. */
function fired(windows: AlignedWindows, table: Table): unknown[][] {
  const window = open(windows, COUNTED);
  const results: unknown[][] = [];
  for (const [at, what] of table) {
    if (at !== 'watermark') {
      window.process({ sensor: what, level: 0 }, at);
      continue;
    }
    const before = window.values.length;
    window.advance(what as number);
    results.push(window.values.slice(before));
  }
  return results;
}

describe('sliding windows', () => {
  it('fire at each slide as long as they hold a record of the key', () => {
    expect(
      fired(sliding({ sizeMs: 20, slideMs: 10 }), [
        [5, 'a'],
        [15, 'b'],
        ['watermark', 8],
        ['watermark', 9],
        ['watermark', 19],
        ['watermark', 100],
      ]),
    ).toStrictEqual([[], ['-10-10 a 1'], ['0-20 a 1', '0-20 b 1'], ['10-30 b 1']]);
  });

  it('have a remainder that is in fewer windows', () => {
    expect(
      fired(sliding({ sizeMs: 25, slideMs: 10 }), [
        [3, 'a'],
        [7, 'a'],
        ['watermark', MAX_WATERMARK],
      ]),
    ).toStrictEqual([['-20-5 a 1', '-10-15 a 2', '0-25 a 2']]);
  });

  it('count a record only in those that are open, as with one that was there before (I1)', () => {
    expect(
      fired(sliding({ sizeMs: 30, slideMs: 10 }), [
        [5, 'a'],
        [15, 'a'],
        [16, 'b'],
        ['watermark', 12],
        [6, 'b'], // -20-10 has fired
        ['watermark', 22],
        [7, 'a'], // -10-20 has fired too
        [14, 'c'],
        ['watermark', MAX_WATERMARK],
      ]),
    ).toStrictEqual([
      ['-20-10 a 1'],
      ['-10-20 a 2', '-10-20 b 2'],
      ['0-30 a 3', '0-30 b 2', '0-30 c 1', '10-40 a 1', '10-40 b 1', '10-40 c 1'],
    ]);
  });

  it('do not fire again for a record whose window has passed empty (I1)', () => {
    expect(
      fired(sliding({ sizeMs: 20, slideMs: 10 }), [
        [100, 'a'],
        ['watermark', 29],
        [25, 'b'],
        ['watermark', 39],
      ]),
    ).toStrictEqual([[], ['20-40 b 1']]);
  });
});

describe('cumulative windows', () => {
  it('fire at each step with all records since the start, also without new ones', () => {
    expect(
      fired(cumulative({ sizeMs: 30, stepMs: 10 }), [
        [12, 'a'],
        ['watermark', 9],
        ['watermark', 19],
        [21, 'a'],
        [22, 'b'],
        [31, 'b'],
        ['watermark', 29],
        ['watermark', 59],
      ]),
    ).toStrictEqual([
      [],
      ['0-20 a 1'],
      ['0-30 a 2', '0-30 b 1'],
      ['30-40 b 1', '30-50 b 1', '30-60 b 1'],
    ]);
  });
});

describe('what overlapping windows cost', () => {
  /** Merges a record and a result, over many slides with one record of each of ten keys in each. */
  function mergesPerResult(times: number): number {
    let merges = 0;
    const evaluation: WindowEvaluation = {
      ...COUNTED,
      merge: (left, right) => {
        merges++;
        return (left as number) + (right as number);
      },
    };
    const window = open(sliding({ sizeMs: times * 10, slideMs: 10 }), evaluation);
    for (let slide = 0; slide < 1000; slide++) {
      for (let sensor = 0; sensor < 10; sensor++) window.process({ sensor, level: 0 }, slide * 10);
      window.advance(slide * 10 + 5);
    }
    return merges / window.values.length;
  }

  it('does not grow with the size', () => {
    expect(mergesPerResult(5)).toBeLessThan(5);
    expect(mergesPerResult(100)).toBeLessThan(5);
  });

  it('is memory for the keys of the last windows, and none when there are none', () => {
    const window = open(sliding({ sizeMs: 50, slideMs: 10 }), COLUMNS, {
      stateBytes: 64 * 1024 ** 2,
    });
    const usedBytes: number[] = [];
    for (let slide = 0; slide < 400; slide++) {
      for (let number = 0; number < 50; number++) {
        window.process({ sensor: slide * 50 + number, level: 1 }, slide * 10);
      }
      window.advance(slide * 10 + 5);
      usedBytes.push(window.stateMemory.usedBytes);
    }
    expect(Math.max(...usedBytes)).toBeLessThan(2 * Math.max(...usedBytes.slice(0, 20)));
    window.advance(MAX_WATERMARK);
    expect(window.stateMemory.usedBytes).toBe(0);
  });
});

describe('sums of fractions', () => {
  const sumOnly: WindowEvaluation = {
    kind: 'columns',
    columns: [{ name: 'sum', function: 'sum', field: 'level' }],
  };
  const sumsOf = (
    levels: readonly number[],
    other: (slide: number) => boolean,
  ): readonly number[] => {
    const window = open(sliding({ sizeMs: 50, slideMs: 10 }), sumOnly);
    for (const [slide, level] of levels.entries()) {
      if (other(slide)) window.process({ sensor: 'other', level: 1e9 }, slide * 10);
      window.process({ sensor: 'a', level }, slide * 10);
      window.advance(slide * 10);
    }
    window.advance(MAX_WATERMARK);
    return (window.values as { sensor: string; sum: number }[])
      .filter(({ sensor }) => sensor === 'a')
      .map(({ sum }) => sum);
  };

  it('do not drift, and do not depend on other keys of the subtask', () => {
    const levels = [1e16, 0.1, 0.2, 0.3, 0.7, 1e-9, 0.1, 0.2, 0.3, 0.4, 0.5, 3, 1e-5, 0.9, 0.8];
    const alone = sumsOf(levels, () => false);
    // The fifth window after the large one holds nothing of it.
    expect(alone[5]).toBeCloseTo(0.2 + 0.3 + 0.7 + 1e-9 + 0.1, 12);
    expect(sumsOf(levels, (slide) => slide % 3 === 0)).toStrictEqual(alone);
  });

  it('are added up from the turn in both directions', () => {
    const levels = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7];
    const [, , , , , second] = sumsOf(levels, () => false);
    // Slices 1 to 4 lie before the turn at 50 ms, slice 5 after it.
    expect(second).toBe(0.2 + (0.3 + (0.4 + 0.5)) + 0.6);
  });
});

describe('columns of some records, and of different values', () => {
  const isHigh = { test: (value: unknown) => (value as Reading).level > 10, reads: ['level'] };
  const evaluation: WindowEvaluation = {
    kind: 'columns',
    columns: [
      { name: 'high', function: 'count', field: undefined, where: isHigh },
      { name: 'highTotal', function: 'sum', field: 'level', where: isHigh },
      { name: 'levels', function: 'count-distinct', field: 'level' },
      { name: 'highLevels', function: 'count-distinct', field: 'level', where: isHigh },
    ],
  };

  it.each([tumbling({ sizeMs: 10 }), sliding({ sizeMs: 30, slideMs: 10 })])(
    'in $kind windows',
    (windows) => {
      const window = open(windows, evaluation);
      for (const level of [1, 11, 11, 12, 1]) window.process({ sensor: 'a', level }, 5);
      window.process({ sensor: 'a', level: null }, 5);
      window.advance(MAX_WATERMARK);
      expect(window.values.at(-1)).toMatchObject({
        high: 3,
        highTotal: 34,
        levels: 3,
        highLevels: 2,
      });
    },
  );
});
