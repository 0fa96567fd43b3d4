// Contents of windows that share nothing: one table a window. All keys of a window share the table, so a window costs no
// timer a key. Tumbling windows need no more; overlapping ones add a record to each of its windows, which is only done
// for accumulators that cannot be merged.
//   I1. Windows are due in order of their ends.

import type { Key } from '../core/key-group.ts';
import type { MemoryBudget } from '../state/memory-budget.ts';
import type { RowsMaker } from './accumulator-rows.ts';
import { AccumulatorTable } from './accumulator-table.ts';
import { windowsOf } from './aligned-windows.ts';
import type { AlignedWindows, TimeWindow } from './spec.ts';
import { TimeSeries } from './time-series.ts';
import type { DueWindow, DueWindows } from './due-windows.ts';

/** The windows of one subtask. */
export class WindowTables implements DueWindows {
  readonly #windows: AlignedWindows;
  readonly #keyOf: (value: unknown) => Key;
  readonly #makeRows: RowsMaker;
  readonly #budget: MemoryBudget;
  readonly #open = new TimeSeries<WindowTable>(); // by window end
  #recent: WindowTable | undefined; // of the last record, while windows do not overlap: most records share it with their neighbour

  constructor(
    windows: AlignedWindows,
    keyOf: (value: unknown) => Key,
    makeRows: RowsMaker,
    budget: MemoryBudget,
  ) {
    this.#windows = windows;
    this.#keyOf = keyOf;
    this.#makeRows = makeRows;
    this.#budget = budget;
  }

  add(value: unknown, timestampMs: number, watermarkMs: number): boolean {
    const recent = this.#recent;
    if (recent?.contains(timestampMs) === true && recent.window.endMs - 1 > watermarkMs) {
      recent.table.add(this.#keyOf(value), value);
      return true;
    }
    return this.#addToAll(value, timestampMs, watermarkMs);
  }

  #addToAll(value: unknown, timestampMs: number, watermarkMs: number): boolean {
    const windows = windowsOf(timestampMs, this.#windows);
    let isAdded = false;
    for (const window of windows) {
      if (window.endMs - 1 <= watermarkMs) continue;
      const found = this.#tableOf(window);
      found.table.add(this.#keyOf(value), value);
      if (this.#isDisjoint()) this.#recent = found;
      isAdded = true;
    }
    return isAdded || (windows.length === 0 && timestampMs > watermarkMs);
  }

  nextDue(watermarkMs: number): DueWindow | undefined {
    const first = this.#open.first();
    return first === undefined || first.window.endMs - 1 > watermarkMs ? undefined : first;
  }

  close(): void {
    const closed = this.#open.removeFirst();
    if (this.#recent === closed) this.#recent = undefined;
    closed?.table.free();
  }

  #isDisjoint(): boolean {
    return (
      this.#windows.kind === 'tumbling' ||
      (this.#windows.kind === 'sliding' && this.#windows.sizeMs <= this.#windows.slideMs)
    );
  }

  #tableOf(window: TimeWindow): WindowTable {
    const known = this.#open.at(window.endMs);
    if (known !== undefined) return known;
    const made = new WindowTable(window, new AccumulatorTable(this.#makeRows(), this.#budget));
    this.#open.insert(window.endMs, made);
    return made;
  }
}

class WindowTable implements DueWindow {
  readonly window: TimeWindow;
  readonly table: AccumulatorTable;

  constructor(window: TimeWindow, table: AccumulatorTable) {
    this.window = window;
    this.table = table;
  }

  get size(): number {
    return this.table.size;
  }

  contains(timestampMs: number): boolean {
    return this.window.startMs <= timestampMs && timestampMs < this.window.endMs;
  }

  holds(): boolean {
    return true;
  }

  keyAt(index: number): Key {
    return this.table.keys.keyAt(index);
  }

  result(index: number): unknown {
    return this.table.rows.result(index, this.table.keys.keyAt(index), this.window);
  }
}
