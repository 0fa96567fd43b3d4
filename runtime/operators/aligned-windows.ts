// The arithmetic of windows that are the same for every key: which windows a timestamp belongs to. Pure.
//   I1. Starts are where Flink puts them (TimeWindow.getWindowStartWithOffset), before the epoch too.
//   I2. Every window that is returned contains the timestamp, and no window that does is left out.

import type { AlignedWindows, TimeWindow } from './spec.ts';

/** The start of the period of `periodMs` that contains `timestampMs`: the modulo is never negative. */
export function periodStartMs(timestampMs: number, periodMs: number, offsetMs: number): number {
  const remainder = (timestampMs - offsetMs) % periodMs;
  return remainder < 0 ? timestampMs - remainder - periodMs : timestampMs - remainder;
}

/** All windows of a timestamp: the latest start first for sliding ones, as in Flink, the shortest first for cumulative. */
export function windowsOf(timestampMs: number, windows: AlignedWindows): TimeWindow[] {
  switch (windows.kind) {
    case 'tumbling': {
      const startMs = periodStartMs(timestampMs, windows.sizeMs, windows.offsetMs);
      return [{ startMs, endMs: startMs + windows.sizeMs }];
    }
    case 'sliding': {
      const { sizeMs, slideMs, offsetMs } = windows;
      const found: TimeWindow[] = [];
      let startMs = periodStartMs(timestampMs, slideMs, offsetMs);
      for (; startMs > timestampMs - sizeMs; startMs -= slideMs) {
        found.push({ startMs, endMs: startMs + sizeMs });
      }
      return found;
    }
    case 'cumulative': {
      const { sizeMs, stepMs, offsetMs } = windows;
      const startMs = periodStartMs(timestampMs, sizeMs, offsetMs);
      const found: TimeWindow[] = [];
      let endMs = periodStartMs(timestampMs, stepMs, offsetMs) + stepMs;
      for (; endMs <= startMs + sizeMs; endMs += stepMs) found.push({ startMs, endMs });
      return found;
    }
  }
}
