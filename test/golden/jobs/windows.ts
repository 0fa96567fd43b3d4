// Event-time windows of every kind over readings that arrive out of order, some of them too late.

import { z } from 'zod';
import {
  average,
  boundedOutOfOrderness,
  collect,
  count,
  defineJob,
  generate,
  max,
  min,
  monotonousTimestamps,
  type Stream,
  sum,
  tumbling,
} from '../../../runtime/index.ts';

/** What a sensor measured. */
export interface Reading {
  readonly sensor: string;
  readonly room: number;
  readonly level: number;
  readonly atMs: number;
}

/** Readings may be this late. */
export const BOUND_MS = 50;
export const WINDOW_MS = 100;
export const OFFSET_MS = 30;

/** The n-th reading: 3 ms apart, every 10th up to 45 ms late, every 97th much later than allowed. */
export function reading(index: number): Reading {
  const lateMs = index % 97 === 96 ? 200 : index % 10 === 9 ? 45 : 0;
  return {
    sensor: `sensor-${(index * 5) % 13}`,
    room: index % 3,
    level: ((index * 17) % 1001) / 4,
    atMs: Math.max(0, index * 3 - lateMs),
  };
}

const typed = z.object({ sensor: z.string(), room: z.int(), level: z.number(), atMs: z.int() });

/** Hands the records of a stream over, each with the name of its branch. */
function collectAs<T>(branch: string, stream: Stream<T>): void {
  stream.map((value) => ({ branch, value })).to(collect());
}

export default defineJob({
  name: 'windows',
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
    const declared = readings
      .keyBy('sensor')
      .window(tumbling({ sizeMs: WINDOW_MS }))
      .aggregate({
        readings: count(),
        total: sum('level'),
        least: min('level'),
        most: max('level'),
        mean: average('level'),
      });
    const shifted = readings
      .keyBy(['sensor', 'room'])
      .window(tumbling({ sizeMs: WINDOW_MS, offsetMs: OFFSET_MS }))
      .aggregate({ readings: count() });
    const own = readings
      .keyBy((value) => value.room)
      .window(tumbling({ sizeMs: WINDOW_MS }))
      .accumulate(
        { create: () => new Set<string>(), add: (set, { sensor }) => set.add(sensor), result: (set) => set },
        (set, room, { startMs, endMs }) => ({ room, startMs, endMs, sensors: [...set].toSorted() }),
      );
    const latest = readings
      .keyBy('room')
      .window(tumbling({ sizeMs: WINDOW_MS }))
      .reduce(
        (left, right) => (right.level > left.level ? right : left),
        ({ level }, room, { endMs }) => ({ room, endMs, level }),
      );
    // The same readings by another clock, assigned in the middle: nothing is late by it.
    const again = readings
      .map((value) => ({ ...value, orderMs: 0 }))
      .withTimestamps(monotonousTimestamps({ timestamp: (value) => value.orderMs, emit: 'every-record' }))
      .keyBy('room')
      .window(tumbling({ sizeMs: WINDOW_MS }))
      .aggregate({ readings: count() });
    collectAs('declared', declared);
    collectAs('late', declared.late());
    collectAs('shifted', shifted);
    collectAs('own', own);
    collectAs('latest', latest);
    collectAs('again', again);
  },
});
