// Process functions over keyed records, of one input or two: state and timers belong to the key of the record or timer at
// hand, whichever input it came by.
//   I1. A timer fires once for its (time, key), in order of time, before the watermark that made it due is passed on.
//   I2. The functions of an operator never run at the same time (one thread, one step at a time).

import { NO_TIMESTAMP } from '../connectors/connector.ts';
import { EngineError } from '../core/errors.ts';
import { hashOfKey, type Key, keyGroupOfHash } from '../core/key-group.ts';
import { HeapKeyedState } from '../state/heap-keyed-state.ts';
import type { KeyedStateStore } from '../state/state.ts';
import { type Timer, TimerQueue } from '../time/timer-queue.ts';
import type { Emit, Operator, OperatorContext } from './operator.ts';
import { RecordContext } from './process.ts';
import { makeLifecycle } from './rich-functions.ts';
import type {
  KeyedProcessContext,
  KeyedTimerFunctions,
  KeySelector,
  OperatorSpec,
} from './spec.ts';

/** Flink's KeyedProcessOperator. */
export function createKeyedProcess(
  spec: Extract<OperatorSpec, { kind: 'keyed-process' }>,
  context: OperatorContext,
): Operator {
  const keyed = new KeyedFunctions(spec.functions, context);
  return keyed.operator({ process: keyed.input(spec.selector, spec.functions.onRecord) });
}

/** Flink's KeyedCoProcessOperator: two inputs, and one set of states and timers for both. */
export function createKeyedCoProcess(
  spec: Extract<OperatorSpec, { kind: 'keyed-co-process' }>,
  context: OperatorContext,
): Operator {
  const { functions, left, right } = spec;
  const keyed = new KeyedFunctions(functions, context);
  return keyed.operator({
    process: keyed.input(left, functions.onLeft),
    processSecond: keyed.input(right, functions.onRight),
  });
}

/** The states and timers of a keyed operator, whatever inputs it has. */
export class KeyedFunctions {
  readonly #functions: KeyedTimerFunctions;
  readonly #context: OperatorContext;
  readonly #state: KeyedStateStore;
  readonly #user: KeyedContext;
  #endOfKeyMs: number | undefined; // while a key is ending: the last of the timers that still fire

