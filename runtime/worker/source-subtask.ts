// A subtask whose input is a source: polls the reader, gives records timestamps, makes watermarks, keeps to the source's rate
// and to the alignment of its group.
//   I1. The watermark follows the record that caused it, before the next record.
//   I2. A poll is sized so that what it emits fills a few buffers at most: the overflow stays small.

import type {
  EmitRecord,
  SourceStatus,
  SplitReader,
  SplitReaderContext,
} from '../connectors/connector.ts';
import { EngineError } from '../core/errors.ts';
import type { OperatorContext } from '../operators/operator.ts';
import type { FromSource, ToSource } from '../protocol/control.ts';
import type { OutputGate } from '../shuffle/output-gate.ts';
import type { Pace } from '../time/pace.ts';
import { MAX_WATERMARK, type WatermarkStrategy } from '../time/watermark.ts';
import { type SplitProgress, SplitWatermarks } from './split-watermarks.ts';
import { type StepResult, Subtask, type SubtaskParts } from './subtask.ts';

const POLL_RECORDS_FIRST = 16;
const POLL_RECORDS_MAX = 512;
const POLL_BYTES = 64 * 1024;

/** Where the reader's records go. */
export type SplitOutput = Pick<SplitReaderContext, 'beginSplit' | 'endSplit'>;

export interface SourceSubtaskParts extends SubtaskParts {
  readonly makeReader: (output: SplitOutput) => SplitReader;
  readonly watermarks: WatermarkStrategy<unknown> | undefined;
  /** Undefined: as fast as possible. */
  readonly pace: Pace | undefined;
  /** Of the source operator: names what fails. */
  readonly context: OperatorContext;
  /** Tells the coordinator. */
  readonly tell: (event: FromSource) => void;
}

/** One subtask of a source task. */
export class SourceSubtask extends Subtask {
  protected readonly bytesIn = 0;
  readonly #parts: SourceSubtaskParts;
  readonly #reader: SplitReader;
  readonly #watermarks: SplitWatermarks | undefined;
  readonly #gate: OutputGate;
  /** Whether the rate, not the reader, held the last poll back. */
  #isPaced = false;
  #isIdle = false;
  #isStopped = false;
  /** How far the group's slowest lets its splits go. */
  #limitMs = MAX_WATERMARK;
  #nextReportMs: number;

