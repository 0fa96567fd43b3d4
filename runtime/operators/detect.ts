// Detects a pattern in the records of each key. In event time records wait, sorted, until the watermark has passed them; then
// the key's automaton sees them in order. In processing time it sees them as they come.
//   I1. A record at or below the watermark is late: it goes to the `late` output, or is dropped and counted.
//   I2. A key has one timer: its next waiting record, or the next time at which a match of it runs out of time.
//   I3. What happens to several keys happens in order of time, so no result is behind the watermark that brought it.
//   I4. A key without waiting records and matches has no state.

import { Automaton, type Detections } from '../cep/automaton.ts';
import { createMatchState, isEmpty, type MatchState } from '../cep/match-state.ts';
import { NO_TIMESTAMP } from '../connectors/connector.ts';
import type { Clock } from '../core/clock.ts';
import type { Key } from '../core/key-group.ts';
import { TimerQueue } from '../time/timer-queue.ts';
import { KeyedValue } from './keyed-value.ts';
import { missingTimestamp } from './missing-timestamp.ts';
import type { Emit, Operator, OperatorContext } from './operator.ts';
import {
  type DetectSpec,
  type MatchContext,
  type MatchedEvents,
  type SelectMatch,
  TIMED_OUT_OUTPUT,
} from './pattern-spec.ts';
import { RecordContext } from './process.ts';
import { type KeySelector, LATE_OUTPUT, type OperatorSpec } from './spec.ts';
import {
  createWaitingEvents,
  insert,
  nextTimeMs,
  takeUntil,
  type WaitingEvents,
} from './waiting-events.ts';

/** What is kept of a key: plain data. */
interface KeyDetection {
  readonly waiting: WaitingEvents;
  readonly matches: MatchState;
  /** When its timer is set; `Infinity` when none is. */
  timerMs: number;
}

/** Flink's CepOperator. */
export function createDetect(
  spec: Extract<OperatorSpec, { kind: 'detect' }>,
  context: OperatorContext,
): Operator {
  return spec.detection.time === 'event'
    ? new EventTimeDetect(spec, context)
    : new ProcessingTimeDetect(spec, context);
}

/** What both kinds of time share. */
abstract class Detect {
  protected readonly context: OperatorContext;
  protected readonly timers = new TimerQueue();
  readonly #selector: KeySelector;
  readonly #spec: DetectSpec;
  readonly #automaton: Automaton;
  readonly #detection: KeyedValue<KeyDetection>;
  readonly #user: SelectContext;
  readonly #timedOut: Emit | undefined;

  constructor(spec: Extract<OperatorSpec, { kind: 'detect' }>, context: OperatorContext) {
    this.context = context;
    this.#selector = spec.selector;
    this.#spec = spec.detection;
    this.#automaton = new Automaton(spec.detection.pattern);
    this.#detection = new KeyedValue('detection', context);
    this.#user = new SelectContext(context);
    this.#timedOut = context.sideOutput(TIMED_OUT_OUTPUT);
  }

  /** The last key's records have come and its timers have fired: matches without a time limit stay incomplete. */
  protected dropKey(): void {
    this.#detection.clear();
  }

  /** The state of a record's key. */
  protected loadOf(value: unknown): KeyDetection {
    try {
      return this.#load(this.#selector.keyOf(value));
    } catch (error) {
      throw this.context.failure(error, value);
    }
  }

