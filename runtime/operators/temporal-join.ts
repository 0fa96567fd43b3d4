// Each record of the left side with the version of the right row that was valid at its time (Flink SQL: FOR SYSTEM_TIME AS
// OF). A version is valid from its timestamp until the next one's. Left records wait for the watermark, because an earlier
// version may still come.
//   I1. A left record is joined once, when the watermark has reached it, and keeps its timestamp.
//   I2. Of the versions the watermark has passed, only the latest of each key is kept.

import { NO_TIMESTAMP } from '../connectors/connector.ts';
import { TimerQueue } from '../time/timer-queue.ts';
import type { RowChange } from './change-spec.ts';
import type { KeySelector } from './key-selector-spec.ts';
import { KeyedValue } from './keyed-value.ts';
import { missingTimestamp } from './missing-timestamp.ts';
import type { Operator, OperatorContext } from './operator.ts';
import type { RelationalSpec } from './relational-spec.ts';
import {
  addTimedRow,
  countUpTo,
  dropTimedRows,
  noTimedRows,
  type TimedRows,
} from './timed-rows.ts';

type TemporalJoinSpec = Extract<RelationalSpec, { kind: 'temporal-join' }>;

export function createTemporalJoin(spec: TemporalJoinSpec, context: OperatorContext): Operator {
  return new TemporalJoin(spec, context);
}

/** What is held for one key. */
interface History {
  /** Left records that wait for the watermark. */
  readonly waiting: TimedRows;
  /** Undefined where the row was deleted. */
  readonly versions: TimedRows;
  /** The earliest timer that is set. */
  timerMs: number;
}

class TemporalJoin implements Operator {
  readonly #spec: TemporalJoinSpec;
  readonly #context: OperatorContext;
  readonly #held: KeyedValue<History>;
  readonly #timers = new TimerQueue();

  constructor(spec: TemporalJoinSpec, context: OperatorContext) {
    this.#spec = spec;
    this.#context = context;
    this.#held = new KeyedValue('history', context);
  }

  process(row: unknown, timestampMs: number): void {
    const history = this.#historyOf(this.#spec.left, row, timestampMs);
    addTimedRow(history.waiting, timestampMs, row);
    this.#keep(history, timestampMs);
  }

  processSecond(value: unknown, timestampMs: number): void {
    const { selector, isChangelog } = this.#spec.versions;
    const row = isChangelog ? (value as RowChange<unknown>).row : value;
    const isDelete = isChangelog && (value as RowChange<unknown>).kind === '-D';
    const history = this.#historyOf(selector, row, timestampMs);
    addTimedRow(history.versions, timestampMs, isDelete ? undefined : row);
    this.#keep(history, history.versions.timesMs[1] ?? Infinity);
  }

  advanceWatermark(watermarkMs: number): boolean {
    for (;;) {
      if (this.#context.isBlocked()) return false;
      const due = this.#timers.takeDue(watermarkMs);
      if (due === undefined) return true;
      this.#held.moveTo(due.key);
      const history = this.#held.get();
      if (history !== undefined) this.#settle(history, watermarkMs);
    }
  }

  #historyOf({ keyOf }: KeySelector, row: unknown, timestampMs: number): History {
    if (timestampMs === NO_TIMESTAMP) {
      throw this.#context.failure(missingTimestamp(this.#context.name), row);
    }
    try {
      this.#held.moveTo(keyOf(row));
    } catch (error) {
      throw this.#context.failure(error, row);
    }
    return (
      this.#held.get() ?? { waiting: noTimedRows(), versions: noTimedRows(), timerMs: Infinity }
    );
  }

  #keep(history: History, untilMs: number): void {
    if (untilMs < history.timerMs) {
      history.timerMs = untilMs;
      this.#timers.register(untilMs, this.#held.key);
    }
    this.#held.set(history);
  }

  /** Joins what the watermark has reached, as far as there is room, then forgets what nobody can ask for. */
  #settle(history: History, watermarkMs: number): void {
    const { waiting, versions } = history;
    const due = countUpTo(waiting.timesMs, watermarkMs);
    let joined = 0;
    for (; joined < due && !this.#context.isBlocked(); joined++) {
      this.#joinOne(waiting.rows[joined], waiting.timesMs[joined] as number, versions);
    }
    dropTimedRows(waiting, joined);
    if (joined === due) dropTimedRows(versions, countUpTo(versions.timesMs, watermarkMs) - 1);
    history.timerMs = Infinity;
    const nextMs = Math.min(waiting.timesMs[0] ?? Infinity, versions.timesMs[1] ?? Infinity);
    if (waiting.rows.length === 0 && isGone(versions)) this.#held.clear();
    else this.#keep(history, nextMs);
  }

  #joinOne(row: unknown, timestampMs: number, { timesMs, rows }: TimedRows): void {
    const version = rows[countUpTo(timesMs, timestampMs) - 1];
    if (version === undefined && !this.#spec.isOuter) return;
    try {
      this.#context.emit(this.#spec.combine(row, version), timestampMs);
    } catch (error) {
      throw this.#context.failure(error, row);
    }
  }
}

/** A deleted row without later versions need not be remembered. */
function isGone({ rows }: TimedRows): boolean {
  return rows.length === 0 || (rows.length === 1 && rows[0] === undefined);
}
