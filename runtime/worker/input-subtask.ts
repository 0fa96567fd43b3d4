// A subtask whose input is channels: reads buffers, one channel after the other, and follows their watermarks.
//   I1. Elements of one channel are handled in order; between channels there is none.
//   I2. The operator's watermark is the valve's: the minimum over the active channels, of both inputs if there are two.

import { invariant } from '../core/invariant.ts';
import type { Emit } from '../operators/operator.ts';
import type { ChannelReader, ElementHandler } from '../shuffle/channel-reader.ts';
import type { InputPort } from '../graph/logical.ts';
import { WatermarkValve } from '../time/watermark-valve.ts';
import type { KeySortedInput } from './key-sorted-input.ts';
import { type StepResult, Subtask, type SubtaskParts } from './subtask.ts';

/** A channel, and which input of the head it feeds. */
export interface InputChannel {
  readonly reader: ChannelReader;
  readonly port: InputPort;
}

export interface InputSubtaskParts extends SubtaskParts {
  /** In the order of their numbers in the valve. */
  readonly inputs: readonly InputChannel[];
  /** In batch mode, for an operator that wants its input key by key. */
  readonly sorted: KeySortedInput | undefined;
}

/** One subtask of a task behind an exchange. */
export class InputSubtask extends Subtask implements ElementHandler {
  readonly #readers: readonly ChannelReader[];
  /** By channel: this subtask, or its second input. */
  readonly #handlers: readonly ElementHandler[];
  readonly #valve: WatermarkValve;
  readonly #process: Emit;
  readonly #sorted: KeySortedInput | undefined;
  readonly #endedChannels: Set<number> = new Set();
  #next = 0;
  #isIdle = false;

  constructor(parts: InputSubtaskParts) {
    super(parts);
    this.#readers = parts.inputs.map(({ reader }) => reader);
    this.#valve = new WatermarkValve(parts.inputs.length);
    const { sorted } = parts;
    this.#sorted = sorted;
    if (sorted === undefined) {
      this.#process = parts.chain.process;
    } else {
      this.#process = (value, timestampMs) => {
        sorted.collect(0, value, timestampMs);
      };
    }
    const second = this.#secondInput(
      sorted === undefined
        ? parts.chain.processSecond
        : (value, timestampMs) => {
            sorted.collect(1, value, timestampMs);
          },
    );
    this.#handlers = parts.inputs.map(({ port }) => (port === 0 ? this : second));
  }

  open(): Promise<void> {
    return this.chain.open();
  }

  close(committed: boolean): Promise<void> {
    this.#sorted?.close();
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
        if (!reader.readBuffer(this.#handlers[this.#next] ?? this)) return 'worked';
      }
      this.#next = this.#next + 1 === this.#readers.length ? 0 : this.#next + 1;
      if (hasRead && !this.canTakeInput()) return 'worked';
    }
    if (this.#endedChannels.size === this.#readers.length) {
      return this.#sorted === undefined ? 'ended' : this.#sorted.replay();
    }
    return hasRead ? 'worked' : 'idle';
  }

  onRecord(value: unknown, timestampMs: number): void {
    this.recordsIn++;
    this.#process(value, timestampMs);
    if (this.chain.makesWatermarks) this.chain.advance(this.chain.watermarkMs);
  }

  /** Like this subtask in all but where records go. */
  #secondInput(process: Emit | undefined): ElementHandler {
    return {
      onRecord: (value, timestampMs) => {
        invariant(
          process !== undefined,
          'only an operator with two inputs has channels for a second',
        );
        this.recordsIn++;
        process(value, timestampMs);
        if (this.chain.makesWatermarks) this.chain.advance(this.chain.watermarkMs);
      },
      canTakeInput: () => this.canTakeInput(),
      onWatermark: (channel, watermarkMs) => {
        this.onWatermark(channel, watermarkMs);
      },
      onStatus: (channel, isIdle) => {
        this.onStatus(channel, isIdle);
      },
      onEnd: (channel) => {
        this.onEnd(channel);
      },
    };
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
    if (this.#sorted !== undefined) return; // event time ends with each key, and at last with the input
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
