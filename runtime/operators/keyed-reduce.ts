// A running combination a key: emits the combined value after each record.

import { hashOfKey, keyGroupOfHash } from '../core/key-group.ts';
import { HeapKeyedState } from '../state/heap-keyed-state.ts';
import type { ValueState } from '../state/state.ts';
import type { Operator, OperatorContext } from './operator.ts';
import type { OperatorSpec } from './spec.ts';

/** Flink's StreamGroupedReduceOperator. */
export function createKeyedReduce(
  spec: Extract<OperatorSpec, { kind: 'keyed-reduce' }>,
  context: OperatorContext,
): Operator {
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
