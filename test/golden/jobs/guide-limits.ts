// limits: what each card has spent, held against limits that every subtask knows.

import { z } from 'zod';
import {
  connectBroadcast,
  defineJob,
  fromCollection,
  mapState,
  monotonousTimestamps,
  print,
  valueState,
} from 'millrace';

const SPENDINGS = [
  { card: 'red', country: 'CH', cents: 700 },
  { card: 'blue', country: 'FR', cents: 300 },
  { card: 'red', country: 'CH', cents: 600 },
];
const LIMITS = [
  { country: 'CH', cents: 1_000 },
  { country: 'FR', cents: 500 },
];
const DAY_MS = 86_400_000;

export default defineJob({
  name: 'limits',
  parameters: z.object({}),
  build(env) {
    const watermarks = monotonousTimestamps({ timestamp: () => 0 });
    const spendings = env.from(fromCollection(SPENDINGS), { watermarks });
    const limits = env.from(fromCollection(LIMITS), { watermarks });

    connectBroadcast(spendings.keyBy('card'), limits)
      .process({
        broadcast: { limits: mapState<string, number>() },
        state: { spent: valueState<number>(), country: valueState<string>() },
        onRecord({ cents, country }, { state, registerEventTimer }) {
          state.spent.set((state.spent.get() ?? 0) + cents);
          state.country.set(country);
          registerEventTimer(DAY_MS);
        },
        onBroadcast({ country, cents }, { broadcast }) {
          broadcast.limits.set(country, cents);
        },
        onEventTimer(_, { key, state, broadcast, emit }) {
          const limit = broadcast.limits.get(state.country.get() ?? '') ?? 0;
          const spent = state.spent.get() ?? 0;
          emit(`${key}: ${spent} of ${limit}${spent > limit ? ', blocked' : ''}`);
        },
      })
      .to(print());
  },
});
