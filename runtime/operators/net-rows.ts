// What is left of a changelog: the rows that were inserted and not deleted, with how often. Rows with a primary key are
// found by it, others by their content.
//   I1. A row that was deleted as often as inserted takes no room.
//   I2. The rows of a key group lie together: the group is the key of their state.

import { keyIdentity } from '../core/key-identity.ts';
import { HeapKeyedState } from '../state/heap-keyed-state.ts';
import type { MapState } from '../state/state.ts';
import type { RowChange } from './change-spec.ts';
import type { KeySelector } from './key-selector-spec.ts';
import type { OperatorContext } from './operator.ts';
import { rowIdentity } from '../core/row-identity.ts';

interface NetRow {
  readonly row: unknown;
  readonly timestampMs: number;
  readonly count: number;
}

/** The rows so far, and their emission at the end. */
export class NetRows {
  readonly #context: OperatorContext;
  readonly #identityOf: (row: unknown) => unknown;
  readonly #isKeyed: boolean;
  readonly #store: HeapKeyedState;
  readonly #rows: MapState<unknown, NetRow>;

  constructor(primaryKey: KeySelector | undefined, context: OperatorContext) {
    this.#context = context;
    this.#isKeyed = primaryKey !== undefined;
    this.#identityOf =
      primaryKey === undefined ? rowIdentity : (row) => keyIdentity(primaryKey.keyOf(row));
    this.#store = new HeapKeyedState({ rows: { kind: 'map' } }, context.keyGroups);
    this.#rows = this.#store.states['rows'] as MapState<unknown, NetRow>;
  }

  apply({ kind, row, before }: RowChange<unknown>, timestampMs: number, keyGroup: number): void {
    this.#store.setCurrentKey(keyGroup, keyGroup);
    if (this.#isKeyed) {
      const identity = this.#identityOf(row);
      if (kind === '-D') this.#rows.delete(identity);
      else this.#rows.set(identity, { row, timestampMs, count: 1 });
      return;
    }
    if (kind === '-D') this.#add(row, timestampMs, -1);
    else this.#add(row, timestampMs, 1);
    if (kind === '+U') this.#add(before, timestampMs, -1);
  }

  #add(row: unknown, timestampMs: number, by: number): void {
    const identity = this.#identityOf(row);
    const known = this.#rows.get(identity);
    const count = (known?.count ?? 0) + by;
    if (count === 0) this.#rows.delete(identity);
    else this.#rows.set(identity, { row: known?.row ?? row, timestampMs, count });
  }

  /** Hands out every row that is left, and forgets it; false when the outputs are full: call again. */
  drain(emit: (row: unknown, timestampMs: number) => void): boolean {
    const { start, end } = this.#context.keyGroups;
    for (let group = start; group <= end; group++) {
      this.#store.setCurrentKey(group, group);
      for (const [identity, { row, timestampMs, count }] of this.#rows.entries()) {
        if (this.#context.isBlocked()) return false;
        for (let copy = 0; copy < count; copy++) emit(row, timestampMs);
        this.#rows.delete(identity);
      }
    }
    return true;
  }
}
