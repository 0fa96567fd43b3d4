// How a connector reports that a function of the job threw: the task then shows one line that names the function and
// the record, not a stack of ours.

import { EngineError } from '../core/errors.ts';

/** `USER_FUNCTION_FAILED`, naming the function and what it was given; an error of ours passes through unchanged. */
export function userFailure(called: string, cause: unknown): EngineError {
  if (cause instanceof EngineError) return cause;
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new EngineError('USER_FUNCTION_FAILED', `${called} threw: ${reason}`, { cause });
}
