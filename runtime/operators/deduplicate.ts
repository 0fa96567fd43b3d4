// One row a key: the first, which is never taken back, or the last, which later ones replace (Flink SQL: Deduplicate). By
// event time, rows of equal time stand in the order of arrival.
//   I1. The first row by event time is emitted once the watermark has reached it, so that no earlier one can come unless late.

import { TimerQueue } from '../time/timer-queue.ts';
import { ChangeEmitter } from './change-emitter.ts';
import { KeyedValue } from './keyed-value.ts';
import type { Operator, OperatorContext } from './operator.ts';
import type { RelationalSpec } from './relational-spec.ts';

type DeduplicateSpec = Extract<RelationalSpec, { kind: 'deduplicate' }>;

export function createDeduplicate(spec: DeduplicateSpec, context: OperatorContext): Operator {
  if (spec.output !== undefined) return new KeepLast(spec, context);
  return spec.by === 'arrival'
    ? keepFirstToArrive(spec, context)
    : new KeepFirstInTime(spec, context);
}

function keepFirstToArrive({ selector }: DeduplicateSpec, context: OperatorContext): Operator {
  const hasSeen = new KeyedValue<true>('hasSeen', context);
  return {
    process(value, timestampMs) {
      try {
        hasSeen.moveTo(selector.keyOf(value));
      } catch (error) {
        throw context.failure(error, value);
      }
      if (hasSeen.get() !== undefined) return;
      hasSeen.set(true);
      context.emit(value, timestampMs);
    },
  };
}

interface TimedRow {
  readonly row: unknown;
  readonly timestampMs: number;
}

class KeepFirstInTime implements Operator {
  readonly #spec: DeduplicateSpec;
  readonly #context: OperatorContext;
  /** The first row so far, until it is emitted. */
  readonly #held: KeyedValue<TimedRow | 'emitted'>;
  readonly #timers = new TimerQueue();

  constructor(spec: DeduplicateSpec, context: OperatorContext) {
    this.#spec = spec;
    this.#context = context;
    this.#held = new KeyedValue('first', context);
  }

  process(value: unknown, timestampMs: number): void {
    try {
      this.#held.moveTo(this.#spec.selector.keyOf(value));
    } catch (error) {
      throw this.#context.failure(error, value);
    }
    const first = this.#held.get();
    if (first === 'emitted' || (first !== undefined && first.timestampMs <= timestampMs)) return;
    if (first !== undefined) this.#timers.delete(first.timestampMs, this.#held.key);
    this.#held.set({ row: value, timestampMs });
    this.#timers.register(timestampMs, this.#held.key);
  }

  advanceWatermark(watermarkMs: number): boolean {
    for (;;) {
      if (this.#context.isBlocked()) return false;
      const due = this.#timers.takeDue(watermarkMs);
      if (due === undefined) return true;
      this.#held.moveTo(due.key);
      const first = this.#held.get();
      this.#held.set('emitted');
      if (typeof first === 'object') this.#context.emit(first.row, first.timestampMs);
    }
  }
}

class KeepLast implements Operator {
  readonly #spec: DeduplicateSpec;
  readonly #context: OperatorContext;
  readonly #held: KeyedValue<TimedRow>;
  readonly #changes: ChangeEmitter;

  constructor(spec: DeduplicateSpec, context: OperatorContext) {
    this.#spec = spec;
    this.#context = context;
    this.#held = new KeyedValue('last', context);
    const output = spec.output ?? { emitsBefore: true, emit: 'changes' };
    this.#changes = new ChangeEmitter(output, spec.outputKey, context, this.#held);
  }

  process(value: unknown, timestampMs: number): void {
    try {
      this.#held.moveTo(this.#spec.selector.keyOf(value));
    } catch (error) {
      throw this.#context.failure(error, value);
    }
    const last = this.#held.get();
    if (this.#spec.by === 'event-time' && last !== undefined && last.timestampMs > timestampMs) {
      return;
    }
    this.#held.set({ row: value, timestampMs });
    if (last === undefined) this.#changes.insert(value, timestampMs);
    else this.#changes.update(last.row, value, timestampMs);
  }

  advanceWatermark(watermarkMs: number): boolean {
    return this.#changes.advance(watermarkMs);
  }
}
