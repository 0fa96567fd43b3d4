// time/timer-queue.ts and time/due-queue.ts, which keeps what waits in order.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { Key } from '../../../runtime/core/key-group.ts';
import { TimerQueue } from '../../../runtime/time/timer-queue.ts';

interface Step {
  readonly kind: 'register' | 'delete' | 'take';
  readonly timeMs: number;
  readonly key: Key;
}

const key: fc.Arbitrary<Key> = fc.constantFrom<Key>(
  'a',
  'b',
  1,
  1n,
  Number.NaN,
  ['a', 1],
  ['a', 2],
);
const step: fc.Arbitrary<Step> = fc.record({
  kind: fc.constantFrom('register', 'register', 'delete', 'take'),
  timeMs: fc.integer({ min: -10, max: 10 }),
  key,
});

/** Timers by text, so that equal ones are one. */
class Model {
  readonly #timers = new Map<string, { readonly timeMs: number; readonly key: Key }>();

  static textOf({ timeMs, key: of }: { readonly timeMs: number; readonly key: Key }): string {
    return `${timeMs} ${typeof of} ${String(of)}`;
  }

  register(timer: { readonly timeMs: number; readonly key: Key }): void {
    this.#timers.set(Model.textOf(timer), timer);
  }

  delete(timer: { readonly timeMs: number; readonly key: Key }): boolean {
    return this.#timers.delete(Model.textOf(timer));
  }

  earliestMs(): number | undefined {
    const times = [...this.#timers.values()].map(({ timeMs }) => timeMs);
    return times.length === 0 ? undefined : Math.min(...times);
  }
}

describe('a timer queue', () => {
  it('holds a set of (time, key) and gives the earliest first (I1, I2)', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const queue = new TimerQueue();
        const model = new Model();
        for (const { kind, timeMs, key: of } of steps) {
          if (kind === 'register') {
            queue.register(timeMs, of);
            model.register({ timeMs, key: of });
          } else if (kind === 'delete') {
            queue.delete(timeMs, of);
            model.delete({ timeMs, key: of });
          } else {
            const earliestMs = model.earliestMs();
            const taken = queue.takeDue(timeMs);
            expect(taken !== undefined).toBe(earliestMs !== undefined && earliestMs <= timeMs);
            if (taken === undefined) continue;
            expect(taken.timeMs).toBe(earliestMs);
            expect(model.delete(taken)).toBe(true);
          }
          expect(queue.nextTimeMs()).toBe(model.earliestMs());
        }
      }),
      { seed: 20_260_101, numRuns: 300 },
    );
  });

  it('gives back ten thousand timers in order of time', () => {
    const queue = new TimerQueue();
    for (let index = 0; index < 10_000; index++) queue.register((index * 7919) % 10_007, index);
    let lastMs = -1;
    let isRising = true;
    let taken = 0;
    for (
      let timer = queue.takeDue(Infinity);
      timer !== undefined;
      timer = queue.takeDue(Infinity)
    ) {
      isRising &&= timer.timeMs > lastMs;
      lastMs = timer.timeMs;
      taken++;
    }
    expect([taken, isRising]).toStrictEqual([10_000, true]);
  });

  it('stays right and quick while timers are moved again and again (I3)', () => {
    const queue = new TimerQueue();
    for (let index = 0; index < 200_000; index++) {
      queue.register(1_000_000 + index, 'session');
      if (index > 0) queue.delete(1_000_000 + index - 1, 'session');
    }
    for (let index = 0; index < 100_000; index++) {
      queue.register(5_000_000, 'same');
      queue.delete(5_000_000, 'same');
    }
    expect(queue.takeDue(Infinity)).toStrictEqual({ timeMs: 1_199_999, key: 'session' });
    expect(queue.nextTimeMs()).toBeUndefined();
  });

  it('takes a hundred thousand keys of one time in order of registration (I2)', () => {
    const queue = new TimerQueue();
    const keys = Array.from({ length: 100_000 }, (_, index) => (index * 7919) % 100_003);
    for (const key of keys) queue.register(5, key);
    queue.delete(5, keys[1]!);
    queue.register(5, keys[1]!); // registered anew, it is the last
    const taken = Array.from(keys, () => queue.takeDue(5)?.key);
    expect(taken).toStrictEqual([keys[0], ...keys.slice(2), keys[1]]);
    expect(queue.nextTimeMs()).toBeUndefined();
  });

  it('tells namespaces of a key apart', () => {
    const queue = new TimerQueue({ hasNamespaces: true });
    const windows: readonly Key[] = [[0, 10], [0, 11], '[0,10]', 7];
    for (const namespace of [...windows, ...windows]) queue.register(9, 'a', namespace);
    queue.delete(9, 'a', 7);
    const expected = windows.slice(0, 3).map((namespace) => ({ timeMs: 9, key: 'a', namespace }));
    expect(windows.map(() => queue.takeDue(9))).toStrictEqual([...expected, undefined]);
  });

  it('is the same after its timers were registered elsewhere', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const queue = new TimerQueue();
        for (const { kind, timeMs, key: of } of steps) {
          if (kind === 'register') queue.register(timeMs, of);
          else if (kind === 'delete') queue.delete(timeMs, of);
          else queue.takeDue(timeMs);
        }
        const copy = new TimerQueue();
        for (const timer of queue.timers()) copy.register(timer.timeMs, timer.key);
        for (;;) {
          const taken = queue.takeDue(Infinity);
          expect(copy.takeDue(Infinity)).toStrictEqual(taken);
          if (taken === undefined) break;
        }
      }),
      { seed: 20_260_101, numRuns: 200 },
    );
  });
});
