// Windows of every other kind over the readings of windows.ts: sessions, counts, lateness, triggers, evictors, days, your own.

import { z } from 'zod';
import {
  average,
  boundedOutOfOrderness,
  collect,
  count,
  countTrigger,
  cumulative,
  customWindows,
  defineJob,
  generate,
  max,
  purging,
  session,
  sliding,
  type Stream,
  sum,
  timeEvictor,
  tumbling,
  tumblingDays,
  valueState,
} from '../../../runtime/index.ts';
import { BOUND_MS, type Reading, reading, WINDOW_MS } from './windows.ts';

export const GAP_MS = 60;
export const SLIDE_MS = 40;
export const LATENESS_MS = 70;
export const COUNT = 7;
export const COUNT_SLIDE = 3;
export const PURGE_COUNT = 5;
export const KEEP_MS = 30;
/** A millisecond of the readings is a minute of the days around a change of clocks. */
export const DAYS_FROM_MS = Date.UTC(2026, 2, 27, 12);
export const MINUTE_MS = 60_000;
export const TIME_ZONE = 'Europe/Lisbon';

/** Readings of 200 and more end their session sooner. */
export function gapOf({ level }: Reading): number {
  return level >= 200 ? 10 : 45;
}

/** Odd rooms are looked at by the hundred, even ones by two hundred. */
export function windowSizeOf({ room }: Reading): number {
  return room % 2 === 1 ? 100 : 200;
}

/** Hands the records of a stream over, each with the name of its branch. */
function collectAs<T>(branch: string, stream: Stream<T>): void {
  stream.map((value) => ({ branch, value })).to(collect());
}

export default defineJob({
  name: 'general-windows',
  parameters: z.object({ records: z.number() }),
  build(env, { records }) {
    // One subtask and a watermark a record: what is late does not depend on the parallelism downstream.
    const readings = env
      .from(generate({ count: records, make: reading }), {
        watermarks: boundedOutOfOrderness(BOUND_MS, {
          timestamp: (value: Reading) => value.atMs,
          emit: 'every-record',
        }),
      })
      .uid('readings')
      .parallelism(1);
    const bySensor = readings.keyBy('sensor');

    collectAs(
      'sliding',
      bySensor
        .window(sliding({ sizeMs: WINDOW_MS, slideMs: SLIDE_MS }))
        .aggregate({ readings: count(), mean: average('level') }),
    );
    collectAs(
      'cumulative',
      bySensor
        .window(cumulative({ sizeMs: WINDOW_MS, stepMs: WINDOW_MS / 4 }))
        .reduce(
          (left, right) => (right.level > left.level ? right : left),
          ({ level }, sensor, { startMs, endMs }) => ({ sensor, startMs, endMs, level }),
        ),
    );
    const sessions = bySensor
      .window(session({ gapMs: GAP_MS }))
      .aggregate({ readings: count(), total: sum('level'), most: max('level') });
    collectAs('sessions', sessions);
    collectAs('lateSessions', sessions.late());
    collectAs(
      'dynamicSessions',
      bySensor.window(session({ gapMs: gapOf })).accumulate(
        {
          create: () => [] as readonly number[],
          add: (times, { atMs }) => [...times, atMs],
          merge: (left, right) => [...left, ...right],
          result: (times) => times.toSorted((left, right) => left - right),
        },
        (times, sensor, { startMs, endMs }) => ({ sensor, startMs, endMs, times }),
      ),
    );
    collectAs('counted', bySensor.countWindow(COUNT).aggregate({ readings: count(), total: sum('level') }));
    collectAs(
      'countSlid',
      bySensor.countWindow(COUNT, COUNT_SLIDE).process((list, sensor) => ({ sensor, times: list.map(({ atMs }) => atMs) })),
    );
    const tolerant = bySensor
      .window(tumbling({ sizeMs: WINDOW_MS }), { allowedLatenessMs: LATENESS_MS })
      .process({
        state: { windows: valueState<number>() },
        windowState: { firings: valueState<number>() },
        onWindow(list, { key, window, state, windowState, emit }) {
          const firing = (windowState.firings.get() ?? 0) + 1;
          windowState.firings.set(firing);
          if (firing === 1) state.windows.set((state.windows.get() ?? 0) + 1);
          const { startMs } = window;
          emit({ sensor: key, startMs, firing, window: state.windows.get(), readings: list.length });
        },
      });
    collectAs('tolerant', tolerant);
    collectAs('lateTolerant', tolerant.late());
    collectAs(
      'purged',
      bySensor
        .window(tumbling({ sizeMs: 3 * WINDOW_MS }), { trigger: purging(countTrigger(PURGE_COUNT)) })
        .aggregate({ readings: count(), most: max('level') }),
    );
    collectAs(
      'evicted',
      bySensor
        .window(tumbling({ sizeMs: WINDOW_MS }), { evictor: timeEvictor({ keepMs: KEEP_MS }) })
        .aggregate({ readings: count() }),
    );
    collectAs(
      'everybody',
      readings.windowAll(tumbling({ sizeMs: WINDOW_MS })).aggregate({ readings: count(), most: max('level') }),
    );
    collectAs(
      'own',
      readings
        .keyBy('room')
        .window(
          customWindows({
            label: 'by room',
            time: 'event',
            assign: (value: Reading, timestampMs) => {
              const sizeMs = windowSizeOf(value);
              const startMs = Math.floor(timestampMs / sizeMs) * sizeMs;
              return [{ startMs, endMs: startMs + sizeMs }];
            },
          }),
        )
        .aggregate({ readings: count() }),
    );
    collectAs(
      'days',
      readings
        .map((value) => ({ ...value, dayMs: DAYS_FROM_MS + value.atMs * MINUTE_MS }))
        .withTimestamps(
          boundedOutOfOrderness(250 * MINUTE_MS, { timestamp: ({ dayMs }) => dayMs, emit: 'every-record' }),
        )
        .keyBy('room')
        .window(tumblingDays({ timeZone: TIME_ZONE }))
        .aggregate({ readings: count() }),
    );
  },
});
