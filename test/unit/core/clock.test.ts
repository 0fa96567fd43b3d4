// The manual clock is what every other test of time stands on; the machine's clock is run for real, briefly.

import { spawn } from 'node:child_process';
import { once } from 'node:events';

import { afterEach, describe, expect, it, vi } from 'vitest';

import { ManualClock, systemClock } from '../../../runtime/core/clock.ts';

describe('ManualClock', () => {
  it('stands still until it is moved', () => {
    const clock = new ManualClock(1_000);
    expect([clock.nowMs(), clock.monotonicMs()]).toStrictEqual([1_000, 1_000]);
    clock.advance(25);
    expect([clock.nowMs(), clock.monotonicMs()]).toStrictEqual([1_025, 1_025]);
  });

  it('calls back in order of time, then of asking, and shows each its own time', () => {
    const clock = new ManualClock();
    const calls: string[] = [];
    const call = (name: string) => () => calls.push(`${name}@${clock.nowMs()}`);
    clock.after(20, call('c'));
    clock.after(10, call('a'));
    clock.after(10, call('b'));
    clock.after(31, call('late'));
    clock.advance(30);
    expect(calls).toStrictEqual(['a@10', 'b@10', 'c@20']);
    clock.advance(1);
    expect(calls.at(-1)).toBe('late@31');
  });

  it('calls back once', () => {
    const clock = new ManualClock();
    const callback = vi.fn();
    clock.after(1, callback);
    clock.advance(5);
    clock.advance(5);
    expect(callback).toHaveBeenCalledTimes(1);
  });

  it('runs what a callback asks for within the same move', () => {
    const clock = new ManualClock();
    const ticks: number[] = [];
    const tick = (): void => {
      ticks.push(clock.nowMs());
      clock.after(10, tick);
    };
    clock.after(10, tick);
    clock.advance(35);
    expect(ticks).toStrictEqual([10, 20, 30]);
    expect(clock.nowMs()).toBe(35);
  });

  it('forgets what was cancelled, even by a callback due at the same time', () => {
    const clock = new ManualClock();
    const callback = vi.fn();
    clock.after(5, callback)();
    let cancelSecond = (): void => undefined;
    clock.after(10, () => {
      cancelSecond();
    });
    cancelSecond = clock.after(10, callback);
    clock.advance(100);
    expect(callback).not.toHaveBeenCalled();
  });

  it('never goes back for a callback asked for in the past', () => {
    const clock = new ManualClock(50);
    const seen: number[] = [];
    clock.after(-20, () => seen.push(clock.nowMs()));
    clock.advance(0);
    expect(seen).toStrictEqual([50]);
  });
});

describe('systemClock', () => {
  afterEach(() => vi.useRealTimers());

  it('has a wall clock of today and a monotonic one that goes on', () => {
    expect(systemClock.nowMs()).toBeGreaterThan(Date.UTC(2024, 0));
    const before = systemClock.monotonicMs();
    expect(systemClock.monotonicMs()).toBeGreaterThanOrEqual(before);
  });

  it('calls back after the delay, and not once cancelled', () => {
    vi.useFakeTimers();
    const kept = vi.fn();
    const cancelled = vi.fn();
    systemClock.after(20, kept);
    systemClock.after(10, cancelled)();
    vi.advanceTimersByTime(19);
    expect(kept).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(kept).toHaveBeenCalledTimes(1);
    expect(cancelled).not.toHaveBeenCalled();
  });

  it('waits longer than one timer of Node can', () => {
    vi.useFakeTimers();
    const fortyDaysMs = 40 * 86_400_000;
    const kept = vi.fn();
    const cancelled = vi.fn();
    systemClock.after(fortyDaysMs, kept);
    const cancel = systemClock.after(fortyDaysMs, cancelled);
    vi.advanceTimersByTime(fortyDaysMs - 1);
    expect(kept).not.toHaveBeenCalled();
    cancel();
    vi.advanceTimersByTime(1);
    expect(kept).toHaveBeenCalledTimes(1);
    expect(cancelled).not.toHaveBeenCalled();
  });

  it('does not keep the process alive', async () => {
    const clock = new URL('../../../runtime/core/clock.ts', import.meta.url).href;
    const program = `import { systemClock } from '${clock}'; systemClock.after(3_600_000, () => undefined);`;
    const child = spawn(process.execPath, ['--input-type=module', '--eval', program]);
    expect(await once(child, 'exit')).toStrictEqual([0, null]);
  });
});
