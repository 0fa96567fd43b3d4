// worker/subtask.ts, source-subtask.ts and input-subtask.ts: input, event time, idleness and the end, step by step.

import { describe, expect, it } from 'vitest';

import { type SourceReader, NO_TIMESTAMP } from '../../../runtime/connectors/connector.ts';
import { ShareReader } from '../../../runtime/connectors/share-reader.ts';
import type { OperatorContext } from '../../../runtime/operators/operator.ts';
import { ACTIVE, END, IDLE } from '../../../runtime/shuffle/element.ts';
import {
  BoundedOutOfOrderness,
  MAX_WATERMARK,
  type WatermarkStrategy,
} from '../../../runtime/time/watermark.ts';
import { InputSubtask } from '../../../runtime/worker/input-subtask.ts';
import { SourceSubtask } from '../../../runtime/worker/source-subtask.ts';
import { ChannelReader } from '../../../runtime/shuffle/channel-reader.ts';
import { openChannel } from '../../support/channel-harness.ts';
import { burst, openChain } from '../../support/chain-harness.ts';

const END_OF_TIME = `watermark ${MAX_WATERMARK}`;

/** A reader of what is put into it. */
class FakeReader implements SourceReader<unknown> {
  readonly records: [unknown, number][] = [];
  hasEnded = false;
  failsToClose = false;
  limits: number[] = [];

  async open(): Promise<void> {
    // Nothing to open.
  }

  poll(emit: (value: unknown, timestampMs: number) => void, limit: number) {
    this.limits.push(limit);
    for (const [value, timestampMs] of this.records.splice(0, limit)) emit(value, timestampMs);
    if (this.hasEnded && this.records.length === 0) return 'ended';
    return this.records.length > 0 ? 'more' : 'idle';
  }

  position(): unknown {
    return null;
  }

  async close(): Promise<void> {
    if (this.failsToClose) throw new Error('the reader cannot close');
  }
}

function openSource(strategy?: Partial<WatermarkStrategy<unknown>>) {
  const reader = new FakeReader();
  const log: string[] = [];
  const opened = openChain(([main]) => [
    {
      operator: {
        process: main!.emit,
        endInput: () => {
          log.push('end of input');
          return true;
        },
        close: async (committed) => {
          log.push(`closed ${committed}`);
        },
      },
      leaves: true,
    },
  ]);
  const whole = {
    label: 'test',
    generator: () => new BoundedOutOfOrderness<unknown>(0),
    emit: 'every-record' as const,
  };
  const watermarks = strategy === undefined ? undefined : { ...whole, ...strategy };
  const context = {
    failure: (error: unknown, record: unknown) =>
      new Error(`failed for ${String(record)}`, { cause: error }),
  } as OperatorContext;
  const subtask = new SourceSubtask({
    ...opened.parts,
    makeReader: (output) => {
      const share = new ShareReader(reader, { ...output, subtaskIndex: 0, parallelism: 1 });
      void share.start(); // there is nothing to wait for
      return share;
    },
    watermarks,
    pace: undefined,
    context,
    tell: () => undefined,
  });
  return { ...opened, reader, subtask, log };
}

