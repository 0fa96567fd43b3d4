// Combines the watermarks of a task's input channels (Flink: StatusWatermarkValve.java).
//   I1. The output is the minimum over the channels that are active and aligned; it never falls.
//   I2. An idle channel is left out. Coming back with an older watermark it stays left out until it has caught up.
//   I3. An ended channel counts as one at MAX_WATERMARK.
//   I4. When the last active channel becomes idle, nobody is waited for: the output rises to the highest watermark of all.

import { MAX_WATERMARK, NO_WATERMARK } from './watermark.ts';

interface ChannelTime {
  watermarkMs: number;
  isIdle: boolean;
  isAligned: boolean;
}

/** What a change on one channel means for the task. */
export interface ValveOutput {
  readonly watermarkMs: number;
  readonly isIdle: boolean;
}

/** Event-time progress of one task input. */
export class WatermarkValve {
  readonly #channels: ChannelTime[];
  #watermarkMs = NO_WATERMARK;
  #isIdle = false;

  constructor(channelCount: number) {
    this.#channels = Array.from({ length: channelCount }, () => ({
      watermarkMs: NO_WATERMARK,
      isIdle: false,
      isAligned: true,
    }));
  }

  get output(): ValveOutput {
    return { watermarkMs: this.#watermarkMs, isIdle: this.#isIdle };
  }

  /** True when the combined watermark rose. */
  onWatermark(channelIndex: number, watermarkMs: number): boolean {
    const channel = this.#channels[channelIndex];
    if (channel === undefined || channel.isIdle || watermarkMs <= channel.watermarkMs) return false;
    const heldBack = channel.watermarkMs <= this.#watermarkMs;
    channel.watermarkMs = watermarkMs;
    if (!channel.isAligned && watermarkMs >= this.#watermarkMs) channel.isAligned = true;
    return heldBack && this.#combine();
  }

  /** True when the combined watermark rose, or the input as a whole became idle or active. */
  onStatus(channelIndex: number, isIdle: boolean): boolean {
    const channel = this.#channels[channelIndex];
    if (channel === undefined || channel.isIdle === isIdle) return false;
    channel.isIdle = isIdle;
    channel.isAligned = !isIdle && channel.watermarkMs >= this.#watermarkMs;
    const wasIdle = this.#isIdle;
    this.#isIdle = this.#channels.every((other) => other.isIdle);
    const rose = isIdle && (this.#isIdle ? this.#catchUp(channel) : this.#combine());
    return rose || wasIdle !== this.#isIdle;
  }

  /** True when the combined watermark rose. */
  onEnd(channelIndex: number): boolean {
    const channel = this.#channels[channelIndex];
    if (channel === undefined) return false;
    channel.watermarkMs = MAX_WATERMARK;
    channel.isIdle = false;
    channel.isAligned = true;
    this.#isIdle = false;
    return this.#combine();
  }

  /** I4, unless the last channel was itself behind and so said nothing about the others. */
  #catchUp(last: ChannelTime): boolean {
    if (last.watermarkMs !== this.#watermarkMs) return false;
    const highest = this.#channels.reduce(
      (high, channel) => Math.max(high, channel.watermarkMs),
      NO_WATERMARK,
    );
    if (highest <= this.#watermarkMs) return false;
    this.#watermarkMs = highest;
    return true;
  }

  #combine(): boolean {
    let lowest = MAX_WATERMARK;
    let isHeld = false;
    for (const channel of this.#channels) {
      if (channel.isIdle || !channel.isAligned) continue;
      isHeld = true;
      if (channel.watermarkMs < lowest) lowest = channel.watermarkMs;
    }
    if (!isHeld || lowest <= this.#watermarkMs) return false;
    this.#watermarkMs = lowest;
    return true;
  }
}
