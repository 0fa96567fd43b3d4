// The rows that a changelog comes to when its bounded input has ended, each once for every time it is in the result.

import { MAX_WATERMARK } from '../time/watermark.ts';
import { hashOfKey, keyGroupOfHash } from '../core/key-group.ts';
import type { RowChange } from './change-spec.ts';
import { NetRows } from './net-rows.ts';
import type { Operator, OperatorContext } from './operator.ts';
import type { RelationalSpec } from './relational-spec.ts';

/** Rows with a primary key come keyed by it; others stay where their changes are made, under the first key group there. */
export function createCollapse(
  { primaryKey }: Extract<RelationalSpec, { kind: 'collapse' }>,
  context: OperatorContext,
): Operator {
  const rows = new NetRows(primaryKey, context);
  const { start } = context.keyGroups;
  return {
    process(value, timestampMs) {
      const change = value as RowChange<unknown>;
      try {
        const keyGroup =
          primaryKey === undefined
            ? start
            : keyGroupOfHash(hashOfKey(primaryKey.keyOf(change.row)), context.maxParallelism);
        rows.apply(change, timestampMs, keyGroup);
      } catch (error) {
        throw context.failure(error, value);
      }
    },
    advanceWatermark(watermarkMs) {
      return watermarkMs < MAX_WATERMARK || rows.drain(context.emit);
    },
  };
}
