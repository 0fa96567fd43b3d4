// Windows as a job describes them. Every maker takes `time`: windows are made of event time unless it is 'processing', the
// clock of the machine that sees the record.

import { EngineError } from '../core/errors.ts';
import type { NoBounds, WindowBounds } from './window-functions.ts';
import type { TimeKind, WindowAssigner, WindowsSpec } from '../operators/general-window-spec.ts';
import type {
  AlignedWindows,
  CumulativeWindows,
  SlidingWindows,
  TumblingWindows,
} from '../operators/spec.ts';

declare const of: unique symbol;

/** Windows for records of type T; `Bounds` is what results say of them. */
export type Windows<T, Bounds = WindowBounds> = WindowsSpec & {
  readonly [of]?: (value: T) => Bounds;
};

/** Windows of the clock instead of event time. */
interface OfProcessingTime {
  readonly time: 'processing';
}

/** Windows of `sizeMs` aligned to the epoch, moved by `offsetMs`. For days of a time zone see `tumblingDays`. */
export function tumbling(options: TumblingOptions & OfProcessingTime): WindowsSpec;
export function tumbling(options: TumblingOptions): TumblingWindows;
export function tumbling(options: TumblingOptions & { time?: TimeKind }): WindowsSpec {
  const { sizeMs, offsetMs = 0, time } = options;
  checkMs('tumbling', { sizeMs }, offsetMs, sizeMs);
  return ofTime(time, { kind: 'tumbling', sizeMs, offsetMs });
}

interface TumblingOptions {
  readonly sizeMs: number;
  readonly offsetMs?: number;
  readonly time?: TimeKind;
}

/** Windows of `sizeMs`, one beginning every `slideMs`: a record is in `sizeMs / slideMs` of them. */
export function sliding(options: SlidingOptions & OfProcessingTime): WindowsSpec;
export function sliding(options: SlidingOptions): SlidingWindows;
export function sliding(options: SlidingOptions): WindowsSpec {
  const { sizeMs, slideMs, offsetMs = 0, time } = options;
  checkMs('sliding', { sizeMs, slideMs }, offsetMs, slideMs);
  return ofTime(time, { kind: 'sliding', sizeMs, slideMs, offsetMs });
}

interface SlidingOptions extends TumblingOptions {
  readonly slideMs: number;
}

/** Windows `[start, start + stepMs)`, `[start, start + 2 * stepMs)`, … up to `sizeMs`: running totals that begin anew. */
export function cumulative(options: CumulativeOptions & OfProcessingTime): WindowsSpec;
export function cumulative(options: CumulativeOptions): CumulativeWindows;
export function cumulative(options: CumulativeOptions): WindowsSpec {
  const { sizeMs, stepMs, offsetMs = 0, time } = options;
  checkMs('cumulative', { sizeMs, stepMs }, offsetMs, sizeMs);
  if (sizeMs % stepMs !== 0) {
    throw new EngineError(
      'JOB_INVALID',
      `A cumulative window of ${sizeMs} ms in steps of ${stepMs} ms: the size must be a multiple of the step.`,
    );
  }
  return ofTime(time, { kind: 'cumulative', sizeMs, stepMs, offsetMs });
}

interface CumulativeOptions extends TumblingOptions {
  readonly stepMs: number;
}

/**
 * A window for each burst of records: it ends when none has come for `gapMs`, which may be a function of the record. Records
 * exactly `gapMs` apart are in one session.
 */
export function session<T>(options: {
  gapMs: number | ((value: T) => number);
  time?: TimeKind;
}): Windows<T> {
  const { gapMs, time = 'event' } = options;
  if (typeof gapMs === 'function') {
    return { kind: 'session', time, gapMs: gapMs as (value: unknown) => number };
  }
  checkMs('session', { gapMs }, 0, 1);
  return { kind: 'session', time, gapMs };
}

/** Days of a time zone (`Europe/Lisbon`): 23 or 25 hours long where clocks change. */
export function tumblingDays(options: { timeZone: string; time?: TimeKind }): WindowsSpec {
  const { timeZone, time = 'event' } = options;
  try {
    new Intl.DateTimeFormat('en', { timeZone });
  } catch (error) {
    throw new EngineError(
      'JOB_INVALID',
      `"${timeZone}" is no time zone: use a name of the IANA database, such as "Europe/Lisbon" or "UTC".`,
      { cause: error },
    );
  }
  return { kind: 'days', time, timeZone };
}

/** One window a key, which never ends. It fires by its `trigger` only: without one it never does. */
export function globalWindow(): Windows<unknown, NoBounds> {
  return { kind: 'global' };
}

/** Your own windows. */
export function customWindows<T>(assigner: WindowAssigner<T>): Windows<T> {
  return { kind: 'custom', assigner: assigner };
}

function ofTime(time: TimeKind | undefined, windows: AlignedWindows): WindowsSpec {
  return time === 'processing' ? { kind: 'processing-time', windows } : windows;
}

function checkMs(
  what: string,
  lengths: Readonly<Record<string, number>>,
  offsetMs: number,
  periodMs: number,
): void {
  const isWhole = (value: number): boolean => Number.isSafeInteger(value);
  const areLengths = Object.values(lengths).every((value) => isWhole(value) && value > 0);
  if (areLengths && isWhole(offsetMs) && Math.abs(offsetMs) < periodMs) return;
  const given = Object.entries({ ...lengths, offsetMs })
    .map(([name, value]) => `${name} ${value}`)
    .join(', ');
  throw new EngineError(
    'JOB_INVALID',
    `A ${what} window with ${given}: all must be whole numbers of milliseconds, the lengths positive and the ` +
      `offset smaller than ${periodMs}.`,
  );
}
