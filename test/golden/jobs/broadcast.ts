// Rules that every subtask gets whole, beside records that are spread over the subtasks. When rules and records meet is
// not fixed, so only what does not depend on it is given out: what each key has come to at the end of time.

import { z } from 'zod';
import {
  collect,
  connectBroadcast,
  defineJob,
  generate,
  listState,
  mapState,
  monotonousTimestamps,
  valueState,
} from '../../../runtime/index.ts';

/** How many keys there are. */
export const KEYS = 13;

interface Rule {
  readonly rule: number;
  readonly factor: number;
}

const END_MS = Number.MAX_SAFE_INTEGER;
const fromTheBeginning = monotonousTimestamps({ timestamp: () => 0 });

export default defineJob({
  name: 'broadcast',
  parameters: z.object({ records: z.number(), rules: z.number() }),
  build(env, { records, rules: ruleCount }) {
    const numbers = env.from(generate({ count: records, make: (id) => ({ id, key: id % KEYS }) }), {
      watermarks: fromTheBeginning,
    });
    const rules = env.from(
      generate({ count: ruleCount, make: (rule): Rule => ({ rule, factor: rule + 1 }) }),
      { watermarks: fromTheBeginning },
    );

    const keyed = connectBroadcast(numbers.keyBy('key'), rules).process({
      broadcast: { factors: mapState<number, number>(), names: mapState<number, string>() },
      state: { visits: valueState<number>(), ids: listState<number>() },
      onRecord({ id }, { state, broadcast, registerEventTimer }) {
        if (state.visits.get() === undefined) state.visits.set(broadcast.factors.size);
        state.ids.add(id);
        registerEventTimer(END_MS);
      },
      onBroadcast({ rule, factor }, { broadcast, forEachKey }) {
        broadcast.factors.set(rule, factor);
        broadcast.names.set(rule, `rule ${rule}`);
        forEachKey('visits', (_, visits) => {
          visits.set((visits.get() ?? 0) + 1);
        });
      },
      onEventTimer(_, { key, state, broadcast, emit }) {
        const total = state.ids.get().reduce((sum, id) => sum + id, 0);
        const byRule = [...broadcast.factors.entries()].toSorted(([a], [b]) => a - b);
        emit({
          branch: 'key',
          key,
          visits: state.visits.get(),
          totals: byRule.map(([, factor]) => factor * total),
          names: byRule.map(([rule]) => broadcast.names.get(rule)),
        });
      },
    });

    let subtask = -1;
    const plain = connectBroadcast(numbers.rebalance(), rules).process({
      broadcast: { rules: mapState<number, Rule>() },
      open({ subtaskIndex }) {
        subtask = subtaskIndex;
      },
      onRecord({ id }, { emit }) {
        emit({ branch: 'main', id });
      },
      onBroadcast(rule, { broadcast, emit }) {
        if (broadcast.rules.size === 0) emit({ branch: 'first', subtask });
        broadcast.rules.set(rule.rule, rule);
        emit({ branch: 'heard', subtask, rule: broadcast.rules.get(rule.rule)?.rule });
      },
    });
    for (const branch of [keyed, plain]) branch.to(collect<unknown>());
  },
});
