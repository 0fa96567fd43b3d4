// Gives a changelog a primary key (Flink: ChangelogNormalize for upserts, SinkUpsertMaterializer for the rest). Changes of
// rows with one key may come from several subtasks, hence in any order between them: the row that counts is the one that
// was inserted last and not deleted.
//   I1. Per key, what is emitted is one insert, then updates, then at most one delete, then an insert again.

import type { Key } from '../core/key-group.ts';
import { ChangeEmitter } from './change-emitter.ts';
import type { Change, RowChange } from './change-spec.ts';
import { KeyedValue } from './keyed-value.ts';
import type { Operator, OperatorContext } from './operator.ts';
import type { RelationalSpec } from './relational-spec.ts';
import { rowIdentity } from '../core/row-identity.ts';

export function createPrimaryKey(
  spec: Extract<RelationalSpec, { kind: 'primary-key' }>,
  context: OperatorContext,
): Operator {
  const held = new KeyedValue<readonly unknown[]>('rows', context);
  const changes = new ChangeEmitter(spec.output, spec.primaryKey, context, held);
  return {
    process(value, timestampMs) {
      const change = value as RowChange<unknown>;
      let key: Key;
      try {
        key = spec.primaryKey.keyOf(change.row);
      } catch (error) {
        throw context.failure(error, value);
      }
      held.moveTo(key);
      const before = held.get() ?? NONE;
      const after = spec.isUpsert ? upsert(before, change) : replaceByContent(before, change);
      if (after.length === 0) held.clear();
      else held.set(after);
      tell(changes, before, after, timestampMs);
    },
    advanceWatermark: (watermarkMs) => changes.advance(watermarkMs),
  };
}

const NONE: readonly unknown[] = [];

function upsert(rows: readonly unknown[], { kind, row }: Change<unknown>): readonly unknown[] {
  if (kind === '-U') return rows; // what comes in its place follows
  return kind === '-D' ? NONE : [row];
}

function replaceByContent(
  rows: readonly unknown[],
  { kind, row, before }: RowChange<unknown>,
): readonly unknown[] {
  if (kind === '+I') return [...rows, row];
  const identity = rowIdentity(kind === '+U' ? before : row);
  const index = rows.findLastIndex((held) => rowIdentity(held) === identity);
  if (kind === '-D') return index < 0 ? rows : rows.toSpliced(index, 1);
  return index < 0 ? [...rows, row] : rows.with(index, row);
}

/** The last row is the one that shows. */
function tell(
  changes: ChangeEmitter,
  before: readonly unknown[],
  after: readonly unknown[],
  timestampMs: number,
): void {
  if (before.length === 0) {
    if (after.length > 0) changes.insert(after.at(-1), timestampMs);
  } else if (after.length === 0) {
    changes.delete(before.at(-1), timestampMs);
  } else if (before.at(-1) !== after.at(-1)) {
    changes.update(before.at(-1), after.at(-1), timestampMs);
  }
}