  /** `more` is what the functions see in their context besides. */
  constructor(functions: KeyedTimerFunctions, context: OperatorContext, more: object = {}) {
    this.#functions = functions;
    this.#context = context;
    this.#state = new HeapKeyedState(functions.state, context.keyGroups, {
      clock: context.clock,
    });
    this.#user = Object.assign(new KeyedContext(context, this.#state), more);
  }

  /** Takes the records of one input, whose keys `selector` finds, to `onRecord`. */
  input(
    selector: KeySelector,
    onRecord: (value: unknown, context: KeyedProcessContext) => void,
  ): Emit {
    const { keyOf } = selector;
    return (value, timestampMs) => {
      try {
        this.#setKey(keyOf(value), timestampMs);
        onRecord(value, this.#user);
      } catch (error) {
        throw this.#context.failure(error, value);
      }
    };
  }

  /** The operator with these inputs, whose timers fire. */
  operator(inputs: Pick<Operator, 'process' | 'processSecond'>): Operator {
    return {
      ...inputs,
      ...makeLifecycle(this.#functions, this.#context),
      advanceWatermark: (watermarkMs) => this.#advanceWatermark(watermarkMs),
      onProcessingTime: (nowMs) => this.#onProcessingTime(nowMs),
      endKey: () => this.#endKey(),
    };
  }

  /** Visits the keys of this subtask for which a state holds something. */
  forEachKey(name: string, visit: (key: Key, state: unknown) => void): void {
    const state = this.#state.states[name];
    if (state === undefined) {
      throw new EngineError(
        'JOB_INVALID',
        `forEachKey("${name}"): no state of that name is declared under \`state\`.`,
      );
    }
    for (const key of this.#state.keysOf(name)) {
      this.#setKey(key, NO_TIMESTAMP);
      visit(key, state);
    }
  }

  #advanceWatermark(watermarkMs: number): boolean {
    return this.#fire(this.#user.eventTimers, watermarkMs, (timer) => {
      this.#setKey(timer.key, timer.timeMs);
      this.#functions.onEventTimer?.(timer.timeMs, this.#user);
    });
  }

  #onProcessingTime(nowMs: number): boolean {
    const { processingTimers } = this.#user;
    const done = this.#fire(processingTimers, nowMs - 1, this.#onProcessingTimer);
    const next = processingTimers.nextTimeMs();
    if (next !== undefined) this.#context.wakeAt(next + 1);
    return done;
  }

  /** As in Flink's batch mode, processing time is over as well: timers that wait for it fire, but none that they register. */
  #endKey(): boolean {
    const user = this.#user;
    this.#endOfKeyMs ??= user.lastProcessingTimerMs;
    if (!this.#fire(user.processingTimers, this.#endOfKeyMs, this.#onProcessingTimer)) return false;
    this.#endOfKeyMs = undefined;
    user.dropProcessingTimers();
    for (const state of Object.values(this.#state.states)) state.clear();
    return true;
  }

  readonly #onProcessingTimer = (timer: Timer): void => {
    this.#setKey(timer.key, NO_TIMESTAMP); // processing time says nothing of event time
    this.#functions.onProcessingTimer?.(timer.timeMs, this.#user);
  };

  #fire(timers: TimerQueue, untilMs: number, onTimer: (timer: Timer) => void): boolean {
    for (;;) {
      if (this.#context.isBlocked()) return false;
      const timer = timers.takeDue(untilMs);
      if (timer === undefined) return true;
      try {
        onTimer(timer);
      } catch (error) {
        throw this.#context.failure(error, { timerMs: timer.timeMs, key: timer.key });
      }
    }
  }

  #setKey(key: Key, timestampMs: number): void {
    this.#user.key = key;
    this.#user.timestampMs = timestampMs;
    this.#state.setCurrentKey(key, keyGroupOfHash(hashOfKey(key), this.#context.maxParallelism));
  }
}

/** What the job's functions see; one object for all records. */
class KeyedContext extends RecordContext implements KeyedProcessContext {
  key: Key = '';
  readonly state: Readonly<Record<string, unknown>>;
  readonly eventTimers = new TimerQueue();
  processingTimers = new TimerQueue();
  /** The latest that was registered for the timers at hand. */
  lastProcessingTimerMs = -Infinity;

  constructor(context: OperatorContext, store: KeyedStateStore) {
    super(context);
    this.state = store.states;
  }

  get nowMs(): number {
    return this.context.clock.nowMs();
  }

  readonly registerEventTimer = (timeMs: number): void => {
    checkTime(timeMs);
    this.eventTimers.register(timeMs, this.key);
  };

  readonly deleteEventTimer = (timeMs: number): void => {
    this.eventTimers.delete(timeMs, this.key);
  };

  readonly registerProcessingTimer = (timeMs: number): void => {
    checkTime(timeMs);
    this.processingTimers.register(timeMs, this.key);
    if (timeMs > this.lastProcessingTimerMs) this.lastProcessingTimerMs = timeMs;
    this.context.wakeAt((this.processingTimers.nextTimeMs() ?? timeMs) + 1);
  };

  readonly deleteProcessingTimer = (timeMs: number): void => {
    this.processingTimers.delete(timeMs, this.key);
  };

  dropProcessingTimers(): void {
    this.processingTimers = new TimerQueue();
    this.lastProcessingTimerMs = -Infinity;
  }
}

/** NaN has no place in an order of times. */
function checkTime(timeMs: number): void {
  if (Number.isFinite(timeMs)) return;
  throw new RangeError(`A timer cannot be set for ${timeMs}: give epoch milliseconds.`);
}
