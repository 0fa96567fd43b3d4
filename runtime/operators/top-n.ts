// The first n rows of each key in an order (Flink SQL: ROW_NUMBER() <= n). Rows that are equal in that order stand in the
// order of event time, then of arrival. With ranks, every row whose rank changes is told; without, only rows that come and go.
//   I1. The rows of a key are sorted, and for an input without deletes there are at most n.
//   I2. After each input change, the changes emitted so far amount to the first n rows of the input so far.

import { ChangeEmitter } from './change-emitter.ts';
import type { RowChange } from './change-spec.ts';
import { KeyedValue } from './keyed-value.ts';
import type { Operator, OperatorContext } from './operator.ts';
import type { RelationalSpec } from './relational-spec.ts';
import { rowIdentity } from '../core/row-identity.ts';

type TopNSpec = Extract<RelationalSpec, { kind: 'top-n' }>;

export function createTopN(spec: TopNSpec, context: OperatorContext): Operator {
  return new TopN(spec, context);
}

interface RankedRow {
  readonly row: unknown;
  readonly timestampMs: number;
}

class TopN implements Operator {
  readonly #spec: TopNSpec;
  readonly #context: OperatorContext;
  readonly #held: KeyedValue<RankedRow[]>;
  readonly #changes: ChangeEmitter;

  constructor(spec: TopNSpec, context: OperatorContext) {
    this.#spec = spec;
    this.#context = context;
    this.#held = new KeyedValue('rows', context);
    this.#changes = new ChangeEmitter(spec.output, spec.outputKey, context, this.#held);
  }

  process(value: unknown, timestampMs: number): void {
    const { selector, isChangelog } = this.#spec.input;
    try {
      if (!isChangelog) {
        this.#held.moveTo(selector.keyOf(value));
        this.#insertOnly({ row: value, timestampMs });
        return;
      }
      const { kind, row, before } = value as RowChange<unknown>;
      this.#held.moveTo(selector.keyOf(row));
      const old = kind === '+I' ? undefined : kind === '+U' ? before : row;
      this.#replace(old, kind === '-D' ? undefined : { row, timestampMs }, timestampMs);
    } catch (error) {
      throw this.#context.failure(error, value);
    }
  }

  advanceWatermark(watermarkMs: number): boolean {
    return this.#changes.advance(watermarkMs);
  }

  #insertOnly(next: RankedRow): void {
    const { n } = this.#spec;
    const rows = this.#held.get() ?? [];
    const at = this.#placeOf(rows, next);
    if (at >= n) return;
    const shown = rows.slice(at);
    rows.splice(at, 0, next);
    if (rows.length > n) rows.pop();
    this.#held.set(rows);
    this.#tell(shown, rows, at, next.timestampMs);
  }

  #replace(old: unknown, next: RankedRow | undefined, timestampMs: number): void {
    const { n } = this.#spec;
    const rows = this.#held.get() ?? [];
    const from = old === undefined ? -1 : this.#find(rows, old);
    if (from < 0 && next === undefined) {
      this.#context.count('deletesOfUnknownRows');
      return;
    }
    const shown = rows.slice(0, n);
    if (from >= 0) rows.splice(from, 1);
    const to = next === undefined ? from : this.#placeOf(rows, next);
    if (next !== undefined) rows.splice(to, 0, next);
    if (rows.length === 0) this.#held.clear();
    else this.#held.set(rows);
    const first = from < 0 ? to : Math.min(from, to);
    this.#tell(shown.slice(first), rows, first, timestampMs);
  }

  /** Behind all rows that are not after it in the order. */
  #placeOf(rows: readonly RankedRow[], row: RankedRow): number {
    let low = 0;
    let high = rows.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#isBefore(row, rows[middle] as RankedRow)) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  #isBefore(left: RankedRow, right: RankedRow): boolean {
    const order = this.#spec.compare(left.row, right.row);
    return order < 0 || (order === 0 && left.timestampMs < right.timestampMs);
  }

  /** Among the rows that are equal in the order, the last with the same content. */
  #find(rows: readonly RankedRow[], row: unknown): number {
    const { compare } = this.#spec;
    let index = this.#placeOf(rows, { row, timestampMs: Infinity }) - 1;
    const identity = rowIdentity(row);
    for (; index >= 0; index--) {
      const held = rows[index] as RankedRow;
      if (compare(held.row, row) !== 0) return -1;
      if (rowIdentity(held.row) === identity) return index;
    }
    return -1;
  }

  /** `shown` are the rows that were shown from rank `first` on; `rows` are all rows now. */
  #tell(shown: readonly RankedRow[], rows: RankedRow[], first: number, timestampMs: number): void {
    const { n, rankField } = this.#spec;
    const now = rows.slice(first, n);
    if (rankField === undefined) this.#tellSet(shown, now, timestampMs);
    else this.#tellRanks(shown, now, first, timestampMs);
  }

  #tellRanks(
    shown: readonly RankedRow[],
    now: readonly RankedRow[],
    first: number,
    timestampMs: number,
  ): void {
    for (let index = 0; index < Math.max(shown.length, now.length); index++) {
      const old = shown[index];
      const next = now[index];
      if (old === next) continue;
      const rank = first + index + 1;
      if (next === undefined) {
        this.#changes.delete(this.#ranked(old, rank), timestampMs);
      } else if (old === undefined) {
        this.#changes.insert(this.#ranked(next, rank), timestampMs);
      } else {
        const before = this.#changes.needsBefore ? this.#ranked(old, rank) : undefined;
        this.#changes.update(before, this.#ranked(next, rank), timestampMs);
      }
    }
  }

  #ranked(ranked: RankedRow | undefined, rank: number): unknown {
    return { ...(ranked?.row as object), [this.#spec.rankField ?? '']: rank };
  }

  /** One change moves at most one row in and one out. */
  #tellSet(shown: readonly RankedRow[], now: readonly RankedRow[], timestampMs: number): void {
    const before = new Set(shown);
    const after = new Set(now);
    const gone = shown.find((row) => !after.has(row));
    const come = now.find((row) => !before.has(row));
    if (gone !== undefined && come !== undefined && this.#spec.n === 1) {
      this.#changes.update(gone.row, come.row, timestampMs);
      return;
    }
    if (gone !== undefined) this.#changes.delete(gone.row, timestampMs);
    if (come !== undefined) this.#changes.insert(come.row, timestampMs);
  }
}
