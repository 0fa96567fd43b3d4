// A running combination a key: emits the combined value after each record; in batch mode only the last one, in order of the
// keys' first records, with the timestamp of the key's last record.

import { hashOfKey, keyGroupOfHash } from '../core/key-group.ts';
import { keyIdentity } from '../core/key-identity.ts';
import { HeapKeyedState } from '../state/heap-keyed-state.ts';
import type { ValueState } from '../state/state.ts';
import type { Operator, OperatorContext } from './operator.ts';
import type { OperatorSpec } from './spec.ts';

/** Flink's StreamGroupedReduceOperator. */
export function createKeyedReduce(
  spec: Extract<OperatorSpec, { kind: 'keyed-reduce' }>,
  context: OperatorContext,
): Operator {
  if (context.mode === 'batch') return createFinalReduce(spec, context);
  const { selector, reduce } = spec;
  const { emit, maxParallelism } = context;
  const store = new HeapKeyedState({ combined: { kind: 'value' } }, context.keyGroups);
  const combined = store.states['combined'] as ValueState<unknown>;
  return {
    process(value, timestampMs) {
      let after = value;
      try {
        const key = selector.keyOf(value);
        store.setCurrentKey(key, keyGroupOfHash(hashOfKey(key), maxParallelism));
        const before = combined.get();
        if (before !== undefined) after = reduce(before, value);
      } catch (error) {
        throw context.failure(error, value);
      }
      combined.set(after);
      emit(after, timestampMs);
    },
  };
}

interface Combined {
  value: unknown;
  timestampMs: number;
}

/** Flink's BatchGroupedReduceOperator. */
function createFinalReduce(
  { selector, reduce }: Extract<OperatorSpec, { kind: 'keyed-reduce' }>,
  context: OperatorContext,
): Operator {
  const combined = new Map<unknown, Combined>();
  return {
    process(value, timestampMs) {
      try {
        const identity = keyIdentity(selector.keyOf(value));
        const before = combined.get(identity);
        if (before === undefined) {
          combined.set(identity, { value, timestampMs });
          return;
        }
        before.value = reduce(before.value, value);
        before.timestampMs = Math.max(before.timestampMs, timestampMs);
      } catch (error) {
        throw context.failure(error, value);
      }
    },
    endInput() {
      for (const [identity, { value, timestampMs }] of combined) {
        if (context.isBlocked()) return false;
        combined.delete(identity);
        context.emit(value, timestampMs);
      }
      return true;
    },
  };
}
