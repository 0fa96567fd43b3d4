// The rows that one side of a join holds for one key. How they are kept follows from what is known of the input: a list for
// rows that stay, a table by primary key or by content for rows that are updated and deleted.
//   I1. Everything in it is plain data, so that it can be state.

import { keyIdentity } from '../core/key-identity.ts';
import type { KeyedValue } from './keyed-value.ts';
import type { JoinSideSpec } from './relational-spec.ts';
import { rowIdentity } from '../core/row-identity.ts';

/** A row that waits for rows of the other side. */
export interface JoinRow {
  readonly row: unknown;
  readonly timestampMs: number;
  /** How many rows of the other side it is joined with now. */
  matches: number;
}

/** The rows of a key: in order of arrival, or by identity. */
export type JoinRows = JoinRow[] | Map<unknown, JoinRow>;

/** One side, of the key at hand. */
export class JoinSide {
  readonly spec: JoinSideSpec;
  readonly #held: KeyedValue<JoinRows>;

  constructor(spec: JoinSideSpec, held: KeyedValue<JoinRows>) {
    this.spec = spec;
    this.#held = held;
  }

  get size(): number {
    const rows = this.#held.get();
    if (rows === undefined) return 0;
    return Array.isArray(rows) ? rows.length : rows.size;
  }

  rows(): Iterable<JoinRow> {
    return this.#held.get()?.values() ?? NONE;
  }

  /** The row that an update or delete is about. */
  find(row: unknown): JoinRow | undefined {
    const rows = this.#held.get();
    return rows instanceof Map ? rows.get(this.#lastIdentity(rows, row)) : undefined;
  }

  add(added: JoinRow): void {
    const rows = this.#held.get() ?? (this.spec.isChangelog ? new Map<unknown, JoinRow>() : []);
    if (Array.isArray(rows)) rows.push(added);
    else rows.set(this.#freeIdentity(rows, added.row), added);
    this.#held.set(rows);
  }

  remove(row: unknown): void {
    const rows = this.#held.get();
    if (!(rows instanceof Map)) return;
    rows.delete(this.#lastIdentity(rows, row));
    this.#put(rows);
  }

  /** The `matches` of some rows have changed. */
  saveMatches(): void {
    const rows = this.#held.get();
    if (rows !== undefined) this.#held.set(rows);
  }

  /** Forgets the rows from before `timestampMs`, that one included. */
  expire(timestampMs: number): void {
    const rows = this.#held.get();
    if (rows === undefined) return;
    if (Array.isArray(rows)) {
      let kept = 0;
      for (const held of rows) if (held.timestampMs > timestampMs) rows[kept++] = held;
      if (kept === rows.length) return;
      rows.length = kept;
      this.#put(rows);
      return;
    }
    for (const [identity, held] of rows) if (held.timestampMs <= timestampMs) rows.delete(identity);
    this.#put(rows);
  }

  #put(rows: JoinRows): void {
    if ((Array.isArray(rows) ? rows.length : rows.size) === 0) this.#held.clear();
    else this.#held.set(rows);
  }

  #identityOf(row: unknown): unknown {
    const { primaryKey, isUnique } = this.spec;
    if (isUnique) return 0;
    return primaryKey === undefined ? rowIdentity(row) : keyIdentity(primaryKey.keyOf(row));
  }

  /** Rows of equal content are numbered: `row`, `row#1`, `row#2`, … without gaps. */
  #freeIdentity(rows: ReadonlyMap<unknown, JoinRow>, row: unknown): unknown {
    const identity = this.#identityOf(row);
    if (this.spec.primaryKey !== undefined || !rows.has(identity)) return identity;
    let copy = 1;
    while (rows.has(numbered(identity, copy))) copy++;
    return numbered(identity, copy);
  }

  #lastIdentity(rows: ReadonlyMap<unknown, JoinRow>, row: unknown): unknown {
    const identity = this.#identityOf(row);
    if (this.spec.primaryKey !== undefined || !rows.has(numbered(identity, 1))) return identity;
    let copy = 1;
    while (rows.has(numbered(identity, copy + 1))) copy++;
    return numbered(identity, copy);
  }
}

const NONE: readonly JoinRow[] = [];

function numbered(identity: unknown, copy: number): string {
  return `${String(identity)}#${copy}`;
}
