// One result a record.

import type { Operator, OperatorContext } from './operator.ts';
import type { OperatorSpec } from './spec.ts';

/** Flink's StreamMap. */
export function createMap(
  spec: Extract<OperatorSpec, { kind: 'map' }>,
  context: OperatorContext,
): Operator {
  const { apply } = spec;
  const { emit } = context;
  return {
    process(value, timestampMs) {
      let result: unknown;
      try {
        result = apply(value);
      } catch (error) {
        throw context.failure(error, value);
      }
      emit(result, timestampMs);
    },
  };
}
