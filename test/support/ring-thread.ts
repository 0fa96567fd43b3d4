// The consuming thread of the ring's test: reads numbered buffers and answers with what it saw.

import { parentPort, workerData } from 'node:worker_threads';

import { Doorbell } from '../../runtime/shuffle/doorbell.ts';
import { RingConsumer, type RingMemory } from '../../runtime/shuffle/ring.ts';

/** Handed over when the thread is made. */
export interface RingThreadData {
  readonly ring: RingMemory;
  readonly ownBell: SharedArrayBuffer;
  readonly peerBell: SharedArrayBuffer;
  readonly buffers: number;
}

/** What the thread saw: how many buffers, and the first that was out of order or torn. */
export interface RingThreadReport {
  readonly received: number;
  readonly wrongAt: number;
  readonly sleeps: number;
}

const { ring, ownBell, peerBell, buffers } = workerData as RingThreadData;
const bell = new Doorbell(ownBell);
const consumer = new RingConsumer(ring, new Doorbell(peerBell));
let received = 0;
let wrongAt = -1;
let sleeps = 0;

function takeAll(): void {
  while (consumer.hasBuffer()) {
    const offset = consumer.bufferOffset();
    const length = consumer.bufferLength();
    const { view } = consumer.memory;
    const isRight =
      length === 8 + (received % 9) &&
      view.getUint32(offset, true) === received &&
      view.getUint32(offset + 4, true) === ~received >>> 0;
    if (!isRight && wrongAt < 0) wrongAt = received;
    received++;
    consumer.release();
  }
}

// A referenced port keeps the thread alive while it sleeps.
parentPort?.ref();
parentPort?.on('message', () => undefined);
while (received < buffers) {
  const seen = bell.read();
  takeAll();
  if (received === buffers) break;
  sleeps++;
  await bell.sleep(seen, 10_000);
}
parentPort?.postMessage({ received, wrongAt, sleeps } satisfies RingThreadReport);
parentPort?.close();
