// How time is cut into slices, such that every overlapping window is a row of whole slices. Pure.
// Sliding windows are cut at their starts and at their ends (Krishnamurthy et al., "paired windows"): two slices a slide at
// most, where slices of the greatest common divisor would be many for a size that is no multiple of the slide.
//   I1. Every window is made of whole slices; all timestamps of a slice are in the same windows.
//   I2. Everything follows from times alone, so every subtask, at any parallelism, cuts and combines alike.

import { periodStartMs } from './aligned-windows.ts';
import type { AlignedWindows, CumulativeWindows, SlidingWindows, TimeWindow } from './spec.ts';

/** The slices of one kind of windows. */
export interface SliceLayout {
  sliceOf(timestampMs: number): TimeWindow;
  /** The end of the last window that contains the timestamp. */
  lastEndMs(timestampMs: number): number;
  /** The first window that ends after `timeMs`. */
  windowEndingAfter(timeMs: number): TimeWindow;
  /**
   * Where the slices of a window change from the part that shrinks from window to window to the part that grows
   * (window-totals.ts): within the window, and the same for many windows in a row.
   */
  turnMs(windowStartMs: number): number;
}

/** Undefined when the windows do not overlap. */
export function sliceLayoutOf(windows: AlignedWindows): SliceLayout | undefined {
  switch (windows.kind) {
    case 'tumbling':
      return undefined;
    case 'sliding':
      return windows.sizeMs <= windows.slideMs ? undefined : new SlidingLayout(windows);
    case 'cumulative':
      return new CumulativeLayout(windows);
  }
}

class SlidingLayout implements SliceLayout {
  readonly #windows: SlidingWindows;

  constructor(windows: SlidingWindows) {
    this.#windows = windows;
  }

  sliceOf(timestampMs: number): TimeWindow {
    const { sizeMs, slideMs, offsetMs } = this.#windows;
    const startMs = periodStartMs(timestampMs, slideMs, offsetMs);
    const cutMs = startMs + (sizeMs % slideMs); // an earlier window's end
    return timestampMs < cutMs
      ? { startMs, endMs: cutMs }
      : { startMs: cutMs, endMs: startMs + slideMs };
  }

  lastEndMs(timestampMs: number): number {
    const { sizeMs, slideMs, offsetMs } = this.#windows;
    return periodStartMs(timestampMs, slideMs, offsetMs) + sizeMs;
  }

  windowEndingAfter(timeMs: number): TimeWindow {
    const { sizeMs, slideMs, offsetMs } = this.#windows;
    const startMs = periodStartMs(timeMs - sizeMs, slideMs, offsetMs) + slideMs;
    return { startMs, endMs: startMs + sizeMs };
  }

  /** The next multiple of the longest row of slides that fits into a window: a window's start, so that it needs no cut. */
  turnMs(windowStartMs: number): number {
    const { sizeMs, slideMs, offsetMs } = this.#windows;
    const periodMs = sizeMs - (sizeMs % slideMs);
    return periodStartMs(windowStartMs - 1, periodMs, offsetMs) + periodMs;
  }
}

class CumulativeLayout implements SliceLayout {
  readonly #windows: CumulativeWindows;

  constructor(windows: CumulativeWindows) {
    this.#windows = windows;
  }

  sliceOf(timestampMs: number): TimeWindow {
    const { stepMs, offsetMs } = this.#windows;
    const startMs = periodStartMs(timestampMs, stepMs, offsetMs);
    return { startMs, endMs: startMs + stepMs };
  }

  lastEndMs(timestampMs: number): number {
    const { sizeMs, offsetMs } = this.#windows;
    return periodStartMs(timestampMs, sizeMs, offsetMs) + sizeMs;
  }

  windowEndingAfter(timeMs: number): TimeWindow {
    const { sizeMs, stepMs, offsetMs } = this.#windows;
    const endMs = periodStartMs(timeMs, stepMs, offsetMs) + stepMs;
    return { startMs: periodStartMs(endMs - 1, sizeMs, offsetMs), endMs };
  }

  /** Windows of a period only grow. */
  turnMs(windowStartMs: number): number {
    return windowStartMs;
  }
}