describe('a source subtask', () => {
  it('emits what is read and waits for more', () => {
    const { reader, subtask, receive } = openSource();
    expect(subtask.step()).toBe('idle');
    reader.records.push(['a', NO_TIMESTAMP], ['b', NO_TIMESTAMP]);
    expect([subtask.step(), subtask.step()]).toStrictEqual(['worked', 'idle']);
    expect(receive()).toStrictEqual([['a', 'b']]);
    expect(subtask.counts()).toMatchObject({ recordsIn: 2, recordsOut: 2, watermarkMs: undefined });
  });

  it('follows each record with its watermark (I1)', () => {
    const { reader, subtask, receive } = openSource({ timestamp: (value) => value as number });
    reader.records.push([10, 0], [8, 0], [20, 0]);
    subtask.step();
    expect(receive()).toStrictEqual([[10, 'watermark 9', 8, 20, 'watermark 19']]);
  });

  it('tells a watermark once an interval, and says when it wants to', () => {
    const { reader, subtask, clock, receive } = openSource({ emit: { intervalMs: 200 } });
    reader.records.push(['a', 10]);
    subtask.step();
    expect(subtask.nextWakeMs()).toBe(1200);
    clock.advance(200);
    subtask.step();
    expect(receive()).toStrictEqual([['a', 'watermark 9']]);
    expect(subtask.nextWakeMs()).toBe(Infinity);
  });

  it('becomes idle after its time, tells the last watermark first, and comes back with a record', () => {
    const { reader, subtask, clock, receive } = openSource({
      emit: { intervalMs: 10_000 },
      idleAfterMs: 500,
    });
    reader.records.push(['a', 10]);
    subtask.step();
    expect(subtask.nextWakeMs()).toBe(1500);
    clock.advance(500);
    subtask.step();
    subtask.step();
    expect(receive()).toStrictEqual([['a', 'watermark 9', 'idle']]);
    expect(subtask.nextWakeMs()).toBe(Infinity);
    reader.records.push(['b', 20]);
    subtask.step();
    expect(receive()).toStrictEqual([['active', 'b']]);
  });

  it('does not take time in which it was blocked for idleness', () => {
    const { reader, subtask, clock, receive } = openSource({ idleAfterMs: 500 });
    const long = 'x'.repeat(200);
    for (let index = 0; index < 6; index++) reader.records.push([long, index]);
    subtask.step();
    expect(subtask.step()).toBe('blocked');
    clock.advance(5000);
    receive();
    expect(subtask.step()).toBe('idle');
    clock.advance(499);
    subtask.step();
    expect(receive()[0]).not.toContain('idle');
    clock.advance(1);
    subtask.step();
    expect(receive()[0]).toContain('idle');
  });

  it('polls a little at first and then by the size of its records (I2)', () => {
    const { reader, subtask, receive } = openSource();
    const poll = (): void => {
      subtask.step();
      receive();
    };
    poll();
    reader.records.push(['x'.repeat(100), 0]);
    poll();
    poll();
    expect(reader.limits[0]).toBe(16);
    expect(reader.limits[2]).toBeGreaterThan(100);
    expect(reader.limits[2]).toBeLessThan(1000);
  });

  it('ends with the end of time, the end of its operators, and the end of its outputs', () => {
    const { reader, subtask, receive, log } = openSource({});
    reader.records.push(['a', 10]);
    reader.hasEnded = true;
    expect([subtask.step(), subtask.step()]).toStrictEqual(['worked', 'ended']);
    expect(subtask.hasEnded).toBe(true);
    expect(receive()).toStrictEqual([['a', 'watermark 9', END_OF_TIME, 'end']]);
    expect(log).toStrictEqual(['end of input']);
  });

  it('has not ended before everything was handed over', () => {
    const { reader, subtask, receive } = openSource();
    for (let index = 0; index < 6; index++) reader.records.push(['x'.repeat(200), 0]);
    reader.hasEnded = true;
    expect([subtask.step(), subtask.step(), subtask.step()]).toStrictEqual([
      'worked',
      'blocked',
      'blocked',
    ]);
    expect(receive()[0]).toHaveLength(4);
    expect(subtask.step()).toBe('ended');
    expect(receive()[0]?.slice(-2)).toStrictEqual([END_OF_TIME, 'end']);
  });

  it('names the record whose timestamp cannot be found', () => {
    const { reader, subtask } = openSource({ timestamp: () => Number.NaN });
    reader.records.push(['this one', 0]);
    expect(() => subtask.step()).toThrow('failed for this one');
  });

  it('closes its operators although the reader cannot close', async () => {
    const { reader, subtask, log } = openSource();
    reader.failsToClose = true;
    await expect(subtask.close(false)).rejects.toThrow('the reader cannot close');
    expect(log).toStrictEqual(['closed false']);
  });
});

function openInput(channelCount: number, room: { left: number } = { left: Infinity }) {
  const log: string[] = [];
  const opened = openChain(([main]) => [
    {
      operator: {
        ...burst(
          2,
          (value) => {
            main!.emit(value, 0);
          },
          () => room.left-- > 0,
        ),
        endInput: () => {
          log.push('end of input');
          return true;
        },
      },
      leaves: true,
    },
  ]);
  const inputs = Array.from({ length: channelCount }, () =>
    openChannel({ bufferCount: 8, bufferBytes: 256 }),
  );
  const readers = inputs.map(
    ({ consumer }, index) => new ChannelReader(consumer, index, undefined),
  );
  const subtask = new InputSubtask({
    ...opened.parts,
    inputs: readers.map((reader) => ({ reader, port: 0 as const })),
    sorted: undefined,
  });
  const writers = inputs.map(({ writer }) => writer);
  const stepAll = (): unknown[] => {
    for (const writer of writers) writer.flush();
    while (subtask.step() === 'worked');
    return opened.receive()[0]!;
  };
  return { ...opened, subtask, writers, stepAll, log };
}

