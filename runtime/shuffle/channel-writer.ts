// Writes the elements of one channel: rows straight into the channel's buffers, into heap buffers ("overflow") once the
// channel is full.
//   I1. Elements leave in the order they were written, overflow included.
//   I2. Writing never waits and never fails for lack of room, up to the gate's bound.
//   I3. A buffer is handed over when full or when `flush` was called, never half an element of it: what overflowed goes on in
//       the channel's next free buffer, so that a slow reader gets full buffers and not one for every record.

import { EngineError } from '../core/errors.ts';
import { formatSize } from '../core/quantity.ts';
import { NO_ROOM, type RowMemory } from '../types/codec.ts';
import type { ChannelProducer } from './channel.ts';
import {
  FRAGMENT,
  FRAGMENT_HEADER_BYTES,
  RECORD,
  RECORD_HEADER_BYTES,
  WATERMARK,
  WATERMARK_BYTES,
} from './element.ts';
import type { OutputGate } from './output-gate.ts';
import type { TypeSelector } from './type-selector.ts';

interface OverflowBuffer extends RowMemory {
  length: number;
}

/** One channel's writer. */
export class ChannelWriter {
  readonly #channel: ChannelProducer;
  readonly #gate: OutputGate;
  readonly #types: TypeSelector;
  readonly #recordBytesMax: number;
  // The buffer being filled: of the channel, or the last overflow buffer; `#start` is -1 when there is none.
  #memory: RowMemory;
  #start = -1;
  #offset = -1;
  #limit = -1;
  #overflow: OverflowBuffer[] = [];
  #isFlushDue = false; // once the overflow is drained

  constructor(
    channel: ChannelProducer,
    gate: OutputGate,
    types: TypeSelector,
    recordBytesMax: number,
  ) {
    this.#channel = channel;
    this.#gate = gate;
    this.#types = types;
    this.#recordBytesMax = recordBytesMax;
    this.#memory = channel.memory;
  }

  /** True while something waits outside of the channel. */
  get isBlocked(): boolean {
    return this.#overflow.length > 0;
  }

  /** True while a buffer of the channel is being filled and holds something. */
  get hasUnflushed(): boolean {
    return this.#overflow.length === 0 && this.#start >= 0 && this.#offset > this.#start;
  }

