// A channel in one thread: a ring with its writer and reader, and a handler that keeps what it is given in order.

import { ChannelReader, type ElementHandler } from '../../runtime/shuffle/channel-reader.ts';
import { ChannelWriter } from '../../runtime/shuffle/channel-writer.ts';
import { allocateDoorbell, Doorbell } from '../../runtime/shuffle/doorbell.ts';
import { OutputGate } from '../../runtime/shuffle/output-gate.ts';
import { allocateRing, RingConsumer, RingProducer } from '../../runtime/shuffle/ring.ts';
import { DeclaredType, InferredTypes } from '../../runtime/shuffle/type-selector.ts';
import type { RecordType } from '../../runtime/types/record-type.ts';

/** What came out of a channel. */
export type Element =
  | { readonly kind: 'record'; readonly value: unknown; readonly timestampMs: number }
  | { readonly kind: 'watermark'; readonly watermarkMs: number }
  | { readonly kind: 'status'; readonly isIdle: boolean }
  | { readonly kind: 'end' };

/** Keeps elements; stops the reading after `budget` of them. */
class KeepingHandler implements ElementHandler {
  readonly elements: Element[] = [];
  budget = Infinity;

  onRecord(value: unknown, timestampMs: number): void {
    this.#keep({ kind: 'record', value, timestampMs });
  }

  onWatermark(_channel: number, watermarkMs: number): void {
    this.#keep({ kind: 'watermark', watermarkMs });
  }

  onStatus(_channel: number, isIdle: boolean): void {
    this.#keep({ kind: 'status', isIdle });
  }

  onEnd(): void {
    this.#keep({ kind: 'end' });
  }

  canTakeInput(): boolean {
    return this.budget > 0;
  }

  #keep(element: Element): void {
    this.elements.push(element);
    this.budget--;
  }
}

export interface ChannelSizes {
  readonly bufferCount?: number;
  readonly bufferBytes?: number;
  readonly recordBytesMax?: number;
  readonly overflowBytesMax?: number;
  /** Undefined: inferred from the records. */
  readonly type?: RecordType | undefined;
}

/** Both ends of one channel. */
export function openChannel(sizes: ChannelSizes = {}) {
  const { bufferCount = 2, bufferBytes = 64, recordBytesMax = 4096, type } = sizes;
  const ring = allocateRing(bufferCount, bufferBytes);
  const gate = new OutputGate('task', sizes.overflowBytesMax ?? 1024 ** 2);
  const bells = {
    producer: new Doorbell(allocateDoorbell()),
    consumer: new Doorbell(allocateDoorbell()),
  };
  const types = type === undefined ? new InferredTypes() : new DeclaredType(type);
  const producer = new RingProducer(ring, bells.consumer);
  const consumer = new RingConsumer(ring, bells.producer);
  const writer = new ChannelWriter(producer, gate, types, recordBytesMax);
  const reader = new ChannelReader(consumer, 0, type);
  const handler = new KeepingHandler();
  return { gate, bells, producer, consumer, writer, reader, handler };
}

/** Reads until the channel is empty. */
export function readAll({
  reader,
  handler,
}: Pick<ReturnType<typeof openChannel>, 'reader' | 'handler'>): void {
  handler.budget = Infinity;
  while (reader.hasInput()) reader.readBuffer(handler);
}
