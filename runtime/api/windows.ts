// Windows as a job describes them, and the shape of what declarative aggregates over them give.

import { EngineError } from '../core/errors.ts';
import type { AggregateColumn, TumblingWindows } from '../operators/spec.ts';

/** Windows of `sizeMs` aligned to the epoch, moved by `offsetMs` (for days in a time zone). */
export function tumbling(options: { sizeMs: number; offsetMs?: number }): TumblingWindows {
  const { sizeMs, offsetMs = 0 } = options;
  const isWhole = Number.isSafeInteger(sizeMs) && Number.isSafeInteger(offsetMs);
  if (!isWhole || sizeMs <= 0 || Math.abs(offsetMs) >= sizeMs) {
    throw new EngineError(
      'JOB_INVALID',
      `A tumbling window of ${sizeMs} ms with offset ${offsetMs} ms: both must be whole numbers of ` +
        'milliseconds, the size positive and the offset smaller than it.',
    );
  }
  return { kind: 'tumbling', sizeMs, offsetMs };
}

/** The result of declarative aggregates: the key's fields, the window's bounds, a number a column. */
export type AggregateResult<KeyFields, Columns> = KeyFields & {
  readonly windowStartMs: number;
  readonly windowEndMs: number;
} & { readonly [Name in keyof Columns]: number };

/** Throws `JOB_INVALID` when a column would hide a key field (`taken`) or a bound of the window. */
export function checkColumnNames(
  columns: readonly AggregateColumn[],
  taken: readonly string[],
): void {
  const reserved = [...taken, 'windowStartMs', 'windowEndMs'];
  for (const { name } of columns) {
    if (!reserved.includes(name)) continue;
    throw new EngineError(
      'JOB_INVALID',
      `The aggregate column "${name}" has the name of a key field or window bound: call it something else.`,
    );
  }
}
