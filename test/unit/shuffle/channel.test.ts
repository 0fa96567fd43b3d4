// shuffle/channel-writer.ts and shuffle/channel-reader.ts over a tiny ring, against a list: whatever the schedule of
// writing, flushing, draining and stopping, elements arrive once and in order. Also shuffle/output-gate.ts,
// shuffle/element.ts.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { ACTIVE, END, IDLE } from '../../../runtime/shuffle/element.ts';
import type { RecordType } from '../../../runtime/types/record-type.ts';
import { type Element, openChannel, readAll } from '../../support/channel-harness.ts';

const TEXT: RecordType = { kind: 'string' };

type Step =
  | { readonly kind: 'write'; readonly element: Element }
  | { readonly kind: 'flush' | 'drain' }
  | { readonly kind: 'read'; readonly budget: number };

const plain = { noNullPrototype: true };
const odd = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.record({ a: fc.integer(), b: fc.string({ maxLength: 5 }) }, plain),
  fc.record({ a: fc.string({ maxLength: 30 }) }, plain),
  fc.constant({}),
  fc.constant(null),
  fc.array(fc.integer(), { maxLength: 3 }),
  fc.string({ minLength: 60, maxLength: 300 }),
);

function stepsOf(values: fc.Arbitrary<unknown>): fc.Arbitrary<Step[]> {
  const element: fc.Arbitrary<Element> = fc.oneof(
    {
      weight: 6,
      arbitrary: values.map((value) => ({ kind: 'record', value, timestampMs: 7 }) as const),
    },
    fc.integer().map((watermarkMs) => ({ kind: 'watermark', watermarkMs }) as const),
    fc.boolean().map((isIdle) => ({ kind: 'status', isIdle }) as const),
  );
  const step: fc.Arbitrary<Step> = fc.oneof(
    {
      weight: 5,
      arbitrary: element.map((written) => ({ kind: 'write', element: written }) as const),
    },
    fc.constantFrom<Step>({ kind: 'flush' }, { kind: 'drain' }),
    {
      weight: 2,
      arbitrary: fc
        .integer({ min: 1, max: 4 })
        .map((budget) => ({ kind: 'read', budget }) as const),
    },
  );
  return fc.array(step, { maxLength: 60 });
}

type Channel = ReturnType<typeof openChannel>;

function write({ writer }: Channel, element: Element): void {
  if (element.kind === 'record') writer.writeRecord(element.value, element.timestampMs);
  if (element.kind === 'watermark') writer.writeWatermark(element.watermarkMs);
  if (element.kind === 'status') writer.writeSignal(element.isIdle ? IDLE : ACTIVE);
  if (element.kind === 'end') writer.writeSignal(END);
}

function take(channel: Channel, step: Step): void {
  if (step.kind === 'write') write(channel, step.element);
  if (step.kind === 'flush') channel.writer.flush();
  if (step.kind === 'drain') channel.writer.drain();
  if (step.kind === 'read') {
    channel.handler.budget = step.budget;
    channel.reader.readBuffer(channel.handler);
  }
}

function finish(channel: Channel): void {
  channel.writer.writeSignal(END);
  channel.writer.flush();
  for (;;) {
    readAll(channel);
    if (channel.writer.drain() && !channel.writer.hasUnflushed && !channel.reader.hasInput())
      return;
  }
}

function expectInOrder(channel: Channel, steps: readonly Step[]): void {
  for (const step of steps) take(channel, step);
  finish(channel);
  const written = steps.flatMap((step) => (step.kind === 'write' ? [step.element] : []));
  expect(channel.handler.elements).toStrictEqual([...written, { kind: 'end' }]);
  expect(channel.gate.blockedChannels).toBe(0);
  expect(channel.gate.recordsOut).toBe(written.filter(({ kind }) => kind === 'record').length);
  expect(channel.gate.bytesOut).toBe(channel.reader.bytesIn);
}

