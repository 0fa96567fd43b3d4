// Any number of results a record. The iterable is the job's code until its end, so a generator that throws half-way has
// emitted what came before.

import type { Operator, OperatorContext } from './operator.ts';
import type { OperatorSpec } from './spec.ts';

/** Flink's StreamFlatMap. */
export function createFlatMap(
  spec: Extract<OperatorSpec, { kind: 'flat-map' }>,
  context: OperatorContext,
): Operator {
  const { apply } = spec;
  const { emit } = context;
  return {
    process(value, timestampMs) {
      const results = start(apply, value, context);
      for (;;) {
        const next = advance(results, value, context);
        if (next.done === true) return;
        emit(next.value, timestampMs);
      }
    },
  };
}

function start(
  apply: (value: unknown) => Iterable<unknown>,
  value: unknown,
  context: OperatorContext,
): Iterator<unknown> {
  try {
    return apply(value)[Symbol.iterator]();
  } catch (error) {
    throw context.failure(error, value);
  }
}

function advance(
  results: Iterator<unknown>,
  value: unknown,
  context: OperatorContext,
): IteratorResult<unknown> {
  try {
    return results.next();
  } catch (error) {
    throw context.failure(error, value);
  }
}
