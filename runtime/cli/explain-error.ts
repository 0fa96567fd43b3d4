// What a failed command says: one line for a mistake of the person at the keyboard, a stack for one of ours.

import { EngineError, type ErrorCode } from '../core/errors.ts';

/** Mistakes of the person at the keyboard. */
const WRONG_USE: ReadonlySet<ErrorCode> = new Set([
  'USAGE',
  'CONFIG_INVALID',
  'JOB_NOT_FOUND',
  'JOB_INVALID',
  'PARAMETERS_INVALID',
  'INPUT_NOT_FOUND',
  'PORT_IN_USE',
]);

/** Writes to stderr; returns the exit code that goes with the error. */
export function explainError(error: unknown): number {
  if (error instanceof EngineError && error.domain !== 'internal') {
    process.stderr.write(`error: ${error.message}\n`);
    return WRONG_USE.has(error.code) ? 2 : 1;
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`${text}\n`);
  return 1;
}
