// Reads the elements of one channel and hands them to the task, in place, until the task has had enough.
//   I1. An element is consumed before it is handed over: a task that stops, or throws, does not see it twice.
//   I2. A buffer is released only after its last element was taken.

import { EngineError } from '../core/errors.ts';
import { invariant } from '../core/invariant.ts';
import type { RowCodec, RowMemory } from '../types/codec.ts';
import { compileCodec } from '../types/codec-compiler.ts';
import type { RecordType } from '../types/record-type.ts';
import type { ChannelConsumer } from './channel.ts';
import {
  ACTIVE,
  DEFINE_TYPE,
  DEFINE_TYPE_HEADER_BYTES,
  END,
  FRAGMENT,
  FRAGMENT_HEADER_BYTES,
  IDLE,
  RECORD,
  RECORD_HEADER_BYTES,
  USE_TYPE,
  USE_TYPE_BYTES,
  WATERMARK,
  WATERMARK_BYTES,
} from './element.ts';

/** What a task does with the elements of its channels. `false` (or a blocked gate) stops the reading. */
export interface ElementHandler {
  onRecord(value: unknown, timestampMs: number): void;
  /** False: no more input for now. Asked after each record. */
  canTakeInput(): boolean;
  onWatermark(channel: number, watermarkMs: number): void;
  onStatus(channel: number, isIdle: boolean): void;
  onEnd(channel: number): void;
}

/** One channel's reader; `channel` is its number in the task's input. */
export class ChannelReader {
  bytesIn = 0;
  readonly #source: ChannelConsumer;
  readonly #channel: number;
  #codec: RowCodec | undefined;
  readonly #defined: RowCodec[] = [];
  #offset = 0;
  #end = 0;
  #isReading = false;
  #parts: Uint8Array[] = [];

  constructor(source: ChannelConsumer, channel: number, declared: RecordType | undefined) {
    this.#source = source;
    this.#channel = channel;
    this.#codec = declared === undefined ? undefined : compileCodec(declared);
  }

  /** True when there is something to read. */
  hasInput(): boolean {
    return this.#isReading || this.#source.hasBuffer();
  }

  /** Reads up to one buffer. Returns false when the handler stopped it, or nothing was there. */
  readBuffer(handler: ElementHandler): boolean {
    if (!this.#isReading) {
      if (!this.#source.hasBuffer()) return false;
      this.#offset = this.#source.bufferOffset();
      this.#end = this.#offset + this.#source.bufferLength();
      this.#isReading = true;
    }
    const { memory } = this.#source;
    while (this.#offset < this.#end) {
      if (memory.view.getUint8(this.#offset) === RECORD) this.#takeRecord(memory, handler);
      else this.#takeOther(memory, handler);
      if (!handler.canTakeInput()) break;
    }
    if (this.#offset < this.#end) return false;
    this.bytesIn += this.#source.bufferLength();
    this.#source.release();
    this.#isReading = false;
    return true;
  }

  #takeRecord(memory: RowMemory, handler: ElementHandler): void {
    const offset = this.#offset;
    const { view } = memory;
    const rowOffset = offset + RECORD_HEADER_BYTES;
    this.#offset = rowOffset + view.getUint32(offset + 1, true);
    invariant(this.#codec !== undefined, 'a record type is announced before its first row');
    handler.onRecord(this.#codec.decode(memory, rowOffset), view.getFloat64(offset + 5, true));
  }

  #takeOther(memory: RowMemory, handler: ElementHandler): void {
    const offset = this.#offset;
    const { view } = memory;
    const tag = view.getUint8(offset);
    switch (tag) {
      case WATERMARK:
        this.#offset = offset + WATERMARK_BYTES;
        handler.onWatermark(this.#channel, view.getFloat64(offset + 1, true));
        return;
      case IDLE:
      case ACTIVE:
        this.#offset = offset + 1;
        handler.onStatus(this.#channel, tag === IDLE);
        return;
      case END:
        this.#offset = offset + 1;
        handler.onEnd(this.#channel);
        return;
      case DEFINE_TYPE:
        this.#offset = this.#defineType(memory, offset);
        return;
      case USE_TYPE:
        this.#offset = offset + USE_TYPE_BYTES;
        this.#codec = this.#defined[view.getUint8(offset + 1)];
        return;
      case FRAGMENT:
        this.#takeFragment(memory, handler);
        return;
      default:
        throw new EngineError(
          'PROTOCOL_VIOLATION',
          `A buffer holds an element of unknown tag ${tag}.`,
        );
    }
  }

  #defineType(memory: RowMemory, offset: number): number {
    const start = offset + DEFINE_TYPE_HEADER_BYTES;
    const end = start + memory.view.getUint32(offset + 2, true);
    const type = JSON.parse(memory.bytes.toString('utf8', start, end)) as RecordType;
    this.#codec = compileCodec(type);
    this.#defined[memory.view.getUint8(offset + 1)] = this.#codec;
    return end;
  }

  #takeFragment(memory: RowMemory, handler: ElementHandler): void {
    const start = this.#offset + FRAGMENT_HEADER_BYTES;
    const end = start + memory.view.getUint32(this.#offset + 1, true);
    const remaining = memory.view.getUint32(this.#offset + 5, true);
    this.#parts.push(Uint8Array.from(memory.bytes.subarray(start, end)));
    this.#offset = end;
    if (remaining > 0) return;
    const bytes = Buffer.concat(this.#parts);
    this.#parts = [];
    const whole = { bytes, view: new DataView(bytes.buffer, bytes.byteOffset, bytes.length) };
    if (bytes[0] === DEFINE_TYPE) {
      this.#defineType(whole, 0);
      return;
    }
    invariant(this.#codec !== undefined, 'a record type is announced before its first row');
    const timestampMs = whole.view.getFloat64(5, true);
    handler.onRecord(this.#codec.decode(whole, RECORD_HEADER_BYTES), timestampMs);
  }
}
