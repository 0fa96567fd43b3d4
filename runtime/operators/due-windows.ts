// What a window operator keeps until a window's end, as the operator sees it. Two makers: window-tables.ts has a table for
// each window, window-slices.ts tables of time that overlapping windows share.
//   I1. No record is added while a due window is being emitted.

import type { Key } from '../core/key-group.ts';
import type { TimeWindow } from './spec.ts';

/** Records by key and window. */
export interface DueWindows {
  /**
   * Adds a record to all its windows that the watermark has not closed, that is, whose last millisecond is above it.
   * False: it has closed all of them. A record that is in no window is late when the watermark has reached it.
   */
  add(value: unknown, timestampMs: number, watermarkMs: number): boolean;
  /** The earliest window that the watermark closes and that holds records. The same again until `close`. */
  nextDue(watermarkMs: number): DueWindow | undefined;
  /** The due window has been emitted: what only it needs is freed. */
  close(): void;
}

/** A window to be emitted: positions 0 to size - 1, of which those that hold a key count. */
export interface DueWindow {
  readonly window: TimeWindow;
  readonly size: number;
  holds(index: number): boolean;
  keyAt(index: number): Key;
  result(index: number): unknown;
}
