// A subtask whose input is a source: polls the reader, gives records timestamps, and makes watermarks.
//   I1. The watermark follows the record that caused it, before the next record.
//   I2. A poll is sized so that what it emits fills a few buffers at most: the overflow stays small.

import type { SourceReader, SourceStatus } from '../connectors/connector.ts';
import { EngineError } from '../core/errors.ts';
import type { OperatorContext } from '../operators/operator.ts';
import type { WatermarkTracker } from '../operators/watermark-tracker.ts';
import type { OutputGate } from '../shuffle/output-gate.ts';
import { type StepResult, Subtask, type SubtaskParts } from './subtask.ts';

const POLL_RECORDS_FIRST = 16;
const POLL_RECORDS_MAX = 512;
const POLL_BYTES = 64 * 1024;

export interface SourceSubtaskParts extends SubtaskParts {
  readonly reader: SourceReader<unknown>;
  readonly tracker: WatermarkTracker | undefined;
  /** Of the source operator: names what fails. */
  readonly context: OperatorContext;
}

/** One subtask of a source task. */
export class SourceSubtask extends Subtask {
  protected readonly bytesIn = 0;
  readonly #reader: SourceReader<unknown>;
  readonly #tracker: WatermarkTracker | undefined;
  readonly #gate: OutputGate;
  readonly #context: OperatorContext;
  readonly #emit: (value: unknown, timestampMs: number) => void;
  #isIdle = false;
  #isStopped = false;

  constructor(parts: SourceSubtaskParts) {
    super(parts);
    this.#reader = parts.reader;
    this.#tracker = parts.tracker;
    this.#gate = parts.gate;
    this.#context = parts.context;
    this.#emit = this.#makeEmit(parts.context);
  }

  async open(): Promise<void> {
    await this.chain.open();
    await this.#reader.open(undefined);
  }

  async close(committed: boolean): Promise<void> {
    try {
      await this.#reader.close();
    } finally {
      await this.chain.close(committed);
    }
  }

  nextWakeMs(): number {
    const nowMs = this.clock.nowMs();
    return Math.min(
      this.chain.nextWakeMs(),
      this.#reader.nextPollAtMs ?? Infinity,
      this.#isIdle ? Infinity : (this.#tracker?.nextPollMs(nowMs) ?? Infinity),
    );
  }

  override stop(): void {
    this.#isStopped = true;
  }

  protected override onUnblocked(): void {
    this.#tracker?.resume(this.clock.nowMs());
  }

  protected takeInput(): StepResult {
    if (this.#isStopped) return 'ended';
    const before = this.recordsIn;
    const status = this.#poll();
    if (status === 'ended') return 'ended';
    this.#tellTime();
    return status === 'more' || this.recordsIn > before ? 'worked' : 'idle';
  }

  #poll(): SourceStatus {
    try {
      return this.#reader.poll(this.#emit, this.#pollRecords());
    } catch (error) {
      throw error instanceof EngineError ? this.#context.failure(error, undefined) : error;
    }
  }

  #pollRecords(): number {
    const { recordsOut, bytesOut } = this.#gate;
    if (this.recordsIn === 0) return POLL_RECORDS_FIRST;
    const bytesPerRecord = recordsOut === 0 ? 0 : bytesOut / this.recordsIn;
    const fitting = bytesPerRecord === 0 ? POLL_RECORDS_MAX : POLL_BYTES / bytesPerRecord;
    return Math.max(1, Math.min(POLL_RECORDS_MAX, Math.floor(fitting)));
  }

  /** Watermarks that are due by the clock, and idleness. */
  #tellTime(): void {
    const tracker = this.#tracker;
    if (tracker === undefined) return;
    const nowMs = this.clock.nowMs();
    if (!tracker.isEveryRecord) this.#advance(tracker.poll(nowMs));
    if (!tracker.isIdle(nowMs) || this.#isIdle) return; // only a record ends idleness
    this.#advance(tracker.advance()); // nobody listens to the watermarks of an idle channel
    this.#isIdle = true;
    this.chain.writeStatus(true);
  }

  #advance(watermarkMs: number): void {
    if (watermarkMs > this.chain.watermarkMs) this.chain.advance(watermarkMs);
    else if (this.chain.makesWatermarks) this.chain.advance(this.chain.watermarkMs);
  }

  #makeEmit(context: OperatorContext): (value: unknown, timestampMs: number) => void {
    const { process } = this.chain;
    const tracker = this.#tracker;
    if (tracker === undefined) {
      return (value, timestampMs) => {
        this.recordsIn++;
        process(value, timestampMs);
        if (this.chain.makesWatermarks) this.#advance(this.chain.watermarkMs);
      };
    }
    const { isEveryRecord } = tracker;
    return (value, sourceTimestampMs) => {
      this.recordsIn++;
      let timestampMs: number;
      try {
        timestampMs = tracker.timestampOf(value, sourceTimestampMs);
        tracker.onRecord(value, timestampMs);
      } catch (error) {
        throw context.failure(error, value);
      }
      if (this.#isIdle) this.#becomeActive();
      process(value, timestampMs);
      if (isEveryRecord) this.#advance(tracker.advance());
      else if (this.chain.makesWatermarks) this.#advance(this.chain.watermarkMs);
    };
  }

  #becomeActive(): void {
    this.#isIdle = false;
    this.chain.writeStatus(false);
  }
}
