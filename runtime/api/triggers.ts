// The built-in triggers: when windows fire. A window's `trigger` replaces the default, which is `eventTimeTrigger()` or
// `processingTimeTrigger()` by the windows' time, and `neverTrigger()` for global windows. All but `deltaTrigger` can be used
// with merging windows. Each does what Flink's trigger of that name does.

import { EngineError } from '../core/errors.ts';
import type { Trigger, TriggerContext, TriggerResult } from '../operators/general-window-spec.ts';
import { MAX_WATERMARK } from '../time/watermark.ts';

/** The window's last millisecond. */
function lastMs({ window }: Pick<TriggerContext<unknown>, 'window'>): number {
  return window.endMs - 1;
}

/** Fires when the watermark reaches the window's last millisecond, and again for each record that comes after that. */
export function eventTimeTrigger(): Trigger<unknown, never> {
  return {
    label: 'event time',
    onRecord(_value, _timestampMs, context) {
      if (lastMs(context) <= context.watermarkMs) return 'fire';
      context.registerEventTimer(lastMs(context));
      return 'continue';
    },
    onEventTime: (timeMs, context) => (timeMs === lastMs(context) ? 'fire' : 'continue'),
    onMerge(context) {
      if (lastMs(context) > context.watermarkMs) context.registerEventTimer(lastMs(context));
    },
    clear(context) {
      context.deleteEventTimer(lastMs(context));
    },
  };
}

/** Fires when the clock passes the window's last millisecond. */
export function processingTimeTrigger(): Trigger<unknown, never> {
  return {
    label: 'processing time',
    onRecord(_value, _timestampMs, context) {
      context.registerProcessingTimer(lastMs(context));
      return 'continue';
    },
    onProcessingTime: () => 'fire',
    onMerge(context) {
      if (lastMs(context) > context.nowMs) context.registerProcessingTimer(lastMs(context));
    },
    clear(context) {
      context.deleteProcessingTimer(lastMs(context));
    },
  };
}

/** Fires with every `count` records, and at no other time. */
export function countTrigger(count: number): Trigger<unknown, number> {
  checkCount('countTrigger', count);
  return {
    label: `count(${count})`,
    onRecord(_value, _timestampMs, context) {
      const records = (context.state ?? 0) + 1;
      context.state = records >= count ? undefined : records;
      return records >= count ? 'fire' : 'continue';
    },
    onMerge(context, counts) {
      if (counts.length > 0) context.state = counts.reduce((sum, records) => sum + records);
    },
  };
}

/** Fires when another trigger does, and drops what the window holds each time. */
export function purging<T, State>(trigger: Trigger<T, State>): Trigger<T, State> {
  const purge = (result: TriggerResult): TriggerResult =>
    result === 'fire' ? 'fire-and-purge' : result;
  return {
    label: `purging ${trigger.label}`,
    onRecord: (value, timestampMs, context) => purge(trigger.onRecord(value, timestampMs, context)),
    onEventTime: (timeMs, context) => purge(trigger.onEventTime?.(timeMs, context) ?? 'continue'),
    onProcessingTime: (timeMs, context) =>
      purge(trigger.onProcessingTime?.(timeMs, context) ?? 'continue'),
    ...(trigger.onMerge === undefined ? {} : { onMerge: trigger.onMerge.bind(trigger) }),
    ...(trigger.clear === undefined ? {} : { clear: trigger.clear.bind(trigger) }),
  };
}

