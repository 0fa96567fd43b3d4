// One operator by hand: its context, a clock that is moved, and what it emitted. Watermarks go to it as a chain sends them.

import { ManualClock } from '../../runtime/core/clock.ts';
import { EngineError } from '../../runtime/core/errors.ts';
import { silentLog } from '../../runtime/core/log.ts';
import type { Operator, OperatorContext } from '../../runtime/operators/operator.ts';
import type { ExecutionMode } from '../../runtime/core/execution-mode.ts';
import { MemoryBudget } from '../../runtime/state/memory-budget.ts';
import { NO_WATERMARK } from '../../runtime/time/watermark.ts';

/** What came out of an output. */
export interface Emitted {
  readonly value: unknown;
  readonly timestampMs: number;
}

export interface HarnessOptions {
  /** Side outputs that somebody listens to. */
  readonly listensTo?: readonly string[];
  readonly stateBytes?: number;
  readonly startMs?: number;
  readonly mode?: ExecutionMode;
}

/** An operator of a parallelism of one, which owns every key group. */
export class OperatorHarness {
  readonly clock: ManualClock;
  readonly #mode: ExecutionMode;
  readonly operator: Operator;
  readonly stateMemory: MemoryBudget;
  readonly emitted: Emitted[] = [];
  readonly side = new Map<string, Emitted[]>();
  readonly counters = new Map<string, number>();
  watermarkMs = NO_WATERMARK;
  wakeMs = Infinity;
  /** The operator asked for a step. */
  isWoken = false;
  /** What it failed with between steps. */
  readonly failures: unknown[] = [];
  /** How many more results find room. */
  room = Infinity;

  constructor(create: (context: OperatorContext) => Operator, options: HarnessOptions = {}) {
    const { listensTo = [], stateBytes = 1024 ** 2, startMs = 0, mode = 'streaming' } = options;
    this.#mode = mode;
    this.clock = new ManualClock(startMs);
    this.stateMemory = new MemoryBudget(stateBytes);
    for (const tag of listensTo) this.side.set(tag, []);
    this.operator = create(this.#context());
  }

  /** The values of the main output. */
  get values(): unknown[] {
    return this.emitted.map(({ value }) => value);
  }

  process(value: unknown, timestampMs = 0): void {
    this.operator.process(value, timestampMs);
  }

  processSecond(value: unknown, timestampMs = 0): void {
    this.operator.processSecond?.(value, timestampMs);
  }

  /** False when the operator stopped early. */
  advance(watermarkMs: number): boolean {
    this.watermarkMs = watermarkMs;
    return this.operator.advanceWatermark?.(watermarkMs) ?? true;
  }

  /** Moves the clock and wakes the operator as often as it asks. */
  moveClock(byMs: number): void {
    const untilMs = this.clock.nowMs() + byMs;
    while (this.wakeMs <= untilMs) {
      this.clock.advance(Math.max(0, this.wakeMs - this.clock.nowMs()));
      this.wakeMs = Infinity;
      this.operator.onProcessingTime?.(this.clock.nowMs());
    }
    this.clock.advance(untilMs - this.clock.nowMs());
  }

  /** The step the operator asked for, if it did; false when it stopped early. */
  step(): boolean {
    if (!this.isWoken) return true;
    this.isWoken = false;
    return this.operator.onProcessingTime?.(this.clock.nowMs()) ?? true;
  }

  #context(): OperatorContext {
    return {
      uid: 'operator-1',
      name: 'the operator',
      subtaskIndex: 0,
      parallelism: 1,
      maxParallelism: 128,
      keyGroups: { start: 0, end: 127 },
      mode: this.#mode,
      clock: this.clock,
      log: silentLog,
      stateMemory: this.stateMemory,
      emit: (value, timestampMs) => {
        this.room--;
        this.emitted.push({ value, timestampMs });
      },
      sideOutput: (tag) => {
        const list = this.side.get(tag);
        if (list === undefined) return undefined;
        return (value, timestampMs) => {
          list.push({ value, timestampMs });
        };
      },
      isBlocked: () => this.room <= 0,
      currentWatermark: () => this.watermarkMs,
      count: (counter, by = 1) => {
        this.counters.set(counter, (this.counters.get(counter) ?? 0) + by);
      },
      wakeAt: (timeMs) => {
        this.wakeMs = Math.min(this.wakeMs, timeMs);
      },
      wake: () => {
        this.isWoken = true;
      },
      fail: (error) => {
        this.failures.push(error);
      },
      failure: (error, record) => {
        const details = { operator: 'the operator', record: JSON.stringify(record) };
        const code = error instanceof EngineError ? error.code : 'USER_FUNCTION_FAILED';
        return new EngineError(code, String(error), { cause: error, details });
      },
    };
  }
}
