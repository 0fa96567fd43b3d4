// Each record of the left side with the row of a small table that every subtask holds whole. The table grows and changes
// with the right side; a left record is joined with the table as it is when the record comes.

import { keyIdentity } from '../core/key-identity.ts';
import type { RowChange } from './change-spec.ts';
import type { Operator, OperatorContext } from './operator.ts';
import type { RelationalSpec } from './relational-spec.ts';

export function createBroadcastJoin(
  spec: Extract<RelationalSpec, { kind: 'broadcast-join' }>,
  context: OperatorContext,
): Operator {
  const table = new Map<unknown, unknown>();
  const identityOf = (row: unknown): unknown => keyIdentity(spec.rightKey(row));
  return {
    process(row, timestampMs) {
      try {
        const found = table.get(keyIdentity(spec.leftKey(row)));
        if (found === undefined && !spec.isOuter) return;
        context.emit(spec.combine(row, found), timestampMs);
      } catch (error) {
        throw context.failure(error, row);
      }
    },
    processSecond(value) {
      const { kind, row, before }: RowChange<unknown> = spec.isChangelog
        ? (value as RowChange<unknown>)
        : { kind: '+I', row: value };
      try {
        if (kind === '-D') table.delete(identityOf(row));
        if (kind === '+U') table.delete(identityOf(before)); // its key may be another
        if (kind !== '-D') table.set(identityOf(row), row);
      } catch (error) {
        throw context.failure(error, value);
      }
    },
  };
}
