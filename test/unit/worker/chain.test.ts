// worker/chain.ts: watermarks, wakes and the life of operators that were composed into one.

import { describe, expect, it } from 'vitest';

import type { Operator } from '../../../runtime/operators/operator.ts';
import { MAX_WATERMARK, NO_WATERMARK } from '../../../runtime/time/watermark.ts';
import { burst, openChain, passing } from '../../support/chain-harness.ts';

/** Notes the watermarks it sees. */
function noting(log: string[], name: string, more: Partial<Operator> = {}): Operator {
  return passing(undefined, {
    advanceWatermark(watermarkMs) {
      log.push(`${name} ${watermarkMs}`);
      return true;
    },
    ...more,
  });
}

describe('a chain', () => {
  it('shows a watermark to its operators in order, then to its outputs (I1, I3)', () => {
    const log: string[] = [];
    const { chain, receive } = openChain(
      ([main, side]) => [
        {
          operator: noting(log, 'head', {
            process: (value, ts) => {
              main!.emit(value, ts);
              side!.emit(value, ts);
            },
          }),
          leaves: true,
        },
        { operator: noting(log, 'tail'), leaves: true },
        { operator: noting(log, 'side branch'), input: 0 },
      ],
      2,
    );
    chain.process('x', 1);
    expect(chain.advance(5)).toBe(true);
    expect(log).toStrictEqual(['head 5', 'tail 5', 'side branch 5']);
    expect(receive()).toStrictEqual([
      ['x', 'watermark 5'],
      ['x', 'watermark 5'],
    ]);
    chain.advance(5);
    chain.advance(4);
    expect(log).toHaveLength(3);
    expect(receive()).toStrictEqual([[], []]);
  });

  it('passes on the watermarks that an operator makes itself', () => {
    const log: string[] = [];
    let own = NO_WATERMARK;
    const { chain, receive } = openChain(
      () => [
        { operator: noting(log, 'head'), leaves: true },
        { operator: noting(log, 'maker', { outputWatermark: () => own }), leaves: true },
        { operator: noting(log, 'after') },
      ],
      2,
    );
    expect(chain.makesWatermarks).toBe(true);
    chain.advance(5);
    own = 3;
    chain.advance(chain.watermarkMs);
    expect(log).toStrictEqual(['head 5', 'maker 5', 'after 3']);
    expect(receive()).toStrictEqual([['watermark 5'], ['watermark 3']]);
  });

  it('resumes at the operator that stopped early, and takes no input meanwhile (I2)', () => {
    const log: string[] = [];
    let room = 1;
    const { chain, receive } = openChain(([main]) => [
      { operator: noting(log, 'head') },
      {
        operator: burst(
          3,
          (value) => {
            main!.emit(value, 0);
          },
          () => room-- > 0,
        ),
        leaves: true,
      },
      { operator: noting(log, 'tail') },
    ]);
    expect(chain.advance(7)).toBe(false);
    expect(chain.canTakeInput()).toBe(false);
    expect(receive()).toStrictEqual([['7/3']]);
    expect(chain.resume()).toBe(false);
    room = Infinity;
    expect(chain.resume()).toBe(true);
    expect(chain.canTakeInput()).toBe(true);
    expect(receive()).toStrictEqual([['7/2', '7/1', 'watermark 7']]);
    expect(log).toStrictEqual(['head 7', 'tail 7']);
  });

  it('forgets nothing unfinished when it is told the same time again, or a later one (I2)', () => {
    for (const againMs of [7, 9]) {
      let room = 1;
      const { chain, receive } = openChain(([main]) => [
        {
          operator: burst(
            2,
            (value) => {
              main!.emit(value, 0);
            },
            () => room-- > 0,
          ),
          leaves: true,
        },
      ]);
      expect(chain.advance(7)).toBe(false);
      room = 0;
      expect(chain.advance(againMs)).toBe(false);
      expect(receive()).toStrictEqual([['7/2']]);
      room = Infinity;
      expect(chain.resume()).toBe(true);
      expect(receive()).toStrictEqual([[`${againMs}/1`, `watermark ${againMs}`]]);
    }
  });

  it('wakes operators when they asked for it, and again those that are not done', () => {
    const woken: number[] = [];
    let isDone = false;
    const { chain, times } = openChain(() => [
      {
        operator: passing(undefined, {
          onProcessingTime: (nowMs) => {
            woken.push(nowMs);
            return isDone;
          },
        }),
      },
      {
        operator: passing(undefined, {
          onProcessingTime: () => {
            woken.push(-1);
            return true;
          },
        }),
      },
    ]);
    expect(chain.nextWakeMs()).toBe(Infinity);
    times.wakesMs[0] = 1500;
    times.wakesMs[1] = 1600;
    expect(chain.nextWakeMs()).toBe(1500);
    chain.wake(1500);
    expect([woken, chain.nextWakeMs()]).toStrictEqual([[1500], 1500]);
    isDone = true;
    chain.wake(1550);
    expect([woken, chain.nextWakeMs()]).toStrictEqual([[1500, 1550], 1600]);
  });

  it('passes on a watermark that a woken operator has made', () => {
    let own = NO_WATERMARK;
    const { chain, times, receive } = openChain(() => [
      {
        operator: passing(undefined, { onProcessingTime: () => true, outputWatermark: () => own }),
        leaves: true,
      },
    ]);
    times.wakesMs[0] = 10;
    own = 77;
    chain.wake(10);
    expect(receive()).toStrictEqual([['watermark 77']]);
  });

  it('takes no input while a sink is full or an output has overflowed', () => {
    let isFull = true;
    const { chain, receive, channels } = openChain(([main]) => [
      { operator: { process: main!.emit, isFull: () => isFull }, leaves: true },
    ]);
    expect(chain.canTakeInput()).toBe(false);
    isFull = false;
    expect(chain.canTakeInput()).toBe(true);
    for (let index = 0; index < 6; index++) chain.process('x'.repeat(200), 0);
    expect(channels[0]!.gate.blockedChannels).toBe(1);
    expect([chain.canTakeInput(), chain.drain()]).toStrictEqual([false, false]);
    receive();
    expect([chain.drain(), chain.canTakeInput()]).toStrictEqual([true, true]);
  });

  it('ends its operators once each, head first, going on where one stopped', () => {
    const log: string[] = [];
    let isDone = false;
    const { chain } = openChain(() => [
      {
        operator: passing(undefined, {
          endInput: () => {
            log.push('head');
            return true;
          },
        }),
      },
      {
        operator: passing(undefined, {
          endInput: () => {
            log.push('middle');
            return isDone;
          },
        }),
      },
      {
        operator: passing(undefined, {
          endInput: () => {
            log.push('tail');
            return true;
          },
        }),
      },
    ]);
    expect(chain.endInput()).toBe(false);
    isDone = true;
    expect(chain.endInput()).toBe(true);
    expect(log).toStrictEqual(['head', 'middle', 'middle', 'tail']);
  });

  it('opens from the tail and closes all, whatever one of them throws', async () => {
    const log: string[] = [];
    const life = (name: string): Operator =>
      passing(undefined, {
        open: () => {
          log.push(`open ${name}`);
        },
        close: async (committed) => {
          log.push(`close ${name} ${committed}`);
          if (name === 'head') throw new Error('head cannot close');
        },
      });
    const { chain } = openChain(() => [{ operator: life('head') }, { operator: life('tail') }]);
    await chain.open();
    await expect(chain.close(false)).rejects.toThrow('head cannot close');
    expect(log).toStrictEqual(['open tail', 'open head', 'close head false', 'close tail false']);
  });

  it('ends event time after everything else', () => {
    const { chain, receive } = openChain(([main]) => [
      {
        operator: burst(
          1,
          (value) => {
            main!.emit(value, 0);
          },
          () => true,
        ),
        leaves: true,
      },
    ]);
    chain.process('x', 0);
    chain.advance(MAX_WATERMARK);
    chain.endOutputs();
    expect(receive()).toStrictEqual([
      ['x', `${MAX_WATERMARK}/1`, `watermark ${MAX_WATERMARK}`, 'end'],
    ]);
  });
});
