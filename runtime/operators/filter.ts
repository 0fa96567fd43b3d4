// Passes on the records a predicate keeps.

import type { Operator, OperatorContext } from './operator.ts';
import type { OperatorSpec } from './spec.ts';

/** Flink's StreamFilter. */
export function createFilter(
  spec: Extract<OperatorSpec, { kind: 'filter' }>,
  context: OperatorContext,
): Operator {
  const { keep } = spec;
  const { emit } = context;
  return {
    process(value, timestampMs) {
      let isKept: boolean;
      try {
        isKept = keep(value);
      } catch (error) {
        throw context.failure(error, value);
      }
      if (isKept) emit(value, timestampMs);
    },
  };
}
