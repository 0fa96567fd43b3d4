// What surrounds the functions of a job in one subtask: called once before the first record and once after the last.
//   I1. `close` is called exactly once if `open` was, also when that threw, and never otherwise.

import type { Operator, OperatorContext } from './operator.ts';
import type { RichFunctions } from './spec.ts';

/** The `open` and `close` of an operator with such functions. */
export function makeLifecycle(
  functions: RichFunctions,
  context: OperatorContext,
): Pick<Required<Operator>, 'open' | 'close'> {
  let isOpened = false;
  return {
    async open() {
      isOpened = true;
      try {
        await functions.open?.(context);
      } catch (error) {
        throw context.failure(error, undefined);
      }
    },
    async close() {
      if (!isOpened) return;
      isOpened = false;
      await functions.close?.();
    },
  };
}
