// The timers of windows, and what a trigger sees. A timer belongs to a key and a window: the entry of `window-table.ts`.
//   I1. A timer in processing time is due a millisecond after its time, as in Flink (ProcessingTimeServiceUtil).
//   I2. A timer of a window that is no longer open does nothing.

import type { Key } from '../core/key-group.ts';
import { type Due, DueQueue } from '../time/due-queue.ts';
import type { TriggerContext } from './general-window-spec.ts';
import type { OperatorContext } from './operator.ts';
import type { TimeWindow } from './window-spec.ts';
import type { WindowEntry } from './window-table.ts';

/** Both kinds of timers of one operator. */
export class WindowTimers {
  readonly event = new DueQueue<WindowEntry>();
  readonly processing = new DueQueue<WindowEntry>();
  readonly #context: OperatorContext;

  constructor(context: OperatorContext) {
    this.#context = context;
  }

  registerEvent(timeMs: number, entry: WindowEntry): void {
    register(this.event, timeMs, entry);
  }

  registerProcessing(timeMs: number, entry: WindowEntry): void {
    register(this.processing, timeMs, entry);
    this.wakeForNext();
  }

  /** Asks to be woken for the earliest timer in processing time. */
  wakeForNext(): void {
    const nextMs = this.processing.nextTimeMs();
    if (nextMs !== undefined) this.#context.wakeAt(nextMs + 1); // I1
  }

  /** The last time in processing time for which a timer waits. */
  lastProcessingMs(): number {
    let lastMs = -Infinity;
    for (const { timeMs } of this.processing.all()) lastMs = Math.max(lastMs, timeMs);
    return lastMs;
  }

  /** Hands over what is due, in order, until outputs are full (false) or nothing is left. */
  fire(
    queue: DueQueue<WindowEntry>,
    untilMs: number,
    onTimer: (timer: Due<WindowEntry>) => void,
  ): boolean {
    for (;;) {
      if (this.#context.isBlocked()) return false;
      const timer = queue.takeDue(untilMs);
      if (timer === undefined) return true;
      timer.owner.timerCount--;
      if (timer.owner.isOpen) onTimer(timer); // I2
    }
  }
}

/** The context of a trigger; one object for all calls. */
export class EntryTriggerContext implements TriggerContext<unknown> {
  readonly #context: OperatorContext;
  readonly #timers: WindowTimers;
  #entry: WindowEntry | undefined;

  constructor(context: OperatorContext, timers: WindowTimers) {
    this.#context = context;
    this.#timers = timers;
  }

  /** The same context, about another window. */
  of(entry: WindowEntry): this {
    this.#entry = entry;
    return this;
  }

  get window(): TimeWindow {
    return this.#current.window;
  }

  get key(): Key {
    return this.#current.owner.key;
  }

  get watermarkMs(): number {
    return this.#context.currentWatermark();
  }

  get nowMs(): number {
    return this.#context.clock.nowMs();
  }

  get state(): unknown {
    return this.#current.triggerState;
  }

  set state(state: unknown) {
    this.#current.triggerState = state;
  }

  readonly registerEventTimer = (timeMs: number): void => {
    this.#timers.registerEvent(timeMs, this.#current);
  };

  readonly deleteEventTimer = (timeMs: number): void => {
    remove(this.#timers.event, timeMs, this.#current);
  };

  readonly registerProcessingTimer = (timeMs: number): void => {
    this.#timers.registerProcessing(timeMs, this.#current);
  };

  readonly deleteProcessingTimer = (timeMs: number): void => {
    remove(this.#timers.processing, timeMs, this.#current);
  };

  get #current(): WindowEntry {
    return this.#entry as WindowEntry; // set before every call of a trigger
  }
}

function register(queue: DueQueue<WindowEntry>, timeMs: number, entry: WindowEntry): void {
  if (!Number.isFinite(timeMs)) {
    throw new RangeError(`A timer cannot be set for ${timeMs}: give epoch milliseconds.`);
  }
  if (queue.register(timeMs, entry)) entry.timerCount++;
}

/** Deletes a timer of a window. */
export function remove(queue: DueQueue<WindowEntry>, timeMs: number, entry: WindowEntry): void {
  if (queue.delete(timeMs, entry)) entry.timerCount--;
}
