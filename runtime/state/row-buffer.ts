// Numbers and rows one after the other: a buffer that grows while it is written, and a cursor that reads it.
//   I1. What is not written is zero, so that the same calls give the same bytes.

import { NO_ROOM, type RowCodec, type RowMemory } from '../types/codec.ts';

const FIRST_BYTES = 1_024;
const U32_BYTES = 4;
const F64_BYTES = 8;

/** Grows by doubling; little-endian. */
export class RowBuffer {
  #memory = memoryOf(Buffer.alloc(FIRST_BYTES));
  #end = 0;

  u8(value: number): void {
    this.#reserve(1);
    this.#memory.view.setUint8(this.#end, value);
    this.#end += 1;
  }

  u32(value: number): void {
    this.#reserve(U32_BYTES);
    this.#memory.view.setUint32(this.#end, value, true);
    this.#end += U32_BYTES;
  }

  f64(value: number): void {
    this.#reserve(F64_BYTES);
    this.#memory.view.setFloat64(this.#end, value, true);
    this.#end += F64_BYTES;
  }

  /** Length and bytes of a row. */
  row(codec: RowCodec, value: unknown): void {
    this.#reserve(U32_BYTES);
    const start = this.#end + U32_BYTES;
    let end = codec.encode(value, this.#memory, start, this.#memory.bytes.length);
    while (end === NO_ROOM) {
      this.#grow();
      end = codec.encode(value, this.#memory, start, this.#memory.bytes.length);
    }
    this.#memory.view.setUint32(this.#end, end - start, true);
    this.#end = end;
  }

  /** What was written. */
  finish(): Uint8Array {
    return Uint8Array.prototype.slice.call(this.#memory.bytes, 0, this.#end);
  }

  #reserve(bytes: number): void {
    if (this.#end + bytes > this.#memory.bytes.length) this.#grow();
  }

  #grow(): void {
    const grown = Buffer.alloc(this.#memory.bytes.length * 2);
    this.#memory.bytes.copy(grown, 0, 0, this.#end);
    this.#memory = memoryOf(grown);
  }
}

/** Reads what a `RowBuffer` wrote, in the same order. */
export class RowCursor {
  readonly #memory: RowMemory;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#memory = memoryOf(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  }

  u8(): number {
    return this.#memory.view.getUint8(this.#at++);
  }

  u32(): number {
    const value = this.#memory.view.getUint32(this.#at, true);
    this.#at += U32_BYTES;
    return value;
  }

  f64(): number {
    const value = this.#memory.view.getFloat64(this.#at, true);
    this.#at += F64_BYTES;
    return value;
  }

  row(codec: RowCodec): unknown {
    const length = this.u32();
    const value = codec.decode(this.#memory, this.#at);
    this.#at += length;
    return value;
  }
}

function memoryOf(bytes: Buffer): RowMemory {
  return { bytes, view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength) };
}
