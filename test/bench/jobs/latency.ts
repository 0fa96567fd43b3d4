// Latency from the moment a record was due at the source to its arrival behind a keyed exchange: a rated generator,
// keyBy, running reduce. Emits one latency in `sampleEvery` records, in milliseconds, after the warm-up.

import { z } from 'zod';
import { collect, defineJob, generate } from '../../../runtime/index.ts';

const Event = z.object({ key: z.int(), index: z.int(), dueMs: z.number() });
type Event = z.output<typeof Event>;

/** The same in every thread and process of the machine. */
function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

export default defineJob({
  name: 'latency',
  parameters: z.object({
    recordsPerSecond: z.number().default(50_000),
    seconds: z.number().default(12),
    warmUpSeconds: z.number().default(5),
    keys: z.number().default(1000),
    sampleEvery: z.number().default(10),
  }),
  build(env, { recordsPerSecond, seconds, warmUpSeconds, keys, sampleEvery }) {
    let startMs = Infinity; // of this subtask: when record 0 was due, as the promptest record so far tells
    const first = warmUpSeconds * recordsPerSecond;
    env
      .from(
        generate<Event>({
          count: (warmUpSeconds + seconds) * recordsPerSecond,
          recordsPerSecond,
          make: (index) => {
            const offsetMs = (index * 1000) / recordsPerSecond;
            startMs = Math.min(startMs, monotonicMs() - offsetMs);
            return { key: index % keys, index, dueMs: startMs + offsetMs };
          },
        }),
      )
      .typed(Event)
      .keyBy('key')
      .reduce((_, right) => right)
      .flatMap(({ index, dueMs }) =>
        index >= first && Math.floor(index / keys) % sampleEvery === 0
          ? [monotonicMs() - dueMs]
          : [],
      )
      .to(collect());
  },
});
