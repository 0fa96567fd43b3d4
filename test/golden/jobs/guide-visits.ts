// visits: what each user did, forgotten a second after the last visit by a timer that many visits share.

import { z } from 'zod';
import {
  aggregatingState,
  ceilTo,
  defineJob,
  fromCollection,
  mapState,
  monotonousTimestamps,
  print,
  reducingState,
  valueState,
} from 'millrace';

const VISITS = [
  { user: 'Ada', page: '/', atMs: 100, seconds: 4 },
  { user: 'Ada', page: '/docs', atMs: 900, seconds: 9 },
  { user: 'Bob', page: '/', atMs: 950, seconds: 2 },
  { user: 'Ada', page: '/', atMs: 1_200, seconds: 2 },
  { user: 'Eve', page: '/docs', atMs: 3_000, seconds: 1 },
  { user: 'Bob', page: '/buy', atMs: 5_000, seconds: 7 },
];

export default defineJob({
  name: 'visits',
  parameters: z.object({}),
  build(env) {
    env
      .from(fromCollection(VISITS), {
        watermarks: monotonousTimestamps({
          timestamp: ({ atMs }) => atMs,
          emit: 'every-record',
        }),
      })
      .keyBy('user')
      .process({
        state: {
          lastMs: valueState(z.number(), { default: 0 }),
          longest: reducingState(z.number(), (left, right) => Math.max(left, right)),
          mean: aggregatingState({
            create: () => ({ sum: 0, count: 0 }),
            add: ({ sum, count }, seconds: number) => ({ sum: sum + seconds, count: count + 1 }),
            result: ({ sum, count }) => sum / count,
          }),
          pages: mapState(z.string(), z.number(), { ttl: { ms: 86_400_000 } }),
        },
        onRecord({ page, atMs, seconds }, { state, registerEventTimer }) {
          state.lastMs.set(atMs);
          state.longest.add(seconds);
          state.mean.add(seconds);
          state.pages.set(page, (state.pages.get(page) ?? 0) + 1);
          registerEventTimer(ceilTo(atMs + 1_000, 1_000));
        },
        onEventTimer(timeMs, { key, state, emit }) {
          if (timeMs < state.lastMs.get() + 1_000) return; // came again since
          const pages = Object.fromEntries(state.pages.entries());
          emit({ user: key, pages, longest: state.longest.get(), mean: state.mean.get() });
          for (const one of Object.values(state)) one.clear();
        },
      })
      .to(print());
  },
});
