// Contents of overlapping windows: a record is added once, to the slice of its time, however many windows it is in. When a
// window is due its slices are combined (window-totals.ts).
//   I1. A window that has been due, or that the watermark has passed without records, is never due again: a record that
//       comes later for a slice of it only counts in the later windows of that slice.
//   I2. A slice is kept until the last window that contains it has been emitted.

import type { Key } from '../core/key-group.ts';
import type { MemoryBudget } from '../state/memory-budget.ts';
import type { RowsMaker } from './accumulator-rows.ts';
import type { SliceLayout } from './slice-layout.ts';
import { Slice } from './slice.ts';
import type { TimeWindow } from './spec.ts';
import { TimeSeries } from './time-series.ts';
import type { DueWindow, DueWindows } from './due-windows.ts';
import { WindowTotals } from './window-totals.ts';

/** The slices of one subtask. */
export class WindowSlices implements DueWindows {
  readonly #layout: SliceLayout;
  readonly #keyOf: (value: unknown) => Key;
  readonly #makeRows: RowsMaker;
  readonly #budget: MemoryBudget;
  readonly #slices = new TimeSeries<Slice>(); // by start
  readonly #totals: WindowTotals;
  #recent: Slice | undefined; // of the last record: most records share it with their neighbour
  #due: DueTotals | undefined;
  #closedUntilMs = -Infinity; // windows that end up to here are not due any more

  constructor(
    layout: SliceLayout,
    keyOf: (value: unknown) => Key,
    makeRows: RowsMaker,
    budget: MemoryBudget,
  ) {
    this.#layout = layout;
    this.#keyOf = keyOf;
    this.#makeRows = makeRows;
    this.#budget = budget;
    this.#totals = new WindowTotals(makeRows, budget);
  }

  add(value: unknown, timestampMs: number, watermarkMs: number): boolean {
    const recent = this.#recent;
    const isRecent =
      recent !== undefined && recent.startMs <= timestampMs && timestampMs < recent.endMs;
    const lastEndMs = isRecent ? recent.lastEndMs : this.#layout.lastEndMs(timestampMs);
    if (lastEndMs - 1 <= watermarkMs) return false;
    const slice = isRecent ? recent : this.#sliceOf(timestampMs);
    const key = this.#keyOf(value);
    if (slice.startMs >= this.#totals.mergedUntilMs) {
      slice.table.add(key, value);
    } else {
      const earlier = this.#slices.between(-Infinity, slice.startMs);
      this.#totals.addMerged(slice, earlier, key, value);
    }
    return true;
  }

  nextDue(watermarkMs: number): DueWindow | undefined {
    this.#due ??= this.#makeDue(watermarkMs);
    return this.#due;
  }

  close(): void {
    if (this.#due !== undefined) this.#closedUntilMs = this.#due.window.endMs;
    this.#due = undefined;
  }

  #makeDue(watermarkMs: number): DueTotals | undefined {
    const window = this.#nextWindow();
    if (window === undefined || window.endMs - 1 > watermarkMs) {
      this.#closedUntilMs = Math.max(this.#closedUntilMs, watermarkMs + 1);
      return undefined;
    }
    const turnMs = this.#layout.turnMs(window.startMs);
    if (turnMs !== this.#totals.turnMs) {
      this.#totals.turn(turnMs, this.#slices.between(window.startMs, turnMs));
    }
    const news = this.#slices.between(this.#totals.mergedUntilMs, window.endMs);
    for (const slice of news) this.#totals.push(slice);
    this.#totals.mergedUntilMs = window.endMs;
    return new DueTotals(window, this.#totals);
  }

  /** The first window that is still to come and holds records; slices that are in no such window are freed. */
  #nextWindow(): TimeWindow | undefined {
    for (;;) {
      const first = this.#slices.first();
      if (first === undefined) {
        this.#totals.clear();
        return undefined;
      }
      const afterMs = Math.max(this.#closedUntilMs, first.startMs);
      const window = this.#layout.windowEndingAfter(afterMs);
      if (first.startMs >= window.startMs) return window;
      this.#totals.remove(first);
      this.#slices.removeFirst();
      if (this.#recent === first) this.#recent = undefined;
      first.free();
    }
  }

  #sliceOf(timestampMs: number): Slice {
    const bounds = this.#layout.sliceOf(timestampMs);
    let slice = this.#slices.at(bounds.startMs);
    if (slice === undefined) {
      const lastEndMs = this.#layout.lastEndMs(timestampMs);
      slice = new Slice(bounds, lastEndMs, this.#makeRows(), this.#budget);
      this.#slices.insert(bounds.startMs, slice);
    }
    this.#recent = slice;
    return slice;
  }
}

/** The totals of a window that is due. */
class DueTotals implements DueWindow {
  readonly window: TimeWindow;
  readonly #totals: WindowTotals;

  constructor(window: TimeWindow, totals: WindowTotals) {
    this.window = window;
    this.#totals = totals;
  }

  get size(): number {
    return this.#totals.size;
  }

  holds(index: number): boolean {
    return this.#totals.holds(index);
  }

  keyAt(index: number): Key {
    return this.#totals.keyAt(index);
  }

  result(index: number): unknown {
    return this.#totals.result(index, this.window);
  }
}
