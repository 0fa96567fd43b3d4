// shuffle/ring.ts and shuffle/doorbell.ts: between two real threads, and by hand where the counters wrap. What any channel
// must do is in test/contract/channel-contract.ts.

import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

import { describe, expect, it } from 'vitest';

import { allocateDoorbell, Doorbell } from '../../../runtime/shuffle/doorbell.ts';
import {
  allocateRing,
  HEADROOM_BYTES,
  ringBytes,
  RingConsumer,
  RingProducer,
} from '../../../runtime/shuffle/ring.ts';
import type { RingThreadData, RingThreadReport } from '../../support/ring-thread.ts';

function openRing(bufferCount: number, bufferBytes = 32) {
  const ring = allocateRing(bufferCount, bufferBytes);
  const bells = {
    producer: new Doorbell(allocateDoorbell()),
    consumer: new Doorbell(allocateDoorbell()),
  };
  return {
    ring,
    bells,
    producer: new RingProducer(ring, bells.consumer),
    consumer: new RingConsumer(ring, bells.producer),
  };
}

async function sendNumbered(buffers: number, bufferCount: number): Promise<RingThreadReport> {
  const ring = allocateRing(bufferCount, 64);
  const ownBell = allocateDoorbell();
  const threadBell = allocateDoorbell();
  const bell = new Doorbell(ownBell);
  const producer = new RingProducer(ring, new Doorbell(threadBell));
  const workerData: RingThreadData = { ring, ownBell: threadBell, peerBell: ownBell, buffers };
  const thread = new Worker(new URL('../../support/ring-thread.ts', import.meta.url), {
    workerData,
  });
  const report = once(thread, 'message');
  for (let number = 0; number < buffers;) {
    const seen = bell.read();
    const offset = producer.acquire();
    if (offset < 0) {
      await bell.sleep(seen, 10_000);
      continue;
    }
    producer.memory.view.setUint32(offset, number, true);
    producer.memory.view.setUint32(offset + 4, ~number >>> 0, true);
    producer.publish(8 + (number % 9));
    number++;
  }
  const [answer] = (await report) as [RingThreadReport];
  await thread.terminate();
  return answer;
}

describe('a ring', () => {
  it.each([
    [2, 20_000],
    [32, 100_000],
  ])('of %i buffers brings %i of them from thread to thread', async (bufferCount, buffers) => {
    const report = await sendNumbered(buffers, bufferCount);
    expect(report).toMatchObject({ received: buffers, wrongAt: -1 });
  });

  it('goes on where its counters wrap at 2^32', () => {
    const { ring } = openRing(4);
    const cells = new Int32Array(ring.shared, 0, 2);
    cells.fill(0x7fffffff - 1); // published and released: two more and the counts are negative
    const producer = new RingProducer(ring, new Doorbell(allocateDoorbell()));
    const consumer = new RingConsumer(ring, new Doorbell(allocateDoorbell()));
    for (let number = 0; number < 12; number++) {
      for (const part of [0, 1]) {
        producer.memory.bytes[producer.acquire()] = number * 2 + part;
        producer.publish(1);
      }
      expect(consumer.backlog()).toBe(2);
      for (const part of [0, 1]) {
        expect(consumer.memory.bytes[consumer.bufferOffset()]).toBe(number * 2 + part);
        consumer.release();
      }
      expect(consumer.hasBuffer()).toBe(false);
    }
  });

  it('rings the producer for room only when it was refused, or asked to', () => {
    const { producer, consumer, bells } = openRing(2);
    const publish = (): void => {
      expect(producer.acquire()).toBeGreaterThanOrEqual(0);
      producer.publish(1);
    };
    publish();
    publish();
    const quiet = bells.producer.read();
    consumer.release();
    expect(bells.producer.read()).toBe(quiet);
    publish();
    expect(producer.acquire()).toBe(-1);
    consumer.release();
    expect(bells.producer.read()).toBe(quiet + 1);
    consumer.release();
    expect(bells.producer.read()).toBe(quiet + 1);
    publish();
    producer.ringOnRelease();
    consumer.release();
    expect(bells.producer.read()).toBe(quiet + 2);
  });

  it('shows what lies behind the oldest buffer', () => {
    const { producer, consumer } = openRing(4);
    for (const length of [5, 6, 7]) {
      producer.memory.bytes[producer.acquire()] = length;
      producer.publish(length);
    }
    const seen = [0, 1, 2].map((ahead) => consumer.peek(ahead));
    expect(seen.map(({ length }) => length)).toStrictEqual([5, 6, 7]);
    expect(seen.map(({ offset }) => consumer.memory.bytes[offset])).toStrictEqual([5, 6, 7]);
    expect(producer.released()).toBe(0);
  });

  it('keeps headroom before each buffer, and counts all its bytes', () => {
    const { ring, producer } = openRing(4, 100);
    const offsets = [1, 2, 3, 4].map(() => {
      const offset = producer.acquire();
      producer.publish(1);
      return offset;
    });
    for (const [index, offset] of offsets.entries()) {
      if (index > 0) expect(offset - offsets[index - 1]!).toBe(100 + HEADROOM_BYTES);
    }
    expect(offsets.at(-1)! + 100).toBe(ring.shared.byteLength);
    expect(ringBytes(4, 100)).toBe(ring.shared.byteLength);
  });

  it.each([0, 3, -2])('refuses %i buffers', (count) => {
    expect(() => allocateRing(count, 32)).toThrow('a power of two');
  });
});

describe('a doorbell', () => {
  it('wakes a sleeper, and keeps one awake that was rung before it slept', async () => {
    const bell = new Doorbell(allocateDoorbell());
    const early = bell.read();
    bell.ring();
    await bell.sleep(early, 60_000); // returns at once
    const sleeping = bell.sleep(bell.read(), 60_000);
    bell.ring();
    await sleeping;
    expect(bell.read()).toBe(2);
  });
});
