// worker/split-watermarks.ts: the slowest active split decides, whatever begins, ends, falls silent or is paused.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import {
  BoundedOutOfOrderness,
  NO_WATERMARK,
  type WatermarkStrategy,
} from '../../../runtime/time/watermark.ts';
import { type SplitProgress, SplitWatermarks } from '../../../runtime/worker/split-watermarks.ts';

function open(strategy: Partial<WatermarkStrategy<unknown>> = {}): SplitWatermarks {
  const whole = {
    label: 'test',
    generator: () => new BoundedOutOfOrderness<unknown>(0),
    emit: 'every-record' as const,
  };
  return new SplitWatermarks({ ...whole, ...strategy }, 0);
}

function record(watermarks: SplitWatermarks, split: SplitProgress, timestampMs: number): number {
  split.tracker.onRecord(undefined, timestampMs);
  split.isIdle = false;
  return watermarks.afterRecord(split);
}

describe('the watermark of a source', () => {
  it('is that of its slowest split', () => {
    const watermarks = open();
    const a = watermarks.begin('a', 0);
    const b = watermarks.begin('b', 0);
    expect(record(watermarks, a, 100)).toBe(NO_WATERMARK); // b may begin anywhere
    expect(record(watermarks, b, 50)).toBe(49);
    expect(record(watermarks, a, 200)).toBe(49);
    expect(record(watermarks, b, 150)).toBe(149);
    expect(record(watermarks, b, 300)).toBe(199);
  });

  it('is not held back by a split that has ended (I2)', () => {
    const watermarks = open();
    const a = watermarks.begin('a', 0);
    const b = watermarks.begin('b', 0);
    record(watermarks, a, 100);
    record(watermarks, b, 50);
    watermarks.end('b', 0);
    expect(watermarks.advance()).toBe(99);
    watermarks.end('a', 0);
    expect(watermarks.advance()).toBe(99);
  });

  it('tells the generators of its splits that time has passed', () => {
    const follower = () => {
      let atMs = NO_WATERMARK;
      return {
        onRecord: () => undefined,
        onInterval: (nowMs: number) => {
          atMs = nowMs - 10;
        },
        current: () => atMs,
      };
    };
    const watermarks = open({ generator: follower, emit: { intervalMs: 100 } });
    watermarks.begin('a', 0);
    watermarks.begin('b', 0);
    expect(watermarks.nextPollMs(0)).toBe(100);
    expect(watermarks.poll(99)).toBe(NO_WATERMARK);
    expect(watermarks.poll(100)).toBe(90);
    expect(watermarks.nextPollMs(100)).toBe(200);
  });

  it('does not fall when a split begins or comes back behind it (I1)', () => {
    const watermarks = open({ idleAfterMs: 10 });
    const a = watermarks.begin('a', 0);
    record(watermarks, a, 100);
    const late = watermarks.begin('late', 0);
    expect(record(watermarks, late, 5)).toBe(99);
    expect(record(watermarks, a, 200)).toBe(99); // until the late one has caught up
    expect(record(watermarks, late, 150)).toBe(149);
  });

  it('leaves idle splits out, and is idle when all are', () => {
    const watermarks = open({ idleAfterMs: 10 });
    const a = watermarks.begin('a', 0);
    const b = watermarks.begin('b', 0);
    record(watermarks, b, 50);
    expect(watermarks.isIdle(0)).toBe(false);
    expect(watermarks.nextPollMs(0)).toBe(10);
    record(watermarks, a, 100);
    expect(watermarks.isIdle(9)).toBe(false);
    record(watermarks, a, 200);
    expect(watermarks.isIdle(10)).toBe(false);
    expect([b.isIdle, watermarks.advance()]).toStrictEqual([true, 199]);
    expect(watermarks.isIdle(20)).toBe(true);
    expect(record(watermarks, b, 300)).toBe(299); // a is idle now
    expect(watermarks.isIdle(20)).toBe(false);
  });

  it('counts the time without any split as idle', () => {
    const watermarks = open({ idleAfterMs: 10 });
    expect([watermarks.isIdle(9), watermarks.nextPollMs(9)]).toStrictEqual([false, 10]);
    expect(watermarks.isIdle(10)).toBe(true);
    watermarks.begin('a', 15);
    expect(watermarks.isIdle(24)).toBe(false);
    watermarks.end('a', 24);
    expect([watermarks.isIdle(33), watermarks.isIdle(34)]).toStrictEqual([false, true]);
  });

  it('is told once an interval, and says when', () => {
    const watermarks = open({ emit: { intervalMs: 200 } });
    const a = watermarks.begin('a', 0);
    a.tracker.onRecord(undefined, 100);
    expect([watermarks.poll(199), watermarks.nextPollMs(199)]).toStrictEqual([NO_WATERMARK, 200]);
    expect([watermarks.poll(200), watermarks.nextPollMs(200)]).toStrictEqual([99, Infinity]);
  });

  it('equals the lowest of the highest timestamps, for any splits and order', () => {
    const steps = fc.array(fc.tuple(fc.nat(3), fc.nat(1_000)), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(steps, (records) => {
        const watermarks = open();
        const splits = [0, 1, 2, 3].map((id) => watermarks.begin(String(id), 0));
        const highest = new Array<number>(4).fill(NO_WATERMARK + 1);
        for (const [split, timestampMs] of records) {
          highest[split] = Math.max(highest[split] ?? 0, timestampMs);
          const now = record(watermarks, splits[split] as SplitProgress, timestampMs);
          expect(now).toBe(Math.min(...highest) - 1);
        }
      }),
    );
  });
});

describe('pauses', () => {
  it('are for splits beyond the limit, and only told when something changes', () => {
    const watermarks = open();
    const a = watermarks.begin('a', 0);
    const b = watermarks.begin('b', 0);
    record(watermarks, a, 101);
    record(watermarks, b, 50);
    expect(watermarks.decidePauses(99, 0)).toStrictEqual({ paused: ['a'], resumed: [] });
    expect(watermarks.decidePauses(99, 0)).toStrictEqual({ paused: [], resumed: [] });
    expect(watermarks.decidePauses(100, 0)).toStrictEqual({ paused: [], resumed: ['a'] });
  });

  it('are no idleness (I2)', () => {
    const watermarks = open({ idleAfterMs: 10 });
    const a = watermarks.begin('a', 0);
    record(watermarks, a, 100);
    watermarks.isIdle(0);
    watermarks.decidePauses(50, 5);
    expect([watermarks.isIdle(100), watermarks.nextPollMs(100)]).toStrictEqual([false, Infinity]);
    watermarks.decidePauses(200, 100);
    expect([watermarks.isIdle(109), watermarks.isIdle(110)]).toStrictEqual([false, true]);
  });
});
