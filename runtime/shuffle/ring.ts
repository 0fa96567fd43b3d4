// A channel in shared memory: a single-producer, single-consumer ring of buffers (Lamport 1983). Each end writes only its
// own counter, so no lock is needed. In front of each buffer lie HEADROOM bytes that a socket's frame header may use, so
// that a buffer leaves the process without being copied.
//   I1. `published - released` is within [0, bufferCount]; both wrap at 2^32, hence a power of two of buffers.
//   I2. A buffer's bytes are written before `published` is stored and read after it is loaded (sequentially consistent).

import { invariant } from '../core/invariant.ts';
import type { RowMemory } from '../types/codec.ts';
import type { ChannelConsumer, ChannelProducer } from './channel.ts';
import type { Doorbell } from './doorbell.ts';

/** Bytes before each buffer, for a frame header. */
export const HEADROOM_BYTES = 16;

const PUBLISHED = 0;
const RELEASED = 1;
const PRODUCER_WAITS = 2;
const LENGTHS = 16; // cells; the counters have a cache line to themselves
const CELL_BYTES = Int32Array.BYTES_PER_ELEMENT;

/** The shared part of a ring; plain data, fit for `postMessage`. */
export interface RingMemory {
  readonly shared: SharedArrayBuffer;
  readonly bufferCount: number;
  readonly bufferBytes: number;
}

/** Zeroed memory for a ring of `bufferCount` buffers, a power of two so that positions may wrap. */
export function allocateRing(bufferCount: number, bufferBytes: number): RingMemory {
  invariant(
    bufferCount > 0 && (bufferCount & (bufferCount - 1)) === 0,
    'a power of two of buffers',
  );
  const headerBytes = (LENGTHS + bufferCount) * CELL_BYTES;
  const shared = new SharedArrayBuffer(
    alignUp(headerBytes) + bufferCount * (HEADROOM_BYTES + bufferBytes),
  );
  return { shared, bufferCount, bufferBytes };
}

/** Bytes of memory that a ring takes. */
export function ringBytes(bufferCount: number, bufferBytes: number): number {
  return (
    alignUp((LENGTHS + bufferCount) * CELL_BYTES) + bufferCount * (HEADROOM_BYTES + bufferBytes)
  );
}

function alignUp(bytes: number): number {
  return Math.ceil(bytes / 64) * 64;
}

/** What both ends know of the layout. */
abstract class RingEnd {
  readonly memory: RowMemory;
  readonly bufferBytes: number;
  protected readonly cells: Int32Array;
  protected readonly bufferCount: number;
  protected position: number; // of this end, as an unsigned 32-bit count
  readonly #dataOffset: number;

  constructor(ring: RingMemory, positionCell: number) {
    this.memory = { bytes: Buffer.from(ring.shared), view: new DataView(ring.shared) };
    this.bufferBytes = ring.bufferBytes;
    this.bufferCount = ring.bufferCount;
    this.cells = new Int32Array(ring.shared, 0, LENGTHS + ring.bufferCount);
    this.#dataOffset = alignUp((LENGTHS + ring.bufferCount) * CELL_BYTES);
    this.position = Atomics.load(this.cells, positionCell);
  }

  /** Buffers published and not released. */
  backlog(): number {
    return (Atomics.load(this.cells, PUBLISHED) - Atomics.load(this.cells, RELEASED)) | 0;
  }

  protected index(): number {
    return this.position & (this.bufferCount - 1);
  }

  protected offsetOf(index: number): number {
    return this.#dataOffset + index * (HEADROOM_BYTES + this.bufferBytes) + HEADROOM_BYTES;
  }
}

/** The end that fills buffers. */
export class RingProducer extends RingEnd implements ChannelProducer {
  readonly #consumer: Doorbell;

  constructor(ring: RingMemory, consumer: Doorbell) {
    super(ring, PUBLISHED);
    this.#consumer = consumer;
  }

  acquire(): number {
    if (!this.#hasRoom()) {
      Atomics.store(this.cells, PRODUCER_WAITS, 1);
      if (!this.#hasRoom()) return -1;
      Atomics.store(this.cells, PRODUCER_WAITS, 0);
    }
    return this.offsetOf(this.index());
  }

  publish(length: number): void {
    this.cells[LENGTHS + this.index()] = length;
    this.position = (this.position + 1) | 0;
    Atomics.store(this.cells, PUBLISHED, this.position);
    this.#consumer.ring();
  }

  /** Buffers released since the ring was made, modulo 2^32. */
  released(): number {
    return Atomics.load(this.cells, RELEASED);
  }

  /** Have the next release ring the producer's bell, full or not. */
  ringOnRelease(): void {
    Atomics.store(this.cells, PRODUCER_WAITS, 1);
  }

  #hasRoom(): boolean {
    return ((this.position - Atomics.load(this.cells, RELEASED)) | 0) < this.bufferCount;
  }
}

/** The end that reads buffers. */
export class RingConsumer extends RingEnd implements ChannelConsumer {
  readonly #producer: Doorbell;

  constructor(ring: RingMemory, producer: Doorbell) {
    super(ring, RELEASED);
    this.#producer = producer;
  }

  hasBuffer(): boolean {
    return Atomics.load(this.cells, PUBLISHED) !== this.position;
  }

  bufferOffset(): number {
    return this.offsetOf(this.index());
  }

  bufferLength(): number {
    return this.cells[LENGTHS + this.index()] ?? 0;
  }

  release(): void {
    this.position = (this.position + 1) | 0;
    Atomics.store(this.cells, RELEASED, this.position);
    if (Atomics.exchange(this.cells, PRODUCER_WAITS, 0) === 1) this.#producer.ring();
  }

  /** The offset and length of the buffer `ahead` places after the oldest; only below `backlog()`. */
  peek(ahead: number): { readonly offset: number; readonly length: number } {
    const index = (this.position + ahead) & (this.bufferCount - 1);
    return { offset: this.offsetOf(index), length: this.cells[LENGTHS + index] ?? 0 };
  }
}