describe('a channel', () => {
  it('brings declared records in order, whatever the schedule', () => {
    const text = fc.string({ maxLength: 120 });
    fc.assert(
      fc.property(stepsOf(text), (steps) => {
        expectInOrder(openChannel({ type: TEXT }), steps);
      }),
      { seed: 20_260_101, numRuns: 400 },
    );
  });

  it('brings inferred records of many shapes in order, whatever the schedule', () => {
    fc.assert(
      fc.property(stepsOf(odd), (steps) => {
        expectInOrder(openChannel({ bufferBytes: 128, bufferCount: 4 }), steps);
      }),
      { seed: 20_260_102, numRuns: 400 },
    );
  });

  it('gives overflow memory back, so that a bound is never reached by waiting', () => {
    const channel = openChannel({ type: TEXT, overflowBytesMax: 4 * 64 });
    for (let round = 0; round < 50; round++) {
      for (let index = 0; index < 3; index++) channel.writer.writeRecord('x'.repeat(40), round);
      channel.writer.flush();
      while (!channel.writer.drain() || channel.reader.hasInput()) readAll(channel);
    }
    expect(channel.handler.elements).toHaveLength(150);
    expect(channel.gate.blockedChannels).toBe(0);
  });

  it('gives a slow reader full buffers, not one for every record (I3)', () => {
    const channel = openChannel({ type: TEXT, bufferBytes: 256 });
    const { writer, reader, handler } = channel;
    const written: string[] = [];
    const perBuffer: number[] = [];
    while (perBuffer.length < 20) {
      // As a subtask does: on until the channel is full, then what is left as soon as there is room.
      while (!writer.isBlocked) {
        written.push(`record ${written.length}`);
        writer.writeRecord(written.at(-1), 0);
      }
      const before = handler.elements.length;
      reader.readBuffer(handler);
      perBuffer.push(handler.elements.length - before);
      writer.drain();
    }
    expect(Math.min(...perBuffer)).toBeGreaterThan(5);
    writer.flush();
    readAll(channel);
    expect(handler.elements.map((element) => 'value' in element && element.value)).toStrictEqual(
      written,
    );
  });

  it('hands over what was flushed while the channel was full as soon as it has room', () => {
    const { writer, reader, handler, consumer } = openChannel({ type: TEXT, bufferBytes: 256 });
    let count = 0;
    while (!writer.isBlocked) writer.writeRecord(`record ${count++}`, 0);
    writer.flush();
    readAll({ reader, handler });
    expect(handler.elements).toHaveLength(count - 1);
    expect(writer.drain()).toBe(true);
    expect(consumer.backlog()).toBe(1);
    readAll({ reader, handler });
    expect(handler.elements).toHaveLength(count);
  });

  it('refuses more overflow than its bound, naming the setting', () => {
    const { writer, gate } = openChannel({ type: TEXT, overflowBytesMax: 3 * 64 });
    const writeOn = (): void => {
      for (let index = 0; index < 20; index++) writer.writeRecord('x'.repeat(40), 0);
    };
    expect(writeOn).toThrow(/produced more than 192 B .* MILLRACE_OVERFLOW_SIZE_MAX/);
    expect(gate.blockedChannels).toBe(1);
  });

  it('refuses a record above the largest size and takes the largest', () => {
    const { writer, reader, handler } = openChannel({
      type: TEXT,
      recordBytesMax: 1000,
      bufferCount: 32,
    });
    writer.writeRecord('x'.repeat(950), 1);
    expect(() => {
      writer.writeRecord('x'.repeat(1100), 2);
    }).toThrow(expect.objectContaining({ code: 'RECORD_TOO_LARGE' }));
    writer.flush();
    readAll({ reader, handler });
    expect(handler.elements).toStrictEqual([
      { kind: 'record', value: 'x'.repeat(950), timestampMs: 1 },
    ]);
  });

  it('never publishes an empty buffer', () => {
    const { writer, consumer } = openChannel({ type: TEXT });
    writer.flush();
    writer.writeWatermark(1);
    writer.flush();
    writer.flush();
    expect(consumer.backlog()).toBe(1);
    expect(consumer.bufferLength()).toBeGreaterThan(0);
  });

  it('keeps its place when the handler throws', () => {
    const { writer, reader, handler } = openChannel({ type: TEXT, bufferBytes: 256 });
    for (const text of ['a', 'b', 'c']) writer.writeRecord(text, 0);
    writer.flush();
    const seen: unknown[] = [];
    const throwing = Object.assign(Object.create(handler) as typeof handler, {
      onRecord: (value: unknown) => {
        seen.push(value);
        if (value === 'b') throw new Error('no');
      },
      canTakeInput: () => true,
    });
    expect(() => reader.readBuffer(throwing)).toThrow('no');
    reader.readBuffer(throwing);
    expect(seen).toStrictEqual(['a', 'b', 'c']);
  });

  it('refuses a tag nobody wrote', () => {
    const { producer, reader, handler } = openChannel({ type: TEXT });
    const offset = producer.acquire();
    producer.memory.view.setUint8(offset, 99);
    producer.publish(1);
    expect(() => reader.readBuffer(handler)).toThrow(
      expect.objectContaining({ code: 'PROTOCOL_VIOLATION' }),
    );
  });
});
