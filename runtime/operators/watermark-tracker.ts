// Runs a watermark strategy for one split of a source, or for one subtask in the middle of a stream: timestamps, when a new watermark is due, and idleness.
//   I1. What `poll` returns never falls.
//   I2. Idleness counts processing time in which the task could have taken a record; time spent blocked does not count.

import { EngineError } from '../core/errors.ts';
import {
  NO_WATERMARK,
  type WatermarkGenerator,
  type WatermarkStrategy,
} from '../time/watermark.ts';

/** One running strategy. */
export class WatermarkTracker {
  readonly isEveryRecord: boolean;
  readonly #strategy: WatermarkStrategy<unknown>;
  readonly #generator: WatermarkGenerator<unknown>;
  readonly #intervalMs: number;
  #emittedMs = NO_WATERMARK;
  #nextEmitMs: number;
  #idleSinceMs: number;
  #recordsSincePoll = 0;

  constructor(strategy: WatermarkStrategy<unknown>, nowMs: number) {
    this.#strategy = strategy;
    this.#generator = strategy.generator();
    this.isEveryRecord = strategy.emit === 'every-record';
    this.#intervalMs = strategy.emit === 'every-record' ? 0 : strategy.emit.intervalMs;
    this.#nextEmitMs = nowMs + this.#intervalMs;
    this.#idleSinceMs = nowMs;
  }

  /** Throws `RECORD_MISMATCH` for what cannot be ordered: one NaN would stop event time for ever. */
  timestampOf(value: unknown, sourceTimestampMs: number): number {
    const { timestamp } = this.#strategy;
    if (timestamp === undefined) return sourceTimestampMs;
    const timestampMs = timestamp(value, sourceTimestampMs);
    if (Number.isFinite(timestampMs)) return timestampMs;
    throw new EngineError(
      'RECORD_MISMATCH',
      `The timestamp function returned ${String(timestampMs)} for a record: it must return epoch milliseconds. ` +
        'Filter out or mend records without a time before their timestamps are assigned.',
    );
  }

  onRecord(value: unknown, timestampMs: number): void {
    this.#recordsSincePoll++;
    this.#generator.onRecord(value, timestampMs);
  }

  /** The watermark to pass on now: the last one, unless another is due. */
  poll(nowMs: number): number {
    if (!this.isEveryRecord) {
      if (nowMs < this.#nextEmitMs) return this.#emittedMs;
      this.#nextEmitMs = nowMs + this.#intervalMs;
      this.tick(nowMs);
    }
    return this.advance();
  }

  /** The interval has passed: a generator that follows the clock is told. */
  tick(nowMs: number): void {
    this.#generator.onInterval?.(nowMs);
  }

  /** True when time alone may bring a watermark. */
  get followsClock(): boolean {
    return this.#generator.onInterval !== undefined;
  }

  /** The watermark after this record, whatever the interval. */
  advance(): number {
    const current = this.#generator.current();
    if (current > this.#emittedMs) this.#emittedMs = current;
    return this.#emittedMs;
  }

  /** When `poll` or `isIdle` has something new to say at the earliest. */
  nextPollMs(nowMs: number): number {
    return Math.min(this.idleAtMs(), this.nextEmitMs(nowMs));
  }

  /** When it becomes idle if no record comes; Infinity when it never does. */
  idleAtMs(): number {
    const { idleAfterMs } = this.#strategy;
    return idleAfterMs === undefined ? Infinity : this.#idleSinceMs + idleAfterMs;
  }

  /** When a watermark that is known already, or that the clock may bring, is due; Infinity when there is none. */
  nextEmitMs(nowMs: number): number {
    const mayHaveNews = this.followsClock || this.#generator.current() > this.#emittedMs;
    return mayHaveNews && !this.isEveryRecord ? Math.max(this.#nextEmitMs, nowMs) : Infinity;
  }

  /** True once no record came for the strategy's idle time; call it regularly, and `resume` after being blocked. */
  isIdle(nowMs: number): boolean {
    if (this.#recordsSincePoll > 0) {
      this.#recordsSincePoll = 0;
      this.#idleSinceMs = nowMs;
    }
    const { idleAfterMs } = this.#strategy;
    return idleAfterMs !== undefined && nowMs - this.#idleSinceMs >= idleAfterMs;
  }

  /** The task was blocked until now: that time is not idleness. */
  resume(nowMs: number): void {
    this.#idleSinceMs = nowMs;
  }
}