/** Fires every `intervalMs` of event time from the first record on, and when the watermark reaches the window's end. */
export function continuousEventTimeTrigger(options: {
  intervalMs: number;
}): Trigger<unknown, number> {
  const { intervalMs } = options;
  checkInterval('continuousEventTimeTrigger', intervalMs);
  const fireNext = (afterMs: number, context: TriggerContext<number>): void => {
    // At the end of event time a window without end fires once more, and not for ever.
    const isEndless = lastMs(context) === MAX_WATERMARK && context.watermarkMs === MAX_WATERMARK;
    context.state = isEndless ? MAX_WATERMARK : Math.min(afterMs + intervalMs, lastMs(context));
    context.registerEventTimer(context.state);
  };
  return {
    label: `continuous event time(${intervalMs} ms)`,
    onRecord(_value, timestampMs, context) {
      if (lastMs(context) <= context.watermarkMs) return 'fire';
      context.registerEventTimer(lastMs(context));
      if (context.state === undefined) fireNext(timestampMs - (timestampMs % intervalMs), context);
      return 'continue';
    },
    onEventTime(timeMs, context) {
      if (timeMs === lastMs(context)) return 'fire';
      if (timeMs !== context.state) return 'continue';
      fireNext(timeMs, context);
      return 'fire';
    },
    onMerge(context, fireTimesMs) {
      if (fireTimesMs.length === 0) return;
      context.state = Math.min(...fireTimesMs);
      context.registerEventTimer(context.state);
    },
    clear(context) {
      if (context.state !== undefined) context.deleteEventTimer(context.state);
      context.deleteEventTimer(lastMs(context));
    },
  };
}

/** Fires every `intervalMs` of the clock from the first record on, and, for windows in processing time, at their end. */
export function continuousProcessingTimeTrigger(options: {
  intervalMs: number;
}): Trigger<unknown, number> {
  const { intervalMs } = options;
  checkInterval('continuousProcessingTimeTrigger', intervalMs);
  const fireAt = (timeMs: number, context: TriggerContext<number>): void => {
    context.state = timeMs;
    context.registerProcessingTimer(timeMs);
  };
  return {
    label: `continuous processing time(${intervalMs} ms)`,
    onRecord(_value, _timestampMs, context) {
      if (context.state !== undefined) return 'continue';
      const { nowMs } = context;
      const nextMs = nowMs - (nowMs % intervalMs) + intervalMs;
      // The end of a window in event time may lie behind the clock: there is nothing to wait for.
      fireAt(lastMs(context) >= nowMs ? Math.min(nextMs, lastMs(context)) : nextMs, context);
      return 'continue';
    },
    onProcessingTime(timeMs, context) {
      if (timeMs !== context.state) return 'continue';
      const nextMs = timeMs + intervalMs;
      fireAt(lastMs(context) > timeMs ? Math.min(nextMs, lastMs(context)) : nextMs, context);
      return 'fire';
    },
    onMerge(context, fireTimesMs) {
      if (fireTimesMs.length > 0) fireAt(Math.min(...fireTimesMs), context);
    },
    clear(context) {
      if (context.state !== undefined) context.deleteProcessingTimer(context.state);
    },
  };
}

/**
 * Fires when a record is more than `threshold` away from the one at which the window fired last, at first from the first one.
 * `deltaOf` gets the older record first.
 */
export function deltaTrigger<T>(options: {
  threshold: number;
  deltaOf: (last: T, value: T) => number;
}): Trigger<T, { readonly last: T }> {
  const { threshold, deltaOf } = options;
  return {
    label: `delta(${threshold})`,
    onRecord(value, _timestampMs, context) {
      const { state } = context;
      if (state !== undefined && !(deltaOf(state.last, value) > threshold)) return 'continue';
      context.state = { last: value };
      return state === undefined ? 'continue' : 'fire';
    },
  };
}

/** Never fires: global windows of which a state or an evictor is all that matters. */
export function neverTrigger(): Trigger<unknown, never> {
  return {
    label: 'never',
    onRecord: () => 'continue',
    onMerge() {
      // Nothing waits.
    },
  };
}

function checkCount(what: string, count: number): void {
  if (Number.isSafeInteger(count) && count > 0) return;
  throw new EngineError('JOB_INVALID', `${what}(${count}): give a positive whole number.`);
}

function checkInterval(what: string, intervalMs: number): void {
  if (Number.isSafeInteger(intervalMs) && intervalMs > 0) return;
  throw new EngineError(
    'JOB_INVALID',
    `${what}({ intervalMs: ${intervalMs} }): give a positive whole number of milliseconds.`,
  );
}
