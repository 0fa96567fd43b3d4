// Windows of every kind (Flink: WindowOperator, EvictingWindowOperator): any assigner, trigger, evictor and lateness. What
// `window.ts` can do is left to it.
//   I1. A window in event time is over when the watermark reaches its last millisecond plus the allowed lateness, in
//       processing time when the clock passes its last millisecond. Then its contents, states and trigger are dropped.
//   I2. A record is late iff all its windows are over and its own time plus the allowed lateness is at or below the watermark;
//       late records go to the `late` output, or are dropped and counted when nobody listens. With merging windows the merged
//       window decides.
//   I3. Timers fire in order of time, those of one time in the order in which they were set; firing stops while the outputs
//       are full and goes on at the next timer.
//   I4. In batch mode, windows that keep records get them key by key, and drop what is left of each.
//   I5. A window that holds nothing and waits for nothing takes no room, even if it is never over (global windows).
//   I6. Processing time ends with event time: what waits for the clock when the input has ended fires before the last watermark
//       is passed on, in streaming mode too (Flink drops it there), so that no record of a bounded input is lost.

import { EngineError } from '../core/errors.ts';
import type { Key } from '../core/key-group.ts';
import type { Due } from '../time/due-queue.ts';
import { MAX_WATERMARK } from '../time/watermark.ts';
import type { GeneralWindow, Trigger, TriggerResult } from './general-window-spec.ts';
import type { Emit, Operator, OperatorContext } from './operator.ts';
import { makeLifecycle } from './rich-functions.ts';
import { LATE_OUTPUT, type OperatorSpec } from './spec.ts';
import { createAssigner, type RunningAssigner } from './window-assigner.ts';
import { createContents, type WindowContents } from './window-contents.ts';
import { RunningWindowFunction } from './window-function.ts';
import { type MergeHooks, mergeWindow } from './window-merging.ts';
import type { TimeWindow } from './window-spec.ts';
import {
  type KeyWindows,
  NOTHING,
  type WindowEntry,
  WindowTable,
  type WindowTableSize,
} from './window-table.ts';
import { EntryTriggerContext, remove, WindowTimers } from './window-timers.ts';

type GeneralWindowSpec = Extract<OperatorSpec, { kind: 'general-window' }>;

/** The key of all records where windows have none. */
const ONLY_KEY: Key = '';

/** The operator of one subtask. */
export function createGeneralWindow(
  { selector, window, lifecycle }: GeneralWindowSpec,
  context: OperatorContext,
): GeneralWindowOperator {
  const keyOf = selector?.keyOf ?? (() => ONLY_KEY);
  const operator = new GeneralWindowOperator(keyOf, window, context);
  if (lifecycle !== undefined) Object.assign(operator, makeLifecycle(lifecycle, context));
  return operator;
}

/** What an operator holds: nothing may be left once all windows are over. */
export interface HeldWindows extends WindowTableSize {
  readonly timers: number;
}

/** See the head of the file. */
export class GeneralWindowOperator implements Operator {
  readonly open?: NonNullable<Operator['open']>;
  readonly close?: NonNullable<Operator['close']>;
  /** Of windows that keep records; an accumulator a window is cheaper than sorting (I4). */
  readonly endKey?: () => boolean;
  readonly #keyOf: (value: unknown) => Key;
  readonly #spec: GeneralWindow;
  readonly #context: OperatorContext;
  readonly #assigner: RunningAssigner;
  readonly #trigger: Trigger<unknown>;
  readonly #contents: WindowContents;
  readonly #function: RunningWindowFunction;
  readonly #table: WindowTable;
  readonly #timers: WindowTimers;
  readonly #triggerContext: EntryTriggerContext;
  readonly #late: Emit | undefined;
  readonly #merging: MergeHooks | undefined;
  #endOfClockMs: number | undefined; // while the end of processing time is interrupted

