// The event time of one source subtask: a tracker for each split it reads, and the source's watermark, which is that of the
// slowest split that is not idle (Flink: WatermarkOutputMultiplexer).
//   I1. The source's watermark never falls: a split that begins or returns behind it does not pull it back.
//   I2. A split that has ended leaves; one that is paused stays, and its pause is not idleness.

import { WatermarkTracker } from '../operators/watermark-tracker.ts';
import { NO_WATERMARK, type WatermarkStrategy } from '../time/watermark.ts';

/** Where one split is. */
export interface SplitProgress {
  readonly tracker: WatermarkTracker;
  watermarkMs: number;
  isIdle: boolean;
  isPaused: boolean;
}

/** Which splits must wait, and which may go on, since the last time. */
export interface PauseDecision {
  readonly paused: readonly string[];
  readonly resumed: readonly string[];
}

/** The splits of one subtask. */
export class SplitWatermarks {
  readonly isEveryRecord: boolean;
  readonly #strategy: WatermarkStrategy<unknown>;
  readonly #intervalMs: number;
  readonly #splits = new Map<string, SplitProgress>();
  #combinedMs = NO_WATERMARK;
  /** What was passed on: the combined watermark, unless one is due later. */
  #emittedMs = NO_WATERMARK;
  #nextEmitMs: number;
  /** Since when there has been no split. */
  #emptySinceMs: number;

  constructor(strategy: WatermarkStrategy<unknown>, nowMs: number) {
    this.#strategy = strategy;
    this.isEveryRecord = strategy.emit === 'every-record';
    this.#intervalMs = strategy.emit === 'every-record' ? 0 : strategy.emit.intervalMs;
    this.#nextEmitMs = nowMs + this.#intervalMs;
    this.#emptySinceMs = nowMs;
  }

  begin(id: string, nowMs: number): SplitProgress {
    const progress = {
      tracker: new WatermarkTracker(this.#strategy, nowMs),
      watermarkMs: NO_WATERMARK,
      isIdle: false,
      isPaused: false,
    };
    this.#splits.set(id, progress);
    return progress;
  }

  end(id: string, nowMs: number): void {
    this.#combine(); // what its last records have brought counts
    this.#splits.delete(id);
    this.#emptySinceMs = nowMs;
  }

  /** The watermark after a record of this split, whatever the interval. */
  afterRecord(progress: SplitProgress): number {
    const beforeMs = progress.watermarkMs;
    progress.watermarkMs = progress.tracker.advance();
    // Only the split that holds the others back can move the watermark.
    if (progress.watermarkMs > beforeMs && beforeMs <= this.#combinedMs) this.#combine();
    return this.#pass();
  }

  /** The watermark to pass on now: the last one, unless another is due. */
  poll(nowMs: number): number {
    if (!this.isEveryRecord) {
      if (nowMs < this.#nextEmitMs) return this.#emittedMs;
      this.#nextEmitMs = nowMs + this.#intervalMs;
      for (const { tracker } of this.#splits.values()) tracker.tick(nowMs);
    }
    return this.advance();
  }

  /** The watermark now, whatever the interval. */
  advance(): number {
    this.#combine();
    return this.#pass();
  }

  /** True once every split has had no record for the strategy's idle time; ask regularly. */
  isIdle(nowMs: number): boolean {
    const { idleAfterMs } = this.#strategy;
    if (this.#splits.size === 0) {
      return idleAfterMs !== undefined && nowMs - this.#emptySinceMs >= idleAfterMs;
    }
    let isIdle = true;
    for (const progress of this.#splits.values()) {
      progress.isIdle = !progress.isPaused && progress.tracker.isIdle(nowMs);
      if (!progress.isIdle) isIdle = false;
    }
    return isIdle;
  }

  /** When `poll` or `isIdle` has something new to say at the earliest. */
  nextPollMs(nowMs: number): number {
    const { idleAfterMs } = this.#strategy;
    let atMs = Infinity;
    if (this.#splits.size === 0 && idleAfterMs !== undefined) {
      atMs = this.#emptySinceMs + idleAfterMs;
    }
    let followsClock = false;
    for (const { isIdle, isPaused, tracker } of this.#splits.values()) {
      if (!isIdle && !isPaused) atMs = Math.min(atMs, tracker.idleAtMs());
      if (tracker.followsClock) followsClock = true;
    }
    this.#combine();
    const mayHaveNews = followsClock || this.#combinedMs > this.#emittedMs;
    return mayHaveNews && !this.isEveryRecord
      ? Math.min(atMs, Math.max(this.#nextEmitMs, nowMs))
      : atMs;
  }

  /** The task was blocked until now: that time is not idleness. */
  resume(nowMs: number): void {
    this.#emptySinceMs = nowMs;
    for (const { tracker } of this.#splits.values()) tracker.resume(nowMs);
  }

  /** Compares each split with how far it may go. */
  decidePauses(limitMs: number, nowMs: number): PauseDecision {
    const paused: string[] = [];
    const resumed: string[] = [];
    for (const [id, progress] of this.#splits) {
      const mustWait = progress.tracker.advance() > limitMs;
      if (mustWait === progress.isPaused) continue;
      progress.isPaused = mustWait;
      if (!mustWait) progress.tracker.resume(nowMs); // I2
      (mustWait ? paused : resumed).push(id);
    }
    return { paused, resumed };
  }

  #pass(): number {
    this.#emittedMs = this.#combinedMs;
    return this.#emittedMs;
  }

  /** The slowest of the active splits decides; when all are idle, none holds the others back any longer. */
  #combine(): void {
    let slowestMs = Infinity;
    let fastestMs = NO_WATERMARK;
    for (const progress of this.#splits.values()) {
      progress.watermarkMs = progress.tracker.advance();
      if (progress.watermarkMs > fastestMs) fastestMs = progress.watermarkMs;
      if (!progress.isIdle && progress.watermarkMs < slowestMs) slowestMs = progress.watermarkMs;
    }
    const nowMs = slowestMs === Infinity ? fastestMs : slowestMs;
    if (nowMs > this.#combinedMs) this.#combinedMs = nowMs; // I1
  }
}
