// Windows that overlap, over the readings of windows.ts: sliding by a part of their size, with and without a remainder, and
// cumulative, with columns, with accumulators that can be merged and with some that cannot.

import { z } from 'zod';
import {
  average,
  boundedOutOfOrderness,
  collect,
  count,
  countDistinct,
  cumulative,
  defineJob,
  filtered,
  generate,
  max,
  sliding,
  type Stream,
  sum,
} from '../../../runtime/index.ts';
import { BOUND_MS, OFFSET_MS, type Reading, reading } from './windows.ts';

export const SLIDE_MS = 100;
export const EVEN_MS = 500;
export const ODD_MS = 270;
export const CUMULATED_MS = 400;
export const HIGH_LEVEL = 125;

const typed = z.object({ sensor: z.string(), room: z.int(), level: z.number(), atMs: z.int() });

function collectAs<T>(branch: string, stream: Stream<T>): void {
  stream.map((value) => ({ branch, value })).to(collect());
}

export default defineJob({
  name: 'overlapping',
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
      .parallelism(1)
      .typed(typed);
    const even = readings
      .keyBy('sensor')
      .window(sliding({ sizeMs: EVEN_MS, slideMs: SLIDE_MS }))
      .aggregate({ readings: count(), total: sum('level'), most: max('level'), mean: average('level') });
    const odd = readings
      .keyBy('sensor')
      .window(sliding({ sizeMs: ODD_MS, slideMs: SLIDE_MS, offsetMs: OFFSET_MS }))
      .aggregate({ readings: count(), high: filtered(count(), ({ level }) => level >= HIGH_LEVEL, ['level']) });
    const cumulated = readings
      .keyBy('room')
      .window(cumulative({ sizeMs: CUMULATED_MS, stepMs: SLIDE_MS }))
      .aggregate({
        readings: count(),
        sensors: countDistinct('sensor'),
        highSensors: filtered(countDistinct('sensor'), ({ level }) => level >= HIGH_LEVEL),
      });
    const highest = readings
      .keyBy('room')
      .window(sliding({ sizeMs: EVEN_MS, slideMs: SLIDE_MS }))
      .reduce(
        (left, right) => (right.level > left.level ? right : left),
        ({ level }, room, { endMs }) => ({ room, endMs, level }),
      );
    const unmerged = readings
      .keyBy('room')
      .window(sliding({ sizeMs: EVEN_MS, slideMs: SLIDE_MS }))
      .accumulate(
        {
          create: () => [] as number[],
          add: (levels, { level }) => [...levels, level],
          result: (levels) => levels.toSorted((left, right) => left - right)[levels.length >> 1],
        },
        (median, room, { endMs }) => ({ room, endMs, median }),
      );
    collectAs('even', even);
    collectAs('even late', even.late());
    collectAs('odd', odd);
    collectAs('odd late', odd.late());
    collectAs('cumulated', cumulated);
    collectAs('cumulated late', cumulated.late());
    collectAs('highest', highest);
    collectAs('unmerged', unmerged);
  },
});
