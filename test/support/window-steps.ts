// Tables of steps for windows, in the style of Flink's WindowOperatorTest: what goes in, and what comes out at once.
//
//   a1@12        record 1 of key a, with event time 12; `a1` has no event time, `a1@12#5` has the number 5 besides
//   wm 19        the watermark reaches 19; `end` is the end of event time
//   clock 30     the clock is moved to 30
//   held         what the operator holds
//
// After `|` stand the results: `a[0,10):1+2` is the window [0, 10) of key a with records 1 and 2, `a*:1` is one without
// bounds, `[0,10):1` one over all records, `late:3` record 3 in the late output, and `held` answers `windows=1 timers=2`.

import type { KeyedStream, WindowedStream } from '../../runtime/api/stream.ts';
import { Environment } from '../../runtime/api/environment.ts';
import type { WindowOptions } from '../../runtime/api/window-functions.ts';
import type { Windows } from '../../runtime/api/windows.ts';
import { fromCollection } from '../../runtime/connectors/collection/spec.ts';
import { NO_TIMESTAMP } from '../../runtime/connectors/connector.ts';
import type { Key } from '../../runtime/core/key-group.ts';
import {
  createGeneralWindow,
  GeneralWindowOperator,
  type HeldWindows,
} from '../../runtime/operators/general-window.ts';
import type { OperatorContext, Operator } from '../../runtime/operators/operator.ts';
import { LATE_OUTPUT, type OperatorSpec, type TimeWindow } from '../../runtime/operators/spec.ts';
import { createWindow } from '../../runtime/operators/window.ts';
import { MAX_WATERMARK } from '../../runtime/time/watermark.ts';
import { type Emitted, type HarnessOptions, OperatorHarness } from './operator-harness.ts';

/** What the steps are about. */
export interface StepRecord {
  readonly key: string;
  readonly id: number;
  /** What comes after `#`, else 0. */
  readonly n: number;
}

type Keyed = KeyedStream<StepRecord, string, unknown>;
type Windowed = WindowedStream<StepRecord, Key, unknown, unknown>;

/** One table. */
export interface WindowTable {
  readonly name: string;
  readonly windows:
    | Windows<StepRecord, unknown>
    | ((keyed: Keyed) => WindowedStream<StepRecord, string, unknown, unknown>);
  readonly options?: WindowOptions<StepRecord>;
  readonly steps: string;
  /** What the operator still holds after the last step; nothing when absent. */
  readonly left?: string;
  /** The ways to evaluate for which the table holds; all when absent. */
  readonly ways?: readonly Way[];
}

/** Three ways to the same result: the ids of the records, joined. */
export const WAYS = ['process', 'accumulate', 'reduce'] as const;
export type Way = (typeof WAYS)[number];

/** A step and what came of it. */
export interface StepResult {
  readonly step: string;
  readonly results: string;
}

interface Fired {
  readonly key: Key;
  readonly window: TimeWindow;
  readonly ids: readonly number[];
}

/** The steps as the table expects them, and as they went; `left` is what is held at the end. */
export function runTable(
  table: WindowTable,
  way: Way,
): { expected: readonly StepResult[]; actual: readonly StepResult[]; left: string | undefined } {
  const harness = openWindows(table, way);
  const expected = table.steps
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map((line): StepResult => {
      const [step = '', results = ''] = line.split('|');
      return { step: step.trim(), results: results.trim().replaceAll(/\s+/g, ' ') };
    });
  const actual = expected.map(({ step }) => ({ step, results: take(harness, step) }));
  return { expected, actual, left: showHeld(heldBy(harness.operator)) };
}

function openWindows(table: WindowTable, way: Way): OperatorHarness {
  const keyed = new Environment().from(fromCollection<StepRecord>([])).keyBy('key');
  const windowed =
    typeof table.windows === 'function'
      ? table.windows(keyed)
      : keyed.window(table.windows, table.options);
  const spec = evaluate(windowed as Windowed, way);
  return new OperatorHarness((context) => createOperator(spec, context), {
    listensTo: [LATE_OUTPUT],
  });
}

/** The operator of either kind of windows. */
export function createOperator(spec: OperatorSpec, context: OperatorContext): Operator {
  if (spec.kind === 'window') return createWindow(spec, context);
  if (spec.kind === 'general-window') return createGeneralWindow(spec, context);
  throw new Error(`no window operator: ${spec.kind}`);
}

function evaluate(windowed: Windowed, way: Way): OperatorSpec {
  const toFired = (ids: readonly number[], key: Key, window: TimeWindow): Fired => ({
    key,
    window,
    ids,
  });
  switch (way) {
    case 'process':
      return windowed.process((records, key, window) =>
        toFired(
          records.map(({ id }) => id),
          key,
          window,
        ),
      ).node.spec;
    case 'accumulate':
      return windowed.accumulate(
        {
          create: () => [] as readonly number[],
          add: (ids, { id }) => [...ids, id],
          merge: (left, right) => [...left, ...right],
          result: (ids) => ids,
        },
        toFired,
      ).node.spec;
    case 'reduce':
      return windowed.reduce(
        (left, right) => ({ ...left, ids: [...idsOf(left), ...idsOf(right)] }),
        (value, key, window) => toFired(idsOf(value), key, window),
      ).node.spec;
  }
}

function idsOf(record: StepRecord): readonly number[] {
  return (record as StepRecord & { readonly ids?: readonly number[] }).ids ?? [record.id];
}

function take(harness: OperatorHarness, step: string): string {
  const [verb = '', argument = ''] = step.split(' ');
  if (verb === 'held') return showHeld(heldBy(harness.operator)) ?? '';
  if (verb === 'end') harness.advance(MAX_WATERMARK);
  else if (verb === 'wm') harness.advance(Number(argument));
  else if (verb === 'clock') harness.moveClock(Number(argument) - harness.clock.nowMs());
  else harness.process(...parseRecord(step));
  const late = harness.side.get(LATE_OUTPUT) ?? [];
  const shown = [
    ...harness.emitted.splice(0).map(showFired),
    ...late.splice(0).map(({ value }) => `late:${(value as StepRecord).id}`),
  ];
  return shown.join(' ');
}

function parseRecord(step: string): [StepRecord, number] {
  const match = /^(\w)(\d+)(?:@(-?\d+))?(?:#(-?\d+))?$/.exec(step);
  if (match === null) throw new Error(`no step: ${step}`);
  const [, key = '', id, timestamp, n] = match;
  return [
    { key, id: Number(id), n: Number(n ?? 0) },
    timestamp === undefined ? NO_TIMESTAMP : Number(timestamp),
  ];
}

function showFired({ value, timestampMs }: Emitted): string {
  const { key, window, ids } = value as Fired;
  const { startMs, endMs } = window;
  const time = timestampMs === endMs - 1 ? '' : `@${timestampMs}`;
  const bounds = endMs > MAX_WATERMARK ? '*' : `[${startMs},${endMs})`;
  return `${String(key)}${bounds}:${ids.join('+')}${time}`;
}

/** Undefined for the plain operator, which does not tell. */
export function heldBy(operator: Operator): HeldWindows | undefined {
  return operator instanceof GeneralWindowOperator ? operator.held : undefined;
}

function showHeld(held: HeldWindows | undefined): string | undefined {
  return held === undefined ? undefined : `windows=${held.windows} timers=${held.timers}`;
}

/** The operator behind a stream of window results. */
export function openWindow(
  { node: { spec } }: { readonly node: { readonly spec: OperatorSpec } },
  options: HarnessOptions = {},
): OperatorHarness {
  return new OperatorHarness((context) => createOperator(spec, context), options);
}