  constructor(keyOf: (value: unknown) => Key, spec: GeneralWindow, context: OperatorContext) {
    this.#keyOf = keyOf;
    this.#spec = spec;
    this.#context = context;
    this.#assigner = createAssigner(spec.windows);
    this.#trigger = spec.trigger;
    this.#contents = createContents(spec.input, spec.evictor);
    this.#function = new RunningWindowFunction(spec.function, context);
    this.#table = new WindowTable(context.keyGroups, context.maxParallelism);
    this.#timers = new WindowTimers(context);
    this.#triggerContext = new EntryTriggerContext(context, this.#timers);
    this.#late = context.sideOutput(LATE_OUTPUT);
    const { merge } = this.#assigner;
    this.#merging = merge === undefined ? undefined : this.#mergeHooks(merge);
    if (spec.input.kind === 'records' || spec.evictor !== undefined) {
      this.endKey = () => this.#endKey();
    }
  }

  /** For tests and metrics. */
  get held(): HeldWindows {
    return { ...this.#table.size, timers: this.#timers.event.size + this.#timers.processing.size };
  }

  process(value: unknown, timestampMs: number): void {
    let isSkipped = true;
    try {
      const owner = this.#table.windowsOf(this.#keyOf(value));
      const nowMs = this.#context.clock.nowMs();
      for (const window of this.#assigner.assign(value, timestampMs, { nowMs })) {
        const entry = this.#entryFor(owner, window);
        if (entry === undefined) continue;
        isSkipped = false;
        this.#addTo(entry, value, timestampMs);
      }
    } catch (error) {
      throw this.#context.failure(error, value);
    }
    if (isSkipped && this.#isLate(timestampMs)) this.#passOnLate(value, timestampMs);
  }

  advanceWatermark(watermarkMs: number): boolean {
    const isDone = this.#timers.fire(this.#timers.event, watermarkMs, (timer) => {
      this.#onTimer(timer, 'event');
    });
    return isDone && (watermarkMs < MAX_WATERMARK || this.#endProcessingTime());
  }

  onProcessingTime(nowMs: number): boolean {
    const { processing } = this.#timers;
    const isDone = this.#timers.fire(processing, nowMs - 1, this.#onProcessingTimer);
    this.#timers.wakeForNext();
    return isDone;
  }

  /** Event time has ended for the key, and processing time with it (I6). */
  #endKey(): boolean {
    this.#timers.drop();
    this.#function.endKey(this.#table.clear());
    return true;
  }

