// What every channel must do (shuffle/channel.ts), against a plain queue: once each, in order, bounded, read in place.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { ChannelConsumer, ChannelProducer } from '../../runtime/shuffle/channel.ts';

/** A channel under test. `rings` counts how often its producer was rung. */
export interface ChannelUnderTest {
  readonly producer: ChannelProducer;
  readonly consumer: ChannelConsumer;
  readonly rings: () => number;
}

export interface ChannelMaker {
  readonly name: string;
  readonly bufferCount: number;
  readonly open: () => ChannelUnderTest;
}

function fill(producer: ChannelProducer, offset: number, number: number): number {
  const length = 4 + (number % (producer.bufferBytes - 3));
  producer.memory.bytes.fill(number & 0xff, offset, offset + length);
  producer.memory.view.setUint32(offset, number, true);
  return length;
}

function expectFilled(consumer: ChannelConsumer, number: number, bufferBytes: number): void {
  const offset = consumer.bufferOffset();
  const length = consumer.bufferLength();
  expect(length).toBe(4 + (number % (bufferBytes - 3)));
  expect(consumer.memory.view.getUint32(offset, true)).toBe(number);
  const rest = consumer.memory.bytes.subarray(offset + 4, offset + length);
  expect(rest.every((byte) => byte === (number & 0xff))).toBe(true);
}

export function testChannelContract({ name, bufferCount, open }: ChannelMaker): void {
  describe(`the channel contract: ${name}`, () => {
    it('brings buffers once each, in order, at most bufferCount of them (I1, I2)', () => {
      const schedule = fc.array(fc.constantFrom('publish', 'release'), { maxLength: 200 });
      fc.assert(
        fc.property(schedule, (steps) => {
          const { producer, consumer } = open();
          let published = 0;
          let released = 0;
          for (const step of steps) {
            if (step === 'publish') {
              const offset = producer.acquire();
              expect(offset >= 0).toBe(published - released < bufferCount);
              if (offset >= 0) producer.publish(fill(producer, offset, published++));
            } else if (consumer.hasBuffer()) {
              expectFilled(consumer, released++, producer.bufferBytes);
              consumer.release();
            }
            expect(consumer.backlog()).toBe(published - released);
            expect(consumer.hasBuffer()).toBe(published > released);
          }
        }),
        { seed: 20_260_101, numRuns: 200 },
      );
    });

    it('offers the same buffer until it is published', () => {
      const { producer } = open();
      expect(producer.acquire()).toBe(producer.acquire());
    });

    it('leaves a buffer alone until it is released (I3)', () => {
      const { producer, consumer } = open();
      for (let number = 0; number < bufferCount; number++) {
        producer.publish(fill(producer, producer.acquire(), number));
      }
      for (let number = 0; number < 3 * bufferCount; number++) {
        expect(producer.acquire()).toBe(-1);
        expectFilled(consumer, number, producer.bufferBytes);
        consumer.release();
        producer.publish(fill(producer, producer.acquire(), number + bufferCount));
      }
    });

    it('rings a refused producer at the next release', () => {
      const { producer, consumer, rings } = open();
      for (let number = 0; number < bufferCount; number++) {
        producer.publish(fill(producer, producer.acquire(), number));
      }
      expect(producer.acquire()).toBe(-1);
      const before = rings();
      consumer.release();
      expect(rings()).toBeGreaterThan(before);
      expect(producer.acquire()).toBeGreaterThanOrEqual(0);
    });
  });
}