describe('an input subtask', () => {
  it('takes the records of each channel in order (I1)', () => {
    const { writers, stepAll, subtask } = openInput(2);
    for (const value of [1, 2, 3]) writers[0]!.writeRecord(value, 0);
    for (const value of [10, 20]) writers[1]!.writeRecord(value, 0);
    const received = stepAll() as number[];
    expect(received.filter((value) => value < 10)).toStrictEqual([1, 2, 3]);
    expect(received.filter((value) => value >= 10)).toStrictEqual([10, 20]);
    expect(subtask.counts()).toMatchObject({ recordsIn: 5, recordsOut: 5 });
    expect(subtask.counts().bytesIn).toBeGreaterThan(0);
  });

  it('follows the slowest active channel (I2)', () => {
    const { writers, stepAll } = openInput(2);
    writers[0]!.writeWatermark(10);
    expect(stepAll()).toStrictEqual([]);
    writers[1]!.writeWatermark(5);
    expect(stepAll()).toStrictEqual(['5/2', '5/1', 'watermark 5']);
    writers[1]!.writeSignal(IDLE);
    expect(stepAll()).toStrictEqual(['10/2', '10/1', 'watermark 10']);
  });

  it('is idle when every channel is, after the last watermark, and active with the first', () => {
    const { writers, stepAll } = openInput(2);
    for (const [index, writer] of writers.entries()) {
      writer.writeWatermark(10 - index);
      writer.writeSignal(IDLE);
    }
    expect(
      stepAll().filter((element) => typeof element !== 'string' || !element.includes('/')),
    ).toStrictEqual(['watermark 9', 'watermark 10', 'idle']);
    writers[0]!.writeSignal(ACTIVE);
    expect(stepAll()).toStrictEqual(['active']);
  });

  it('becomes idle downstream only when the results of the last watermark are out', () => {
    const room = { left: Infinity };
    const { writers, stepAll } = openInput(2, room);
    writers[0]!.writeWatermark(10);
    writers[1]!.writeWatermark(5);
    writers[0]!.writeSignal(IDLE);
    stepAll();
    room.left = 1;
    writers[1]!.writeSignal(IDLE);
    expect(stepAll()).toStrictEqual(['10/2']);
    room.left = Infinity;
    expect(stepAll()).toStrictEqual(['10/1', 'watermark 10', 'idle']);
  });

  it('takes no input of any channel while a watermark is half-way (I1 of subtask.ts)', () => {
    const room = { left: 1 };
    const { writers, stepAll, subtask } = openInput(2, room);
    writers[1]!.writeRecord('first', 0); // so that the next text needs no announcement
    writers[1]!.writeWatermark(5);
    expect(stepAll()).toStrictEqual(['first']);
    writers[0]!.writeWatermark(5); // the last element of its buffer; channel 0 is read first
    writers[1]!.writeRecord('later', 0);
    expect(stepAll()).toStrictEqual(['5/2']);
    expect(subtask.counts().recordsIn).toBe(1);
    room.left = Infinity;
    expect(stepAll()).toStrictEqual(['5/1', 'watermark 5', 'later']);
  });

  it('ends when every channel has: time, operators, outputs', () => {
    const { writers, stepAll, log, subtask } = openInput(2);
    writers[0]!.writeRecord('x', 0);
    writers[0]!.writeSignal(END);
    expect(stepAll()).toStrictEqual(['x']);
    expect([subtask.hasEnded, log]).toStrictEqual([false, []]);
    writers[1]!.writeSignal(END);
    expect(stepAll()).toStrictEqual([
      `${MAX_WATERMARK}/2`,
      `${MAX_WATERMARK}/1`,
      END_OF_TIME,
      'end',
    ]);
    expect([subtask.hasEnded, log]).toStrictEqual([true, ['end of input']]);
  });

  it('ends at once without channels, as behind a global() that leads elsewhere', () => {
    const { stepAll, subtask } = openInput(0);
    expect(stepAll().at(-1)).toBe('end');
    expect(subtask.hasEnded).toBe(true);
  });
});
