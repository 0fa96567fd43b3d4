// A busy stream united with one that says nothing for long: windows wait for both, unless the silent one may be idle.

import { z } from 'zod';
import {
  boundedOutOfOrderness,
  collect,
  count,
  defineJob,
  generate,
  tumbling,
} from '../../../runtime/index.ts';

const Tick = z.object({ from: z.string(), atMs: z.int() });
type Tick = z.output<typeof Tick>;

/** Width of the windows. */
export const WINDOW_MS = 1_000;

export default defineJob({
  name: 'idle-input',
  parameters: z.object({
    idleAfterMs: z.number().optional(),
    silentRecords: z.number(),
    busyRecords: z.number(),
  }),
  build(env, { idleAfterMs, silentRecords, busyRecords }) {
    const watermarks = boundedOutOfOrderness<Tick>(0, {
      timestamp: ({ atMs }) => atMs,
      emit: 'every-record',
      ...(idleAfterMs === undefined ? {} : { idleAfterMs }),
    });
    const busy = env
      .from(
        generate({
          count: busyRecords,
          recordsPerSecond: 200,
          make: (index): Tick => ({ from: 'busy', atMs: index * 100 }),
        }),
        { watermarks },
      )
      .named('busy')
      .typed(Tick);
    // Its first record comes at once, the next one after ten minutes.
    const silent = env
      .from(
        generate({
          count: silentRecords,
          recordsPerSecond: 1 / 600,
          make: (index): Tick => ({ from: 'silent', atMs: index * 100 }),
        }),
        { watermarks },
      )
      .parallelism(1)
      .typed(Tick);
    busy
      .union(silent)
      .keyBy('from')
      .window(tumbling({ sizeMs: WINDOW_MS }))
      .aggregate({ ticks: count() })
      .named('windows')
      .to(collect())
      .disableChaining();
  },
});