  /** I6: timers that wait for the clock fire, and those that they set for no later than the last of them. */
  #endProcessingTime(): boolean {
    this.#endOfClockMs ??= this.#timers.lastProcessingMs();
    if (!this.#timers.fire(this.#timers.processing, this.#endOfClockMs, this.#onProcessingTimer)) {
      return false;
    }
    this.#endOfClockMs = undefined;
    return true;
  }

  readonly #onProcessingTimer = (timer: Due<WindowEntry>): void => {
    this.#onTimer(timer, 'processing');
  };

  /** The window to add a record to; undefined when it is over. */
  #entryFor(owner: KeyWindows, assigned: TimeWindow): WindowEntry | undefined {
    const window =
      this.#merging === undefined
        ? assigned
        : mergeWindow(this.#table, owner, assigned, this.#merging);
    if (this.#isOver(window)) return undefined;
    return this.#table.find(owner, window) ?? this.#table.open(owner, window);
  }

  #addTo(entry: WindowEntry, value: unknown, timestampMs: number): void {
    entry.contents = this.#contents.add(entry.contents, value, timestampMs);
    const result = this.#trigger.onRecord(value, timestampMs, this.#triggerContext.of(entry));
    this.#carryOut(result, entry);
    this.#registerCleanup(entry);
    this.#closeIfIdle(entry);
  }

  #onTimer({ timeMs, owner: entry }: Due<WindowEntry>, time: 'event' | 'processing'): void {
    const context = this.#triggerContext.of(entry);
    try {
      const result =
        time === 'event'
          ? this.#trigger.onEventTime?.(timeMs, context)
          : this.#trigger.onProcessingTime?.(timeMs, context);
      this.#carryOut(result ?? 'continue', entry);
      if (this.#assigner.time === time && timeMs === this.#cleanupMs(entry.window)) {
        this.#close(entry);
      } else {
        this.#closeIfIdle(entry);
      }
    } catch (error) {
      const { owner, window } = entry;
      throw this.#context.failure(error, { timerMs: timeMs, key: owner.key, window });
    }
  }

  #carryOut(result: TriggerResult, entry: WindowEntry): void {
    if (result === 'continue') return;
    if (result !== 'purge' && entry.contents !== NOTHING) this.#fire(entry);
    if (result !== 'fire') entry.contents = NOTHING;
  }

  #fire(entry: WindowEntry): void {
    const context = {
      window: entry.window,
      key: entry.owner.key,
      watermarkMs: this.#context.currentWatermark(),
      nowMs: this.#context.clock.nowMs(),
    };
    entry.contents = this.#contents.fire(entry.contents, context, (input) => {
      this.#function.call(entry, input);
    });
  }

  /** I1. */
  #close(entry: WindowEntry): void {
    this.#trigger.clear?.(this.#triggerContext.of(entry));
    this.#function.clear(entry);
    this.#table.close(entry);
  }

  /** I5: what will be over has a timer. Merging windows are kept, because later ones may merge with them. */
  #closeIfIdle(entry: WindowEntry): void {
    if (this.#merging !== undefined) return;
    const { contents, triggerState, timerCount } = entry;
    if (contents === NOTHING && triggerState === undefined && timerCount === 0) {
      this.#table.close(entry);
    }
  }

  #registerCleanup(entry: WindowEntry): void {
    const cleanupMs = this.#cleanupMs(entry.window);
    if (cleanupMs >= MAX_WATERMARK) return; // never over
    if (this.#assigner.time === 'event') this.#timers.registerEvent(cleanupMs, entry);
    else this.#timers.registerProcessing(cleanupMs, entry);
  }

  #cleanupMs(window: TimeWindow): number {
    const lastMs = window.endMs - 1;
    if (this.#assigner.time === 'processing') return lastMs;
    return Math.min(lastMs + this.#spec.allowedLatenessMs, MAX_WATERMARK);
  }

  #isOver(window: TimeWindow): boolean {
    return (
      this.#assigner.time === 'event' && this.#cleanupMs(window) <= this.#context.currentWatermark()
    );
  }

  #isLate(timestampMs: number): boolean {
    if (this.#assigner.time === 'processing') return false;
    const untilMs = Math.min(timestampMs + this.#spec.allowedLatenessMs, MAX_WATERMARK);
    return untilMs <= this.#context.currentWatermark();
  }

  #passOnLate(value: unknown, timestampMs: number): void {
    if (this.#late === undefined) {
      this.#context.count('numLateRecordsDropped');
      return;
    }
    this.#context.count('numLateRecords');
    this.#late(value, timestampMs);
  }

  #mergeHooks(merge: MergeHooks['merge']): MergeHooks {
    return {
      merge,
      beforeMerge: (into) => {
        const isPast =
          this.#assigner.time === 'event'
            ? this.#isOver(into)
            : into.endMs - 1 <= this.#context.clock.nowMs();
        if (isPast) throw mergedIntoPast(into);
      },
      onMerge: (merged, old) => {
        this.#moveTrigger(merged, old);
        for (const { contents } of old) {
          if (contents === NOTHING) continue;
          merged.contents =
            merged.contents === NOTHING
              ? contents
              : this.#contents.merge(merged.contents, contents);
        }
        for (const entry of old) this.#table.close(entry);
      },
    };
  }

  #moveTrigger(merged: WindowEntry, old: readonly WindowEntry[]): void {
    const states = old
      .map(({ triggerState }) => triggerState)
      .filter((state) => state !== undefined);
    this.#trigger.onMerge?.(this.#triggerContext.of(merged), states);
    const queue = this.#assigner.time === 'event' ? this.#timers.event : this.#timers.processing;
    for (const entry of old) {
      this.#trigger.clear?.(this.#triggerContext.of(entry));
      remove(queue, this.#cleanupMs(entry.window), entry);
    }
  }
}

function mergedIntoPast({ startMs, endMs }: TimeWindow): EngineError {
  return new EngineError(
    'JOB_INVALID',
    `The window assigner merged windows into [${startMs}, ${endMs}), which is over already: merged windows may only ` +
      'grow.',
  );
}
