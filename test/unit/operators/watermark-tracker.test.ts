// operators/watermark-tracker.ts: when a watermark is due, and when a source is idle.

import { describe, expect, it } from 'vitest';

import { WatermarkTracker } from '../../../runtime/operators/watermark-tracker.ts';
import {
  BoundedOutOfOrderness,
  NO_WATERMARK,
  type WatermarkGenerator,
  type WatermarkStrategy,
} from '../../../runtime/time/watermark.ts';

function open(strategy: Partial<WatermarkStrategy<unknown>> = {}, nowMs = 1000): WatermarkTracker {
  const whole = {
    label: 'test',
    generator: () => new BoundedOutOfOrderness<unknown>(0),
    emit: { intervalMs: 200 },
  };
  return new WatermarkTracker({ ...whole, ...strategy }, nowMs);
}

describe('a watermark tracker', () => {
  it('takes the timestamp of the source when the strategy has none', () => {
    expect(open().timestampOf('x', 7)).toBe(7);
    expect(open({ timestamp: (_value, source) => source + 1 }).timestampOf('x', 7)).toBe(8);
  });

  it('tells a new watermark once an interval', () => {
    const tracker = open();
    tracker.onRecord('x', 50);
    expect(tracker.nextPollMs(1000)).toBe(1200);
    expect(tracker.poll(1199)).toBe(NO_WATERMARK);
    expect(tracker.poll(1200)).toBe(49);
    tracker.onRecord('x', 60);
    expect(tracker.poll(1399)).toBe(49);
    expect(tracker.poll(1400)).toBe(59);
    expect(tracker.nextPollMs(1400)).toBe(Infinity);
  });

  it('tells a watermark that is overdue at once', () => {
    const tracker = open();
    tracker.onRecord('x', 50);
    expect(tracker.nextPollMs(5000)).toBe(5000);
  });

  it('asks a generator that follows the clock at each interval, with records or without', () => {
    let watermarkMs = NO_WATERMARK;
    const generator: WatermarkGenerator<unknown> = {
      onRecord: () => undefined,
      onInterval: (nowMs) => {
        watermarkMs = nowMs - 100;
      },
      current: () => watermarkMs,
    };
    const tracker = open({ generator: () => generator });
    expect(tracker.nextPollMs(1000)).toBe(1200);
    expect(tracker.poll(1199)).toBe(NO_WATERMARK);
    expect(tracker.poll(1200)).toBe(1100);
    expect(tracker.nextPollMs(1200)).toBe(1400);
    expect(tracker.poll(1400)).toBe(1300);
  });

  it('never falls, whatever its generator does (I1)', () => {
    const answers = [5, 9, 3, 9, 10];
    const generator: WatermarkGenerator<unknown> = {
      onRecord: () => undefined,
      current: () => answers.shift() ?? 0,
    };
    const tracker = open({ emit: 'every-record', generator: () => generator });
    expect([1, 2, 3, 4, 5].map(() => tracker.advance())).toStrictEqual([5, 9, 9, 9, 10]);
  });

  it('is idle once no record came for the time given', () => {
    const tracker = open({ idleAfterMs: 500 });
    expect(tracker.isIdle(1499)).toBe(false);
    expect(tracker.isIdle(1500)).toBe(true);
    tracker.onRecord('x', 1);
    expect(tracker.isIdle(1600)).toBe(false);
    expect(tracker.isIdle(2099)).toBe(false);
    expect(tracker.isIdle(2100)).toBe(true);
  });

  it('is never idle without such a time', () => {
    expect(open().isIdle(1e12)).toBe(false);
  });

  it('does not count the time in which the task was blocked (I2)', () => {
    const tracker = open({ idleAfterMs: 500 });
    tracker.resume(9000);
    expect(tracker.isIdle(9499)).toBe(false);
    expect(tracker.isIdle(9500)).toBe(true);
  });

  it.each(['every-record', { intervalMs: 200 }] as const)(
    'wants to be asked for idleness when it may begin, not before (%j)',
    (emit) => {
      const tracker = open({ idleAfterMs: 500, emit });
      expect(tracker.nextPollMs(1300)).toBe(1500);
    },
  );
});
