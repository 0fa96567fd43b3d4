// shifts: windows and triggers of one's own. Shifts change at 6, 14 and 22 o'clock; one fires early when work is piling up.

import { z } from 'zod';
import {
  customWindows,
  defineJob,
  fromCollection,
  monotonousTimestamps,
  print,
  type Trigger,
} from 'millrace';

const HOUR_MS = 3_600_000;
const ORDERS = [
  { plant: 'Porto', hour: 5, pieces: 10 },
  { plant: 'Porto', hour: 7, pieces: 60 },
  { plant: 'Porto', hour: 8, pieces: 50 },
  { plant: 'Porto', hour: 13, pieces: 20 },
  { plant: 'Porto', hour: 15, pieces: 5 },
];
type Order = (typeof ORDERS)[number];

const shifts = customWindows<Order>({
  label: 'shifts of eight hours',
  time: 'event',
  assign(_order, timestampMs) {
    const shift = Math.floor((timestampMs - 6 * HOUR_MS) / (8 * HOUR_MS));
    const startMs = (6 + 8 * shift) * HOUR_MS;
    return [{ startMs, endMs: startMs + 8 * HOUR_MS }];
  },
});

/** Fires at the end, and as soon as more than `piecesMax` wait; what has fired is dropped. */
const overload = (piecesMax: number): Trigger<Order, number> => ({
  label: `more than ${piecesMax} pieces`,
  onRecord({ pieces }, _timestampMs, context) {
    context.registerEventTimer(context.window.endMs - 1);
    const waiting = (context.state ?? 0) + pieces;
    context.state = waiting > piecesMax ? undefined : waiting;
    return waiting > piecesMax ? 'fire-and-purge' : 'continue';
  },
  onEventTime: () => 'fire-and-purge',
  clear(context) {
    context.deleteEventTimer(context.window.endMs - 1);
  },
});

export default defineJob({
  name: 'shifts',
  parameters: z.object({}),
  build(env) {
    env
      .from(fromCollection(ORDERS), {
        watermarks: monotonousTimestamps({ timestamp: ({ hour }) => hour * HOUR_MS }),
      })
      .keyBy('plant')
      .window(shifts, { trigger: overload(100) })
      .process((orders, plant, { startMs }) => ({
        plant,
        from: startMs / HOUR_MS,
        pieces: orders.map(({ pieces }) => pieces),
      }))
      .to(print());
  },
});
