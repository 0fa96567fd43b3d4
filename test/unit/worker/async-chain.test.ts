// An asynchronous operator in the middle of a chain, as worker/subtask.ts and chain.ts drive it: answers that come between
// steps, event time and the end of the input that wait for them, and input that is held back.

import { describe, expect, it } from 'vitest';

import { nextTurn } from '../../../runtime/core/turn.ts';
import { createAsyncMap } from '../../../runtime/operators/async-map.ts';
import type { Operator, OperatorContext } from '../../../runtime/operators/operator.ts';
import { END, IDLE } from '../../../runtime/shuffle/element.ts';
import { ChannelReader } from '../../../runtime/shuffle/channel-reader.ts';
import { MAX_WATERMARK } from '../../../runtime/time/watermark.ts';
import { InputSubtask } from '../../../runtime/worker/input-subtask.ts';
import { openChannel } from '../../support/channel-harness.ts';
import { burst, openChain, passing } from '../../support/chain-harness.ts';

/** A subtask of three operators, the second of which asks a service that the test answers. */
function open(capacity: number, makeHead: (next: Operator) => Operator = passing) {
  const answers = new Map<unknown, (result: string) => void>();
  const log: string[] = [];
  let setWake = (): void => undefined;
  const input = openChannel({ bufferCount: 4, bufferBytes: 256 });
  const opened = openChain(([main]) => {
    const tail: Operator = {
      process: main!.emit,
      advanceWatermark(watermarkMs) {
        log.push(`tail ${watermarkMs === MAX_WATERMARK ? 'end of time' : watermarkMs}`);
        return true;
      },
      endInput() {
        log.push('tail ends');
        return true;
      },
    };
    const context = {
      emit: (value: unknown, timestampMs: number) => {
        tail.process(value, timestampMs);
      },
      isBlocked: () => false,
      wake: () => {
        setWake();
      },
      clock: { after: () => () => undefined },
    } as unknown as OperatorContext;
    const waiting = createAsyncMap(
      {
        kind: 'async-map',
        functions: {
          call: (value) =>
            new Promise<string>((resolve) => {
              answers.set(value, resolve);
            }),
          onTimeout: undefined,
        },
        order: 'ordered',
        capacity,
        timeoutMs: 1_000,
        retry: undefined,
      },
      context,
    );
    return [
      { operator: makeHead(waiting) },
      { operator: waiting },
      { operator: tail, leaves: true },
    ];
  });
  setWake = () => {
    opened.times.wakesMs[1] = -Infinity;
  };
  const subtask = new InputSubtask({
    ...opened.parts,
    sorted: undefined,
    inputs: [{ reader: new ChannelReader(input.consumer, 0, undefined), port: 0 }],
  });
  const answer = async (value: string): Promise<void> => {
    answers.get(value)?.(value.toUpperCase());
    await nextTurn();
  };
  return { ...opened, input, subtask, answers, answer, log };
}

describe('an asynchronous operator in a chain', () => {
  it('passes event time and idleness on after the answers that belong before them', async () => {
    const { input, subtask, answer, receive } = open(10);
    input.writer.writeRecord('a', 1);
    input.writer.writeWatermark(1);
    input.writer.writeRecord('b', 2);
    input.writer.writeSignal(IDLE);
    input.writer.flush();
    expect(subtask.step()).toBe('worked');
    expect([receive(), subtask.step()]).toStrictEqual([[[]], 'idle']);
    await answer('b');
    subtask.step();
    expect(receive()).toStrictEqual([[]]);
    await answer('a');
    expect(receive()).toStrictEqual([[]]); // nothing leaves outside of a step
    for (let steps = 0; steps < 3; steps++) subtask.step();
    expect(receive()).toStrictEqual([['A', 'watermark 1', 'B', 'idle']]);
  });

  it('holds the input back while it is full, and the clock can still help others', async () => {
    const { input, subtask, answer, answers, receive, times } = open(2);
    for (const value of ['a', 'b', 'c']) input.writer.writeRecord(value, 1);
    input.writer.flush();
    subtask.step();
    expect([...answers.keys()]).toStrictEqual(['a', 'b']);
    expect(subtask.step()).toBe('waiting');
    times.wakesMs[0] = 500; // before the full operator: must not emit into it
    times.wakesMs[2] = 700;
    expect(subtask.chain.nextWakeMs()).toBe(700);
    await answer('a');
    expect(subtask.step()).toBe('worked');
    expect([...answers.keys()]).toStrictEqual(['a', 'b', 'c']);
    expect(receive()).toStrictEqual([['A']]);
  });

  it('lets the end of the input wait for the answers, and its watermark go before the end', async () => {
    const { input, subtask, answer, log, receive } = open(10, (next) =>
      passing(next, {
        endInput() {
          log.push('head ends');
          return true;
        },
      }),
    );
    input.writer.writeRecord('a', 1);
    input.writer.writeSignal(END);
    input.writer.flush();
    while (subtask.step() !== 'waiting');
    expect(log).toStrictEqual(['head ends']);
    expect(subtask.step()).toBe('waiting');
    await answer('a');
    while (subtask.step() !== 'ended');
    expect(log).toStrictEqual(['head ends', 'tail end of time', 'tail ends']);
    expect(receive()).toStrictEqual([['A', `watermark ${MAX_WATERMARK}`, 'end']]);
  });

  it('goes on with answers while an operator before it is half-way through a watermark', async () => {
    const { input, subtask, answer, answers, receive } = open(1, (next) =>
      burst(
        3,
        (value) => {
          next.process(value, 1);
        },
        () => next.isFull?.() !== true,
      ),
    );
    input.writer.writeWatermark(1);
    input.writer.flush();
    expect(subtask.step()).toBe('worked');
    for (const value of ['1/3', '1/2', '1/1']) {
      expect(subtask.step()).toBe('waiting');
      expect([...answers.keys()].at(-1)).toBe(value);
      await answer(value);
    }
    expect(receive()).toStrictEqual([['1/3', '1/2']]);
    for (let steps = 0; steps < 3; steps++) subtask.step();
    expect(receive()).toStrictEqual([['1/1', 'watermark 1']]);
  });
});
