// The loop of a slot thread: steps the subtasks of the slot in turn, flushes by time, and sleeps on the slot's doorbell
// when nobody has anything to do.
//   I1. The event loop gets its turn at least every TURN_MS, so messages, files and timers are served under load.
//   I2. Asleep, the thread costs nothing: it wakes by a ring, for a timer, for a flush, or for a report.

import { nextTurn } from '../core/turn.ts';
import type { Clock } from '../core/clock.ts';
import type { Doorbell } from '../shuffle/doorbell.ts';
import type { StepResult, Subtask } from './subtask.ts';

const TURN_MS = 5;

/** What the loop tells and asks. */
export interface SlotLoopOptions {
  readonly clock: Clock;
  readonly bell: Doorbell;
  /** Negative: buffers leave only when full. */
  readonly bufferTimeoutMs: number;
  readonly reportIntervalMs: number;
  /** A subtask has taken all its input and handed over all its output. */
  onEnded(subtask: Subtask): void;
  /** A step threw. */
  onFailed(subtask: Subtask, error: unknown): void;
  /** The report interval has passed. */
  onReport(): void;
}

interface Running {
  readonly subtask: Subtask;
  last: StepResult;
}

/** The loop over one deployment's subtasks. */
export class SlotLoop {
  readonly #options: SlotLoopOptions;
  #running: Running[];
  #isStopped = false;
  #lastMs: number;
  #nextFlushMs: number;
  #nextReportMs: number;

  constructor(subtasks: readonly Subtask[], options: SlotLoopOptions) {
    this.#options = options;
    this.#running = subtasks.map((subtask) => ({ subtask, last: 'idle' }));
    this.#lastMs = options.clock.monotonicMs();
    this.#nextFlushMs = this.#lastMs;
    this.#nextReportMs = this.#lastMs + options.reportIntervalMs;
  }

  /** Ends the loop after the current step. */
  stop(): void {
    this.#isStopped = true;
    this.#options.bell.ring();
  }

  /** Resolves when every subtask has ended, one has failed, or `stop` was called. */
  async run(): Promise<void> {
    let turnStartMs = this.#lastMs;
    while (this.#goesOn()) {
      const seen = this.#options.bell.read();
      const hasWorked = this.#stepAll();
      const nowMs = this.#options.clock.monotonicMs();
      this.#flushIfDue(nowMs);
      this.#reportIfDue(nowMs);
      if (!hasWorked && this.#goesOn()) await this.#sleep(seen);
      if (nowMs - turnStartMs >= TURN_MS || !hasWorked) {
        await nextTurn();
        turnStartMs = this.#options.clock.monotonicMs();
      }
    }
  }

  #goesOn(): boolean {
    return !this.#isStopped && this.#running.length > 0;
  }

  #stepAll(): boolean {
    let hasWorked = false;
    for (const running of this.#running) {
      const startMs = this.#options.clock.monotonicMs();
      this.#accountFor(startMs);
      try {
        running.last = running.subtask.step();
      } catch (error) {
        this.#isStopped = true;
        this.#options.onFailed(running.subtask, error);
        return true;
      }
      if (running.last === 'worked' || running.last === 'ended') {
        hasWorked = true;
        const endMs = this.#options.clock.monotonicMs();
        running.subtask.spent.busyMs += endMs - startMs;
        this.#lastMs = endMs;
        this.#accountOthers(running, endMs - startMs);
      }
      if (running.last === 'ended') this.#end(running);
    }
    return hasWorked;
  }

  #end(ended: Running): void {
    this.#running = this.#running.filter((running) => running !== ended);
    this.#options.onEnded(ended.subtask);
  }

  /** Time in which nobody worked: each subtask was idle, held back or waiting, as its last step says. */
  #accountFor(untilMs: number): void {
    const elapsedMs = untilMs - this.#lastMs;
    this.#lastMs = untilMs;
    this.#accountOthers(undefined, elapsedMs);
  }

  #accountOthers(worker: Running | undefined, elapsedMs: number): void {
    for (const running of this.#running) {
      if (running === worker) continue;
      const { spent } = running.subtask;
      if (running.last === 'blocked') spent.backpressuredMs += elapsedMs;
      else if (running.last === 'waiting') spent.busyMs += elapsedMs;
      else spent.idleMs += elapsedMs;
    }
  }

  #flushIfDue(nowMs: number): void {
    const { bufferTimeoutMs } = this.#options;
    if (bufferTimeoutMs < 0 || nowMs < this.#nextFlushMs) return;
    this.#nextFlushMs = nowMs + bufferTimeoutMs;
    for (const { subtask } of this.#running) subtask.chain.flush();
  }

  #reportIfDue(nowMs: number): void {
    if (nowMs < this.#nextReportMs) return;
    this.#nextReportMs = nowMs + this.#options.reportIntervalMs;
    this.#options.onReport();
  }

  async #sleep(seen: number): Promise<void> {
    const { clock, bell, bufferTimeoutMs } = this.#options;
    const nowMs = clock.monotonicMs();
    const epochNowMs = clock.nowMs();
    let untilMs = this.#nextReportMs;
    for (const { subtask, last } of this.#running) {
      untilMs = Math.min(untilMs, nowMs + wakeMsOf(subtask, last) - epochNowMs);
      if (bufferTimeoutMs >= 0 && subtask.chain.hasUnflushed()) {
        untilMs = Math.min(untilMs, this.#nextFlushMs);
      }
    }
    const timeoutMs = untilMs - nowMs;
    if (timeoutMs > 0) await bell.sleep(seen, timeoutMs);
  }
}

/** When the clock can help a subtask whose last step came to this. */
function wakeMsOf(subtask: Subtask, last: StepResult): number {
  // A blocked subtask can only be helped by whoever makes room, and that rings; a waiting one takes no input by the clock.
  if (last === 'blocked') return Infinity;
  return last === 'waiting' ? subtask.chain.nextWakeMs() : subtask.nextWakeMs();
}
