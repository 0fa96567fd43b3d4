// operators/window-slices.ts, window-totals.ts, window-tables.ts: windows of every kind against literal rules over the list
// of all records.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

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
