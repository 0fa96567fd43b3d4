// How operators hand out changes of their result rows: each at once, or, when only the final rows are wanted (as in batch
// mode), those that are left when event time ends. The only place where that is decided.
//   I1. Final rows are inserts; they come before the last watermark, so that windows behind them still see them.

import { MAX_WATERMARK } from '../time/watermark.ts';
import { type ChangelogOutput, deleteOf, insertOf, type RowChange } from './change-spec.ts';
import type { KeySelector } from './key-selector-spec.ts';
import { NetRows } from './net-rows.ts';
import type { OperatorContext } from './operator.ts';

/** Who knows the key group of the record at hand. */
interface Cursor {
  readonly keyGroup: number;
}

/** The changelog output of one operator. */
export class ChangeEmitter {
  /** Whether updates must carry the row before. */
  readonly needsBefore: boolean;
  readonly #context: OperatorContext;
  readonly #cursor: Cursor;
  readonly #rows: NetRows | undefined;

  constructor(
    output: ChangelogOutput,
    primaryKey: KeySelector | undefined,
    context: OperatorContext,
    cursor: Cursor,
  ) {
    const isFinal = output.emit === 'final' || context.mode === 'batch';
    this.needsBefore = isFinal ? primaryKey === undefined : output.emitsBefore;
    this.#context = context;
    this.#cursor = cursor;
    this.#rows = isFinal ? new NetRows(primaryKey, context) : undefined;
  }

  insert(row: unknown, timestampMs: number): void {
    this.#emit(insertOf(row), timestampMs);
  }

  /** `before` is ignored unless `needsBefore`. */
  update(before: unknown, row: unknown, timestampMs: number): void {
    this.#emit(this.needsBefore ? { kind: '+U', row, before } : { kind: '+U', row }, timestampMs);
  }

  delete(row: unknown, timestampMs: number): void {
    this.#emit(deleteOf(row), timestampMs);
  }

  /** To be called by the operator's `advanceWatermark`; false when stopped early. */
  advance(watermarkMs: number): boolean {
    if (this.#rows === undefined || watermarkMs < MAX_WATERMARK) return true;
    return this.#rows.drain((row, timestampMs) => {
      this.#context.emit(insertOf(row), timestampMs);
    });
  }

  #emit(change: RowChange<unknown>, timestampMs: number): void {
    if (this.#rows === undefined) this.#context.emit(change, timestampMs);
    else this.#rows.apply(change, timestampMs, this.#cursor.keyGroup);
  }
}
