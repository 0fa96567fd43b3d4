// The contract of a channel: an ordered, bounded queue of buffers between one producing and one consuming thread. What a
// buffer holds is the business of `frame.ts`; a channel moves bytes.
//   I1. Buffers arrive once each, in order.
//   I2. At most `bufferCount` buffers are in the channel; a full channel refuses, it never grows: that is backpressure.
//   I3. The consumer may read a buffer in place until it releases it.

import type { RowMemory } from '../types/codec.ts';

/** The producing end. Offsets are absolute in `memory`. */
export interface ChannelProducer {
  readonly memory: RowMemory;
  readonly bufferBytes: number;
  /** The offset of a free buffer, or -1 when the channel is full (the consumer's next release rings the producer). */
  acquire(): number;
  /** Hands over the acquired buffer, of which the first `length` bytes are used. */
  publish(length: number): void;
}

/** The consuming end. Offsets are absolute in `memory`. */
export interface ChannelConsumer {
  readonly memory: RowMemory;
  /** True when a buffer is there to be read. */
  hasBuffer(): boolean;
  /** The offset of the oldest buffer; only while `hasBuffer()`. */
  bufferOffset(): number;
  /** How many bytes of it are used. */
  bufferLength(): number;
  /** Gives the oldest buffer back. */
  release(): void;
  /** Published and not yet released. */
  backlog(): number;
}
