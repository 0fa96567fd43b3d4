// rankings: all records of a window at once, with states. The best time of each heat, and whether it is a record.

import { z } from 'zod';
import { defineJob, fromCollection, monotonousTimestamps, print, tumbling, valueState } from 'millrace';

const RUNS = [
  { track: 'short', runner: 'Rosa', minute: 0, seconds: 11.2 },
  { track: 'short', runner: 'Vera', minute: 1, seconds: 10.9 },
  { track: 'short', runner: 'Rosa', minute: 12, seconds: 11 },
  { track: 'short', runner: 'Fernanda', minute: 25, seconds: 10.8 },
];

const Best = z.object({ heat: z.int(), runner: z.string(), of: z.int(), isRecord: z.boolean() });

export default defineJob({
  name: 'rankings',
  parameters: z.object({}),
  build(env) {
    env
      .from(fromCollection(RUNS), {
        watermarks: monotonousTimestamps({ timestamp: ({ minute }) => minute * 60_000 }),
      })
      .keyBy('track')
      .window(tumbling({ sizeMs: 600_000 }))
      .process(
        {
          state: { record: valueState<number>() },
          onWindow(runs, { window, state, emit }) {
            const [best] = runs.toSorted((left, right) => left.seconds - right.seconds);
            if (best === undefined) return;
            const isRecord = best.seconds < (state.record.get() ?? Infinity);
            if (isRecord) state.record.set(best.seconds);
            emit({
              heat: window.startMs / 600_000,
              runner: best.runner,
              of: runs.length,
              isRecord,
            });
          },
        },
        { type: Best },
      )
      .to(print());
  },
});
