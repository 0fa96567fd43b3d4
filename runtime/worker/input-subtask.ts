// A subtask whose input is channels: reads buffers, one channel after the other, and follows their watermarks.
//   I1. Elements of one channel are handled in order; between channels there is none.
//   I2. The operator's watermark is the valve's: the minimum over the active channels.

import type { ChannelReader, ElementHandler } from '../shuffle/channel-reader.ts';
import { WatermarkValve } from '../time/watermark-valve.ts';
import { type StepResult, Subtask, type SubtaskParts } from './subtask.ts';

export interface InputSubtaskParts extends SubtaskParts {
  /** In the order of their numbers in the valve. */
  readonly readers: readonly ChannelReader[];
}

/** One subtask of a task behind an exchange. */
export class InputSubtask extends Subtask implements ElementHandler {
  readonly #readers: readonly ChannelReader[];
  readonly #valve: WatermarkValve;
  readonly #process: (value: unknown, timestampMs: number) => void;
  readonly #endedChannels: Set<number> = new Set();
  #next = 0;
  #isIdle = false;

  constructor(parts: InputSubtaskParts) {
    super(parts);
    this.#readers = parts.readers;
    this.#valve = new WatermarkValve(parts.readers.length);
    this.#process = parts.chain.process;
  }

  open(): Promise<void> {
    return this.chain.open();
  }

  close(committed: boolean): Promise<void> {
    return this.chain.close(committed);
  }

  nextWakeMs(): number {
    return this.chain.nextWakeMs();
  }

  protected get bytesIn(): number {
    return this.#readers.reduce((total, reader) => total + reader.bytesIn, 0);
  }

  /** At most one buffer of each channel, beginning where the last step stopped. */
  protected takeInput(): StepResult {
    this.#tellStatus();
    let hasRead = false;
    for (let tried = 0; tried < this.#readers.length; tried++) {
      const reader = this.#readers[this.#next];
      if (reader?.hasInput() === true) {
        hasRead = true;
        if (!reader.readBuffer(this)) return 'worked';
      }
      this.#next = this.#next + 1 === this.#readers.length ? 0 : this.#next + 1;
      if (hasRead && !this.canTakeInput()) return 'worked';
    }
    if (this.#endedChannels.size === this.#readers.length) return 'ended';
    return hasRead ? 'worked' : 'idle';
  }

  onRecord(value: unknown, timestampMs: number): void {
    this.recordsIn++;
    this.#process(value, timestampMs);
    if (this.chain.makesWatermarks) this.chain.advance(this.chain.watermarkMs);
  }

  canTakeInput(): boolean {
    return this.chain.canTakeInput();
  }

  onWatermark(channel: number, watermarkMs: number): void {
    if (this.#valve.onWatermark(channel, watermarkMs)) this.#follow();
  }

  onStatus(channel: number, isIdle: boolean): void {
    if (this.#valve.onStatus(channel, isIdle)) this.#follow();
  }

  onEnd(channel: number): void {
    this.#endedChannels.add(channel);
    if (this.#endedChannels.size < this.#readers.length && this.#valve.onEnd(channel)) {
      this.#follow();
    }
  }

  #follow(): void {
    const { watermarkMs } = this.#valve.output;
    // Downstream ignores the watermarks of an idle channel, so idleness waits until time has passed through the chain.
    if (watermarkMs <= this.chain.watermarkMs || this.chain.advance(watermarkMs))
      this.#tellStatus();
  }

  #tellStatus(): void {
    const { isIdle } = this.#valve.output;
    if (isIdle === this.#isIdle) return;
    this.#isIdle = isIdle;
    this.chain.writeStatus(isIdle);
  }
}