  constructor(parts: SourceSubtaskParts) {
    super(parts);
    const { watermarks, clock } = parts;
    this.#parts = parts;
    this.#gate = parts.gate;
    this.#watermarks =
      watermarks === undefined ? undefined : new SplitWatermarks(watermarks, clock.nowMs());
    this.#nextReportMs = watermarks?.alignment === undefined ? Infinity : clock.nowMs();
    this.#reader = parts.makeReader({
      beginSplit: (id) => this.#makeEmit(id),
      endSplit: (id) => {
        this.#watermarks?.end(id, this.clock.nowMs());
      },
    });
  }

  async open(): Promise<void> {
    await this.chain.open();
    await this.#reader.start();
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
    const paceMs = this.#isPaced ? this.#parts.pace?.nextDueAtMs() : undefined;
    return Math.min(
      this.chain.nextWakeMs(),
      paceMs ?? this.#reader.nextPollAtMs ?? Infinity,
      this.#isIdle ? Infinity : (this.#watermarks?.nextPollMs(nowMs) ?? Infinity),
      this.#nextReportMs,
    );
  }

  override stop(): void {
    this.#isStopped = true;
  }

  override onSourceEvent(event: ToSource): void {
    switch (event.kind) {
      case 'splits':
        this.#reader.addSplits(event.splits);
        return;
      case 'no-more-splits':
        this.#reader.noMoreSplits();
        return;
      case 'event':
        this.#reader.onEvent?.(event.event);
        return;
      case 'watermark-limit':
        this.#limitMs = event.watermarkMs;
        this.#pauseOrResume();
        return;
    }
  }

  protected override onUnblocked(): void {
    this.#watermarks?.resume(this.clock.nowMs());
  }

  protected takeInput(): StepResult {
    const before = this.recordsIn;
    const status = this.#isStopped ? 'ended' : this.#poll();
    if (status === 'ended') {
      if (this.#parts.watermarks?.alignment !== undefined) this.#report(MAX_WATERMARK);
      return 'ended';
    }
    this.#tellTime();
    return status === 'more' || this.recordsIn > before ? 'worked' : 'idle';
  }

  #poll(): SourceStatus {
    const { pace, context } = this.#parts;
    const allowed = pace?.allowance() ?? Infinity;
    this.#isPaced = allowed === 0;
    if (this.#isPaced) return 'idle';
    const before = this.recordsIn;
    try {
      const status = this.#reader.poll(Math.min(allowed, this.#pollRecords()));
      pace?.spend(this.recordsIn - before);
      return status;
    } catch (error) {
      throw error instanceof EngineError ? context.failure(error, undefined) : error;
    }
  }

  #pollRecords(): number {
    const { recordsOut, bytesOut } = this.#gate;
    if (this.recordsIn === 0) return POLL_RECORDS_FIRST;
    const bytesPerRecord = recordsOut === 0 ? 0 : bytesOut / this.recordsIn;
    const fitting = bytesPerRecord === 0 ? POLL_RECORDS_MAX : POLL_BYTES / bytesPerRecord;
    return Math.max(1, Math.min(POLL_RECORDS_MAX, Math.floor(fitting)));
  }

  /** Watermarks that are due by the clock, idleness, and what the group is told of it. */
  #tellTime(): void {
    const watermarks = this.#watermarks;
    if (watermarks === undefined) return;
    const nowMs = this.clock.nowMs();
    const isIdle = watermarks.isIdle(nowMs);
    this.#advance(watermarks.poll(nowMs));
    if (isIdle && !this.#isIdle) {
      this.#advance(watermarks.advance()); // nobody listens to the watermarks of an idle channel
      this.#isIdle = true; // only a record ends idleness
      this.chain.writeStatus(true);
    }
    if (this.#nextReportMs === Infinity) return;
    if (nowMs >= this.#nextReportMs) this.#report(isIdle ? MAX_WATERMARK : this.chain.watermarkMs);
    this.#pauseOrResume();
  }

  #report(watermarkMs: number): void {
    const { watermarks, tell } = this.#parts;
    this.#nextReportMs = this.clock.nowMs() + (watermarks?.alignment?.updateIntervalMs ?? Infinity);
    tell({ kind: 'watermark', watermarkMs });
  }

  #pauseOrResume(): void {
    const decision = this.#watermarks?.decidePauses(this.#limitMs, this.clock.nowMs());
    if (decision === undefined) return;
    const { paused, resumed } = decision;
    if (paused.length + resumed.length > 0) this.#reader.pauseOrResumeSplits(paused, resumed);
  }

  #advance(watermarkMs: number): void {
    if (watermarkMs > this.chain.watermarkMs) this.chain.advance(watermarkMs);
    else if (this.chain.makesWatermarks) this.chain.advance(this.chain.watermarkMs);
  }

  /** What the records of one split go through. */
  #makeEmit(id: string): EmitRecord<unknown> {
    const { process } = this.chain;
    const watermarks = this.#watermarks;
    if (watermarks === undefined) {
      return (value, timestampMs) => {
        this.recordsIn++;
        process(value, timestampMs);
        if (this.chain.makesWatermarks) this.#advance(this.chain.watermarkMs);
      };
    }
    const { context } = this.#parts;
    const { isEveryRecord } = watermarks;
    const progress = watermarks.begin(id, this.clock.nowMs());
    const { tracker } = progress;
    return (value, sourceTimestampMs) => {
      this.recordsIn++;
      let timestampMs: number;
      try {
        timestampMs = tracker.timestampOf(value, sourceTimestampMs);
        tracker.onRecord(value, timestampMs);
      } catch (error) {
        throw context.failure(error, value);
      }
      if (progress.isIdle || this.#isIdle) this.#becomeActive(progress);
      process(value, timestampMs);
      if (isEveryRecord) this.#advance(watermarks.afterRecord(progress));
      else if (this.chain.makesWatermarks) this.#advance(this.chain.watermarkMs);
    };
  }

  #becomeActive(progress: SplitProgress): void {
    progress.isIdle = false;
    if (!this.#isIdle) return;
    this.#isIdle = false;
    this.chain.writeStatus(false);
  }
}