  /** Throws `RECORD_MISMATCH`, `RECORD_TOO_LARGE`. */
  writeRecord(value: unknown, timestampMs: number): void {
    if (this.#types.select(value)) this.#writeBytes(this.#types.announcement());
    const codec = this.#types.codec;
    if (this.#start < 0) this.#open();
    let rowStart = this.#offset + RECORD_HEADER_BYTES;
    let end = codec.encode(value, this.#memory, rowStart, this.#limit);
    if (end === NO_ROOM && this.#offset > this.#start) {
      this.#close();
      this.#open();
      rowStart = this.#offset + RECORD_HEADER_BYTES;
      end = codec.encode(value, this.#memory, rowStart, this.#limit);
    }
    if (end === NO_ROOM) {
      this.#writeLargeRecord(value, timestampMs);
      return;
    }
    const { view } = this.#memory;
    view.setUint8(this.#offset, RECORD);
    view.setUint32(this.#offset + 1, end - rowStart, true);
    view.setFloat64(this.#offset + 5, timestampMs, true);
    this.#offset = end;
    this.#gate.recordsOut++;
  }

  writeWatermark(watermarkMs: number): void {
    const offset = this.#reserve(WATERMARK_BYTES);
    this.#memory.view.setUint8(offset, WATERMARK);
    this.#memory.view.setFloat64(offset + 1, watermarkMs, true);
  }

  /** An element that is its tag only: idle, active, end. */
  writeSignal(tag: number): void {
    const offset = this.#reserve(1);
    this.#memory.view.setUint8(offset, tag);
  }

  /** Hands over what is written so far: now, or as soon as the channel has room. */
  flush(): void {
    if (!this.drain()) this.#isFlushDue = true;
    else if (this.hasUnflushed) this.#close();
  }

  /** Moves overflow into the channel as far as there is room; true when none is left. */
  drain(): boolean {
    if (this.#overflow.length === 0) return true;
    let moved = 0;
    for (const buffer of this.#overflow) {
      const target = this.#channel.acquire();
      if (target < 0) break;
      const isOpen = buffer === this.#memory && this.#start >= 0;
      const length = isOpen ? this.#offset : buffer.length;
      this.#channel.memory.bytes.set(buffer.bytes.subarray(0, length), target);
      if (isOpen) this.#goOnAt(target, length);
      else this.#publish(length);
      this.#gate.removeOverflow(buffer.bytes.length);
      moved++;
    }
    this.#overflow = this.#overflow.slice(moved);
    if (this.#overflow.length > 0) return false;
    this.#gate.blockedChannels--;
    if (this.#isFlushDue && this.hasUnflushed) this.#close();
    this.#isFlushDue = false;
    return true;
  }

  /** The last overflow buffer, half full, has become one of the channel (I3). */
  #goOnAt(start: number, length: number): void {
    this.#memory = this.#channel.memory;
    this.#start = start;
    this.#offset = start + length;
    this.#limit = start + this.#channel.bufferBytes;
  }

  /** Room for a small element in the current buffer, or in the next. */
  #reserve(bytes: number): number {
    if (this.#start < 0) this.#open();
    if (this.#offset + bytes > this.#limit) {
      this.#close();
      this.#open();
    }
    const offset = this.#offset;
    this.#offset += bytes;
    return offset;
  }

  #open(): void {
    const acquired = this.#overflow.length > 0 ? -1 : this.#channel.acquire();
    if (acquired >= 0) {
      this.#memory = this.#channel.memory;
      this.#start = acquired;
    } else {
      this.#openOverflow();
      this.#start = 0;
    }
    this.#offset = this.#start;
    this.#limit = this.#start + this.#channel.bufferBytes;
  }

  #openOverflow(): void {
    const bytes = Buffer.allocUnsafeSlow(this.#channel.bufferBytes);
    this.#gate.addOverflow(bytes.length);
    const buffer = { bytes, view: new DataView(bytes.buffer), length: 0 };
    if (this.#overflow.length === 0) this.#gate.blockedChannels++;
    this.#overflow.push(buffer);
    this.#memory = buffer;
  }

  #close(): void {
    const length = this.#offset - this.#start;
    const last = this.#overflow.at(-1);
    if (last === undefined) this.#publish(length);
    else last.length = length;
    this.#start = -1;
  }

  #publish(length: number): void {
    this.#gate.bytesOut += length;
    this.#channel.publish(length);
  }

  #writeLargeRecord(value: unknown, timestampMs: number): void {
    for (let size = 2 * this.#channel.bufferBytes; ; size *= 2) {
      const bytes = Buffer.allocUnsafeSlow(
        Math.min(size, this.#recordBytesMax) + RECORD_HEADER_BYTES,
      );
      const memory = { bytes, view: new DataView(bytes.buffer) };
      const end = this.#types.codec.encode(value, memory, RECORD_HEADER_BYTES, bytes.length);
      if (end !== NO_ROOM) {
        memory.view.setUint8(0, RECORD);
        memory.view.setUint32(1, end - RECORD_HEADER_BYTES, true);
        memory.view.setFloat64(5, timestampMs, true);
        this.#writeBytes(bytes.subarray(0, end));
        this.#gate.recordsOut++;
        return;
      }
      if (size >= this.#recordBytesMax) break;
    }
    throw new EngineError(
      'RECORD_TOO_LARGE',
      `A record takes more than ${formatSize(this.#recordBytesMax)} encoded. Send references instead of ` +
        `large values, or raise MILLRACE_RECORD_SIZE_MAX.`,
    );
  }

  /** A whole element, in fragments if it is larger than a buffer. */
  #writeBytes(element: Uint8Array): void {
    if (element.length <= this.#channel.bufferBytes) {
      const offset = this.#reserve(element.length);
      this.#memory.bytes.set(element, offset);
      return;
    }
    const partBytesMax = this.#channel.bufferBytes - FRAGMENT_HEADER_BYTES;
    for (let done = 0; done < element.length;) {
      const part = element.subarray(done, done + partBytesMax);
      done += part.length;
      const offset = this.#reserve(FRAGMENT_HEADER_BYTES + part.length);
      this.#memory.view.setUint8(offset, FRAGMENT);
      this.#memory.view.setUint32(offset + 1, part.length, true);
      this.#memory.view.setUint32(offset + 5, element.length - done, true);
      this.#memory.bytes.set(part, offset + FRAGMENT_HEADER_BYTES);
    }
  }
}
