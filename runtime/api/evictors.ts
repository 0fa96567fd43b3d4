// The built-in evictors: which records a window that fires goes on with. A window with an evictor keeps its records, also
// where an aggregate alone would do. By default they remove records before the window's function is called, with
// `when: 'after'` after it.

import { NO_TIMESTAMP } from '../connectors/connector.ts';
import { EngineError } from '../core/errors.ts';
import type { Evictor, TimestampedRecord } from '../operators/general-window-spec.ts';

/** Before or after the window's function. */
export interface EvictorOptions {
  readonly when?: 'before' | 'after';
}

/** Keeps the last `count` records. */
export function countEvictor<T>(count: number, options: EvictorOptions = {}): Evictor<T> {
  if (!Number.isSafeInteger(count) || count < 0) {
    throw new EngineError('JOB_INVALID', `countEvictor(${count}): give a whole number, 0 or more.`);
  }
  return evictor(`count(${count})`, options, (records) =>
    records.slice(Math.max(0, records.length - count)),
  );
}

/** Keeps records that are less than `keepMs` older than the youngest of the window, by their event time. */
export function timeEvictor<T>(options: { keepMs: number } & EvictorOptions): Evictor<T> {
  const { keepMs } = options;
  if (!Number.isFinite(keepMs) || keepMs < 0) {
    throw new EngineError(
      'JOB_INVALID',
      `timeEvictor({ keepMs: ${keepMs} }): give milliseconds, 0 or more.`,
    );
  }
  return evictor(`time(${keepMs} ms)`, options, (records) => {
    if (records[0] === undefined || records[0].timestampMs === NO_TIMESTAMP) return records;
    let youngestMs = -Infinity;
    for (const { timestampMs } of records) youngestMs = Math.max(youngestMs, timestampMs);
    return records.filter(({ timestampMs }) => timestampMs > youngestMs - keepMs);
  });
}

/** Keeps records that are less than `threshold` away from the last one; `deltaOf` gets the older record first. */
export function deltaEvictor<T>(
  options: { threshold: number; deltaOf: (value: T, last: T) => number } & EvictorOptions,
): Evictor<T> {
  const { threshold, deltaOf } = options;
  return evictor(`delta(${threshold})`, options, (records) => {
    const last = records.at(-1);
    if (last === undefined) return records;
    return records.filter(({ value }) => !(deltaOf(value, last.value) >= threshold));
  });
}

function evictor<T>(
  label: string,
  { when = 'before' }: EvictorOptions,
  evict: (records: readonly TimestampedRecord<T>[]) => readonly TimestampedRecord<T>[],
): Evictor<T> {
  return when === 'before'
    ? { label, evictBefore: evict }
    : { label: `${label}, after`, evictAfter: evict };
}
