// The records of a changelog: what happened to a row. An update is one record that knows the row before it, not a pair of
// records: it is routed, filtered and counted in one step, so nobody downstream sees the state between the halves.
//   I1. `before` of an update is absent only when every reader of the changelog finds rows by their primary key.
//   I2. A row is deleted or updated only after it was inserted, as often as it was inserted.

/** A change inside the engine. */
export interface RowChange<T> {
  readonly kind: '+I' | '+U' | '-D';
  readonly row: T;
  /** The row that an update replaces. */
  readonly before?: T;
}

/** A change as jobs and sinks see it: Flink's RowKind. An update is `-U` with the old row, then `+U` with the new one. */
export interface Change<T> {
  readonly kind: '+I' | '-U' | '+U' | '-D';
  readonly row: T;
}

/** What an operator that makes changes is to do; readers that are added to the graph later may still turn `emitsBefore` on. */
export interface ChangelogOutput {
  /** Whether a reader needs the row before an update. */
  emitsBefore: boolean;
  /** `final`: at the end of a bounded input, the rows that are left. */
  readonly emit: 'changes' | 'final';
}

/** A new row. */
export function insertOf<T>(row: T): RowChange<T> {
  return { kind: '+I', row };
}

/** A row in place of another. */
export function updateOf<T>(before: T, row: T): RowChange<T> {
  return { kind: '+U', row, before };
}

/** A row that is no more. */
export function deleteOf<T>(row: T): RowChange<T> {
  return { kind: '-D', row };
}
