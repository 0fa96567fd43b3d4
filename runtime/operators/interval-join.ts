// Pairs of records of one key whose times are close: `left + lower <= right <= left + upper`, in event time (Flink:
// IntervalJoinOperator). Each side's records wait, in order of time, for as long as a partner can still come.
//   I1. A record behind the watermark is late: it is joined with nothing and goes to its side's late output.
//   I2. A record is forgotten when the watermark reaches its time plus the bound on the side of the other, if that is later
//       than its own time.
//   I3. A result has the later of the two timestamps.

import { NO_TIMESTAMP } from '../connectors/connector.ts';
import { TimerQueue } from '../time/timer-queue.ts';
import { KeyedValue } from './keyed-value.ts';
import { missingTimestamp } from './missing-timestamp.ts';
import type { Emit, Operator, OperatorContext } from './operator.ts';
import { LATE_LEFT_OUTPUT, LATE_RIGHT_OUTPUT, type RelationalSpec } from './relational-spec.ts';
import {
  addTimedRow,
  countBefore,
  countUpTo,
  dropTimedRows,
  noTimedRows,
  type TimedRows,
} from './timed-rows.ts';

type IntervalJoinSpec = Extract<RelationalSpec, { kind: 'interval-join' }>;

export function createIntervalJoin(spec: IntervalJoinSpec, context: OperatorContext): Operator {
  return new IntervalJoin(spec, context);
}

/** What waits for one key. */
interface Waiting {
  readonly left: TimedRows;
  readonly right: TimedRows;
  /** The earliest timer that is set. */
  timerMs: number;
}

class IntervalJoin implements Operator {
  readonly #spec: IntervalJoinSpec;
  readonly #context: OperatorContext;
  readonly #held: KeyedValue<Waiting>;
  readonly #timers = new TimerQueue();
  readonly #lateLeft: Emit | undefined;
  readonly #lateRight: Emit | undefined;
  /** How long a record of each side waits after its own time. */
  readonly #leftWaitMs: number;
  readonly #rightWaitMs: number;

  constructor(spec: IntervalJoinSpec, context: OperatorContext) {
    this.#spec = spec;
    this.#context = context;
    this.#held = new KeyedValue('waiting', context);
    this.#lateLeft = context.sideOutput(LATE_LEFT_OUTPUT);
    this.#lateRight = context.sideOutput(LATE_RIGHT_OUTPUT);
    this.#leftWaitMs = Math.max(0, spec.upperMs);
    this.#rightWaitMs = Math.max(0, -spec.lowerMs);
  }

  process(row: unknown, timestampMs: number): void {
    if (this.#isLate(row, timestampMs, this.#lateLeft)) return;
    const { left, combine, lowerMs, upperMs } = this.#spec;
    try {
      this.#held.moveTo(left.keyOf(row));
      const waiting = this.#held.get() ?? newWaiting();
      addTimedRow(waiting.left, timestampMs, row);
      this.#keep(waiting, timestampMs + this.#leftWaitMs);
      const { timesMs, rows } = waiting.right;
      const end = countUpTo(timesMs, timestampMs + upperMs);
      for (let index = countBefore(timesMs, timestampMs + lowerMs); index < end; index++) {
        const laterMs = Math.max(timestampMs, timesMs[index] as number);
        this.#context.emit(combine(row, rows[index]), laterMs);
      }
    } catch (error) {
      throw this.#context.failure(error, row);
    }
  }

  processSecond(row: unknown, timestampMs: number): void {
    if (this.#isLate(row, timestampMs, this.#lateRight)) return;
    const { right, combine, lowerMs, upperMs } = this.#spec;
    try {
      this.#held.moveTo(right.keyOf(row));
      const waiting = this.#held.get() ?? newWaiting();
      addTimedRow(waiting.right, timestampMs, row);
      this.#keep(waiting, timestampMs + this.#rightWaitMs);
      const { timesMs, rows } = waiting.left;
      const end = countUpTo(timesMs, timestampMs - lowerMs);
      for (let index = countBefore(timesMs, timestampMs - upperMs); index < end; index++) {
        const laterMs = Math.max(timestampMs, timesMs[index] as number);
        this.#context.emit(combine(rows[index], row), laterMs);
      }
    } catch (error) {
      throw this.#context.failure(error, row);
    }
  }

  advanceWatermark(watermarkMs: number): boolean {
    for (;;) {
      const due = this.#timers.takeDue(watermarkMs);
      if (due === undefined) return true;
      this.#held.moveTo(due.key);
      const waiting = this.#held.get();
      if (waiting !== undefined) this.#forget(waiting, watermarkMs);
    }
  }

  #isLate(row: unknown, timestampMs: number, output: Emit | undefined): boolean {
    if (timestampMs === NO_TIMESTAMP) {
      throw this.#context.failure(missingTimestamp(this.#context.name), row);
    }
    if (timestampMs >= this.#context.currentWatermark()) return false;
    this.#context.count(output === undefined ? 'numLateRecordsDropped' : 'numLateRecords');
    output?.(row, timestampMs);
    return true;
  }

  /** One timer a key: the next is set when it has rung. */
  #keep(waiting: Waiting, untilMs: number): void {
    if (untilMs < waiting.timerMs) {
      waiting.timerMs = untilMs;
      this.#timers.register(untilMs, this.#held.key);
    }
    this.#held.set(waiting);
  }

  #forget(waiting: Waiting, watermarkMs: number): void {
    const { left, right } = waiting;
    dropTimedRows(left, countUpTo(left.timesMs, watermarkMs - this.#leftWaitMs));
    dropTimedRows(right, countUpTo(right.timesMs, watermarkMs - this.#rightWaitMs));
    const nextMs = Math.min(
      (left.timesMs[0] ?? Infinity) + this.#leftWaitMs,
      (right.timesMs[0] ?? Infinity) + this.#rightWaitMs,
    );
    waiting.timerMs = Infinity;
    if (nextMs === Infinity) this.#held.clear();
    else this.#keep(waiting, nextMs);
  }
}

function newWaiting(): Waiting {
  return { left: noTimedRows(), right: noTimedRows(), timerMs: Infinity };
}
