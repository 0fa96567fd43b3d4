// Reducing and aggregating state, a value with a default, and maps asked in every way: the last word of each key, by a timer.

import { z } from 'zod';
import {
  aggregatingState,
  boundedOutOfOrderness,
  collect,
  defineJob,
  generate,
  listState,
  mapState,
  reducingState,
  valueState,
} from '../../../runtime/index.ts';
import { purchase, type Purchase } from './keyed.ts';

/** After all purchases. */
const END_MS = 10_000_000;

export default defineJob({
  name: 'running',
  parameters: z.object({ records: z.number() }),
  build(env, { records }) {
    env
      .from(generate({ count: records, make: purchase }), {
        watermarks: boundedOutOfOrderness(1_000, { timestamp: (value: Purchase) => value.atMs }),
      })
      .keyBy('user')
      .process({
        state: {
          largest: reducingState(z.int(), (left, right) => Math.max(left, right), {
            ttl: { ms: 3_600_000 },
          }),
          mean: aggregatingState({
            create: () => ({ sum: 0, count: 0 }),
            add: ({ sum, count }, amount: number) => ({ sum: sum + amount, count: count + 1 }),
            result: ({ sum, count }) => sum / count,
          }),
          count: valueState(z.int(), { default: 0 }),
          byShop: mapState(z.int(), z.int()),
          amounts: listState(z.int(), { ttl: { ms: 3_600_000, update: 'on-read-and-write' } }),
        },
        onRecord({ shop, amount }, { state, registerEventTimer }) {
          const { largest, mean, count, byShop, amounts } = state;
          largest.add(amount);
          mean.add(amount);
          count.set(count.get() + 1);
          byShop.set(shop, (byShop.get(shop) ?? 0) + amount);
          amounts.addAll([amount]);
          registerEventTimer(END_MS);
        },
        onEventTimer(_timeMs, { key, state, emit }) {
          const { largest, mean, count, byShop, amounts } = state;
          emit({
            user: key,
            largest: largest.get(),
            mean: mean.get(),
            count: count.get(),
            shops: [...byShop.keys()].toSorted((left, right) => left - right),
            total: [...byShop.values()].reduce((left, right) => left + right, 0),
            amounts: amounts.get().toSorted((left, right) => left - right),
          });
          for (const one of Object.values(state)) one.clear();
          if (!byShop.isEmpty() || count.get() !== 0) throw new Error('clear left something behind');
        },
      })
      .to(collect());
  },
});
