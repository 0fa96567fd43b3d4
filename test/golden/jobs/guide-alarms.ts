// alarms: state and timers by key. A card that is used in two countries within an hour raises an alarm.

import { z } from 'zod';
import {
  defineJob,
  fromCollection,
  monotonousTimestamps,
  print,
  valueState,
} from 'millrace';

const HOUR_MS = 3_600_000;
const USES = [
  { card: 'blue', country: 'PT', hour: 1 },
  { card: 'red', country: 'FI', hour: 1.2 },
  { card: 'blue', country: 'NZ', hour: 1.5 },
  { card: 'red', country: 'PE', hour: 4 },
];
type Use = (typeof USES)[number];

const Alarm = z.object({ card: z.string(), from: z.string(), to: z.string(), minutes: z.number() });

export default defineJob({
  name: 'alarms',
  parameters: z.object({}),
  build(env) {
    env
      .from(fromCollection(USES), {
        watermarks: monotonousTimestamps({ timestamp: (use) => use.hour * HOUR_MS }),
      })
      .keyBy('card')
      .process(
        {
          state: { last: valueState<Use>(), forgetAtMs: valueState<number>() },
          onRecord(use, context) {
            const { last, forgetAtMs } = context.state;
            const before = last.get();
            const hours = use.hour - (before?.hour ?? 0);
            if (before !== undefined && before.country !== use.country && hours <= 1) {
              const { country: from } = before;
              context.emit({ card: context.key, from, to: use.country, minutes: hours * 60 });
            }
            last.set(use);
            forgetAtMs.set(context.timestampMs + HOUR_MS);
            context.registerEventTimer(context.timestampMs + HOUR_MS);
          },
          onEventTimer(timeMs, context) {
            const { last, forgetAtMs } = context.state;
            if (forgetAtMs.get() !== timeMs) return; // used again since
            last.clear();
            forgetAtMs.clear();
            context.count('forgotten');
          },
        },
        { type: Alarm },
      )
      .named('alarms')
      .uid('alarms')
      .to(print());
  },
});
