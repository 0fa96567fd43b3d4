// Puts records into windows, for every kind of `WindowsSpec`. Stateless but for the cached days of a time zone.
//   I1. Sessions that touch are one session (Flink: TimeWindow.intersects), so a gap of exactly `gapMs` does not end one.

import { NO_TIMESTAMP } from '../connectors/connector.ts';
import { EngineError } from '../core/errors.ts';
import { MAX_WATERMARK } from '../time/watermark.ts';
import { windowsOf } from './aligned-windows.ts';
import type { AssignerContext, TimeKind, WindowMerge, WindowsSpec } from './general-window-spec.ts';
import type { TimeWindow } from './window-spec.ts';
import { ZonedDays } from './zoned-days.ts';

/** The only window of a key: it ends with event time, so `endMs - 1` is the last watermark. */
const GLOBAL_WINDOW: TimeWindow = {
  startMs: Number.MIN_SAFE_INTEGER,
  endMs: MAX_WATERMARK + 1,
};

/** An assigner at work. */
export interface RunningAssigner {
  /** Processing time for global windows, in which nothing is late (Flink: GlobalWindows.isEventTime). */
  readonly time: TimeKind;
  readonly assign: (
    value: unknown,
    timestampMs: number,
    context: AssignerContext,
  ) => readonly TimeWindow[];
  readonly merge: ((windows: readonly TimeWindow[]) => Iterable<WindowMerge>) | undefined;
}

export function createAssigner(spec: WindowsSpec): RunningAssigner {
  switch (spec.kind) {
    case 'tumbling':
    case 'sliding':
    case 'cumulative':
      return byTime('event', (timeMs) => windowsOf(timeMs, spec));
    case 'processing-time':
      return byTime('processing', (timeMs) => windowsOf(timeMs, spec.windows));
    case 'days': {
      const days = new ZonedDays(spec.timeZone);
      return byTime(spec.time, (timeMs) => [days.dayOf(timeMs)]);
    }
    case 'session': {
      const { gapMs } = spec;
      const gapOf = typeof gapMs === 'number' ? () => gapMs : checkedGap(gapMs);
      const sessions = byTime(spec.time, (timeMs, value) => [
        { startMs: timeMs, endMs: timeMs + gapOf(value) },
      ]);
      return { ...sessions, merge: mergeTouching };
    }
    case 'global': {
      const windows = [GLOBAL_WINDOW];
      return { time: 'processing', assign: () => windows, merge: undefined };
    }
    case 'custom': {
      const { assigner } = spec;
      return {
        time: assigner.time,
        assign: (value, timestampMs, context) => assigner.assign(value, timestampMs, context),
        merge: assigner.merge?.bind(assigner),
      };
    }
  }
}

/** I1: windows that overlap or touch become the smallest window around them. `windows` are in order of their starts. */
function mergeTouching(windows: readonly TimeWindow[]): readonly WindowMerge[] {
  const merges: WindowMerge[] = [];
  let from: TimeWindow[] = [];
  let endMs = -Infinity;
  const close = (): void => {
    const startMs = from[0]?.startMs;
    if (startMs !== undefined && from.length > 1) merges.push({ into: { startMs, endMs }, from });
  };
  for (const window of windows) {
    if (window.startMs > endMs) {
      close();
      from = [];
      endMs = window.endMs;
    }
    from.push(window);
    if (window.endMs > endMs) endMs = window.endMs;
  }
  close();
  return merges;
}

function byTime(
  time: TimeKind,
  windowsAt: (timeMs: number, value: unknown) => readonly TimeWindow[],
): RunningAssigner {
  if (time === 'processing') {
    return {
      time,
      assign: (value, _timestampMs, { nowMs }) => windowsAt(nowMs, value),
      merge: undefined,
    };
  }
  return {
    time,
    assign: (value, timestampMs) => {
      if (timestampMs === NO_TIMESTAMP) throw noTimestamp();
      return windowsAt(timestampMs, value);
    },
    merge: undefined,
  };
}

function checkedGap(gapOf: (value: unknown) => number): (value: unknown) => number {
  return (value) => {
    const gapMs = gapOf(value);
    if (Number.isSafeInteger(gapMs) && gapMs > 0) return gapMs;
    throw new RangeError(
      `The gap of a session is ${gapMs}: it must be a positive whole number of milliseconds.`,
    );
  };
}

function noTimestamp(): EngineError {
  return new EngineError(
    'JOB_INVALID',
    'A window in event time got a record without a timestamp: give the source a watermark strategy with ' +
      '`timestamp: (record) => ...`, or use windows with `time: "processing"`.',
  );
}
