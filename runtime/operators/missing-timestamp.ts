// What is said of a record without a timestamp where event time decides.

import { EngineError } from '../core/errors.ts';

/** `JOB_INVALID`, naming the operator and how to mend it. */
export function missingTimestamp(operator: string): EngineError {
  return new EngineError(
    'JOB_INVALID',
    `${operator} got a record without a timestamp: give every source a watermark strategy with ` +
      '`timestamp: (record) => ...`, as in env.from(source, { watermarks: boundedOutOfOrderness(...) }).',
  );
}
