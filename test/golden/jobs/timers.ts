// Processing time: one timer a key, set by the key's first record, deleted again for every third key.

import { z } from 'zod';
import { collect, defineJob, generate, valueState } from '../../../runtime/index.ts';

export default defineJob({
  name: 'timers',
  parameters: z.object({ records: z.number(), recordsPerSecond: z.number(), keys: z.number() }),
  build(env, { records, recordsPerSecond, keys }) {
    env
      .from(generate({ count: records, recordsPerSecond, make: (index) => index % keys }))
      .parallelism(1)
      .keyBy((value) => value)
      .process({
        state: { dueMs: valueState<number>() },
        onRecord(value, context) {
          if (context.state.dueMs.get() !== undefined) return;
          const dueMs = context.nowMs + 1 + value;
          context.state.dueMs.set(dueMs);
          context.registerProcessingTimer(dueMs);
          context.registerProcessingTimer(dueMs);
          if (value % 3 === 0) context.deleteProcessingTimer(dueMs);
        },
        onProcessingTimer(timeMs, context) {
          const isDue = timeMs === context.state.dueMs.get() && context.nowMs >= timeMs;
          context.emit({ key: context.key, isDue });
        },
      })
      .to(collect());
  },
});