  #load(key: Key): KeyDetection {
    this.#detection.moveTo(key);
    return (
      this.#detection.get() ?? {
        waiting: createWaitingEvents(),
        matches: createMatchState(),
        timerMs: Infinity,
      }
    );
  }

  /** Writes the key's state back and sets its timer. */
  protected save(detection: KeyDetection): void {
    const { waiting, matches } = detection;
    const timerMs = Math.min(nextTimeMs(waiting), this.#automaton.nextExpiryMs(matches));
    if (timerMs !== detection.timerMs) {
      if (detection.timerMs !== Infinity)
        this.timers.delete(detection.timerMs, this.#detection.key);
      if (timerMs !== Infinity) this.timers.register(timerMs, this.#detection.key);
      detection.timerMs = timerMs;
    }
    if (timerMs === Infinity && isEmpty(matches)) this.#detection.clear();
    else this.#detection.set(detection);
  }

  protected advance(detection: KeyDetection, timeMs: number): void {
    let detections: Detections;
    try {
      detections = this.#automaton.advance(detection.matches, timeMs);
    } catch (error) {
      throw this.context.failure(error, { key: this.#detection.key, timeMs });
    }
    this.#emitTimedOut(detections);
    this.#emitMatches(detections.matches, timeMs);
  }

  protected offer(detection: KeyDetection, event: unknown, timestampMs: number): void {
    let matches: readonly MatchedEvents[];
    try {
      const time = { timestampMs, nowMs: this.context.clock.nowMs() };
      matches = this.#automaton.process(detection.matches, event, time);
    } catch (error) {
      throw this.context.failure(error, event);
    }
    this.#emitMatches(matches, timestampMs);
  }

  /** Fires the timers that are due, in order of time; false when the outputs are full. */
  protected fire(untilMs: number): boolean {
    for (;;) {
      if (this.context.isBlocked()) return false;
      const timer = this.timers.takeDue(untilMs);
      if (timer === undefined) return true;
      const detection = this.#load(timer.key);
      detection.timerMs = Infinity;
      this.advance(detection, timer.timeMs);
      for (const event of takeUntil(detection.waiting, timer.timeMs, this.#spec.compare)) {
        this.offer(detection, event, timer.timeMs);
      }
      this.save(detection);
    }
  }

  #emitTimedOut({ timedOut }: Detections): void {
    const { timedOut: select } = this.#spec;
    if (select === undefined || this.#timedOut === undefined) return;
    for (const { matched, timeMs } of timedOut) {
      this.#timedOut(this.#select(select, matched, timeMs), this.stampMs(timeMs));
    }
  }

  #emitMatches(matches: readonly MatchedEvents[], timeMs: number): void {
    for (const match of matches) {
      this.context.emit(this.#select(this.#spec.select, match, timeMs), this.stampMs(timeMs));
    }
  }

  #select(select: SelectMatch, match: MatchedEvents, timeMs: number): unknown {
    this.#user.about(this.#detection.key, timeMs, this.stampMs(timeMs));
    try {
      return select(match, this.#user);
    } catch (error) {
      throw this.context.failure(error, match);
    }
  }

  /** The timestamp of a result. */
  protected abstract stampMs(timeMs: number): number;
}

class EventTimeDetect extends Detect implements Operator {
  readonly #late: Emit | undefined;

  constructor(spec: Extract<OperatorSpec, { kind: 'detect' }>, context: OperatorContext) {
    super(spec, context);
    this.#late = context.sideOutput(LATE_OUTPUT);
  }

  process(value: unknown, timestampMs: number): void {
    if (timestampMs === NO_TIMESTAMP) {
      throw this.context.failure(missingTimestamp(this.context.name), value);
    }
    if (timestampMs <= this.context.currentWatermark()) {
      this.#passOnLate(value, timestampMs);
      return;
    }
    const detection = this.loadOf(value);
    insert(detection.waiting, value, timestampMs);
    this.save(detection);
  }

  advanceWatermark(watermarkMs: number): boolean {
    return this.fire(watermarkMs);
  }

  endKey(): boolean {
    this.dropKey();
    return true;
  }

  protected stampMs(timeMs: number): number {
    return timeMs;
  }

  #passOnLate(value: unknown, timestampMs: number): void {
    if (this.#late === undefined) {
      this.context.count('numLateRecordsDropped');
      return;
    }
    this.context.count('numLateRecords');
    this.#late(value, timestampMs);
  }
}

class ProcessingTimeDetect extends Detect implements Operator {
  process(value: unknown): void {
    const nowMs = this.context.clock.nowMs();
    const detection = this.loadOf(value);
    this.advance(detection, nowMs);
    this.offer(detection, value, nowMs);
    this.save(detection);
    this.#wake();
  }

  onProcessingTime(nowMs: number): boolean {
    const done = this.fire(nowMs);
    this.#wake();
    return done;
  }

  /** As in Flink's batch mode, processing time is over with the key. */
  endKey(): boolean {
    if (!this.fire(Infinity)) return false;
    this.dropKey();
    return true;
  }

  protected stampMs(): number {
    return NO_TIMESTAMP;
  }

  #wake(): void {
    const nextMs = this.timers.nextTimeMs();
    if (nextMs !== undefined) this.context.wakeAt(nextMs);
  }
}

/** What the job's functions see; one object for all matches. */
class SelectContext implements MatchContext {
  key: Key = '';
  timestampMs = 0;
  readonly output: MatchContext['output'];
  readonly #clock: Clock;
  readonly #record: RecordContext;

  constructor(context: OperatorContext) {
    this.#clock = context.clock;
    this.#record = new RecordContext(context);
    this.output = this.#record.output;
  }

  get nowMs(): number {
    return this.#clock.nowMs();
  }

  /** `stampMs` is the timestamp of what goes to side outputs. */
  about(key: Key, timestampMs: number, stampMs: number): void {
    this.key = key;
    this.timestampMs = timestampMs;
    this.#record.timestampMs = stampMs;
  }
}
