// The rows that a changelog comes to when its bounded input has ended, each once for every time it is in the result. It stands
// where the changes are made, so that they need not be sent.

import { MAX_WATERMARK } from '../time/watermark.ts';
import { hashOfKey, keyGroupOfHash } from '../core/key-group.ts';
import type { RowChange } from './change-spec.ts';
import { NetRows } from './net-rows.ts';
import type { Operator, OperatorContext } from './operator.ts';
import type { RelationalSpec } from './relational-spec.ts';

/** Rows are kept under the key group by which their changes were dealt out; if there is none, under the first one here. */
export function createCollapse(
  { primaryKey, routedBy }: Extract<RelationalSpec, { kind: 'collapse' }>,
  context: OperatorContext,
): Operator {
  const rows = new NetRows(primaryKey, context);
  const { start } = context.keyGroups;
  return {
    process(value, timestampMs) {
      const change = value as RowChange<unknown>;
      try {
        const keyGroup =
          routedBy === undefined
            ? start
            : keyGroupOfHash(hashOfKey(routedBy.keyOf(change.row)), context.maxParallelism);
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
