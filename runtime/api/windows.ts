// Windows as a job describes them, and the shape of what declarative aggregates over them give.

import { EngineError } from '../core/errors.ts';
import type {
  AggregateColumn,
  CumulativeWindows,
  SlidingWindows,
  TumblingWindows,
} from '../operators/spec.ts';

/** Windows of `sizeMs` aligned to the epoch, moved by `offsetMs` (for days in a time zone). */
export function tumbling(options: { sizeMs: number; offsetMs?: number }): TumblingWindows {
  const { sizeMs, offsetMs = 0 } = options;
  checkMs('tumbling', { sizeMs }, offsetMs, sizeMs);
  return { kind: 'tumbling', sizeMs, offsetMs };
}

/** Windows of `sizeMs`, one beginning every `slideMs`: a record is in `sizeMs / slideMs` of them. */
export function sliding(options: {
  sizeMs: number;
  slideMs: number;
  offsetMs?: number;
}): SlidingWindows {
  const { sizeMs, slideMs, offsetMs = 0 } = options;
  checkMs('sliding', { sizeMs, slideMs }, offsetMs, slideMs);
  return { kind: 'sliding', sizeMs, slideMs, offsetMs };
}

/** Windows `[start, start + stepMs)`, `[start, start + 2 * stepMs)`, … up to `sizeMs`: running totals that begin anew. */
export function cumulative(options: {
  sizeMs: number;
  stepMs: number;
  offsetMs?: number;
}): CumulativeWindows {
  const { sizeMs, stepMs, offsetMs = 0 } = options;
  checkMs('cumulative', { sizeMs, stepMs }, offsetMs, sizeMs);
  if (sizeMs % stepMs !== 0) {
    throw new EngineError(
      'JOB_INVALID',
      `A cumulative window of ${sizeMs} ms in steps of ${stepMs} ms: the size must be a multiple of the step.`,
    );
  }
  return { kind: 'cumulative', sizeMs, stepMs, offsetMs };
}

function checkMs(
  what: string,
  lengths: Readonly<Record<string, number>>,
  offsetMs: number,
  periodMs: number,
): void {
  const isWhole = (value: number): boolean => Number.isSafeInteger(value);
  const areLengths = Object.values(lengths).every((value) => isWhole(value) && value > 0);
  if (areLengths && isWhole(offsetMs) && Math.abs(offsetMs) < periodMs) return;
  const given = Object.entries({ ...lengths, offsetMs })
    .map(([name, value]) => `${name} ${value}`)
    .join(', ');
  throw new EngineError(
    'JOB_INVALID',
    `A ${what} window with ${given}: all must be whole numbers of milliseconds, the lengths positive and the ` +
      `offset smaller than ${periodMs}.`,
  );
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
