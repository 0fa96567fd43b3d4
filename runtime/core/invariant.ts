// A broken invariant is a bug of ours: it ends the task or the process and lets recovery work. It stays on in production.

import { EngineError } from './errors.ts';

/** Throws `INVARIANT_BROKEN` unless the condition holds; the message says what must be true. */
export function invariant(condition: unknown, message: string): asserts condition {
  if (!condition) throw new EngineError('INVARIANT_BROKEN', message);
}
