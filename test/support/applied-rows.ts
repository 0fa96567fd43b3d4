// What the changes of a changelog come to, one after the other, checked against the law of changelogs: nothing is deleted
// or replaced that is not there.

import { rowIdentity } from '../../runtime/core/row-identity.ts';
import type { RowChange } from '../../runtime/operators/change-spec.ts';

/** A multiset of rows that changes are applied to. */
export class AppliedRows {
  readonly #rows = new Map<string, { readonly row: unknown; count: number }>();

  apply(change: RowChange<unknown>): void {
    if (change.kind === '+U') {
      if (!('before' in change)) throw new Error('an update without the row before');
      this.#remove(change.before);
    }
    if (change.kind === '-D') this.#remove(change.row);
    else this.#add(change.row);
  }

  /** In an order of their own, which is the same for equal multisets. */
  get rows(): readonly unknown[] {
    return inOrder(
      [...this.#rows.values()].flatMap(({ row, count }) => Array<unknown>(count).fill(row)),
    );
  }

  #add(row: unknown): void {
    const identity = rowIdentity(row);
    const known = this.#rows.get(identity);
    if (known === undefined) this.#rows.set(identity, { row, count: 1 });
    else known.count++;
  }

  #remove(row: unknown): void {
    const identity = rowIdentity(row);
    const known = this.#rows.get(identity);
    if (known === undefined) throw new Error(`there is no row ${identity} to take back`);
    known.count--;
    if (known.count === 0) this.#rows.delete(identity);
  }
}

/** Rows that are found by a primary key: updates need not say what they replace. */
export class UpsertedRows {
  readonly #rows = new Map<string, unknown>();
  readonly #keyOf: (row: unknown) => unknown;

  constructor(keyOf: (row: unknown) => unknown) {
    this.#keyOf = keyOf;
  }

  apply({ kind, row }: RowChange<unknown>): void {
    const key = rowIdentity(this.#keyOf(row));
    const isKnown = this.#rows.has(key);
    if (isKnown === (kind === '+I'))
      throw new Error(`${kind} of ${key}, which is ${isKnown ? '' : 'not '}there`);
    if (kind === '-D') this.#rows.delete(key);
    else this.#rows.set(key, row);
  }

  get rows(): readonly unknown[] {
    return inOrder([...this.#rows.values()]);
  }
}

/** Equal multisets in equal order. */
export function inOrder(rows: readonly unknown[]): readonly unknown[] {
  return rows
    .map((row) => ({ row, identity: rowIdentity(row) }))
    .toSorted((left, right) => (left.identity < right.identity ? -1 : 1))
    .map(({ row }) => row);
}
