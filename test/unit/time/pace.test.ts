// time/pace.ts: exactly the rate, and what becomes of a stall.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../../runtime/core/clock.ts';
import { CATCH_UP_MS_MAX, Pace } from '../../../runtime/time/pace.ts';

describe('Pace', () => {
  it('allows exactly the rate over a long time, whenever it is asked (I1)', () => {
    const steps = fc.array(fc.integer({ min: 1, max: 900 }), { minLength: 1, maxLength: 50 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5_000 }), steps, (rate, stepsMs) => {
        const clock = new ManualClock(5_000);
        const pace = new Pace(clock, rate);
        let spent = 0;
        const take = (): void => {
          const allowance = pace.allowance();
          pace.spend(allowance);
          spent += allowance;
        };
        take();
        for (const stepMs of stepsMs) {
          clock.advance(stepMs);
          take();
        }
        const elapsedMs = stepsMs.reduce((sum, step) => sum + step, 0);
        expect(Math.abs(spent - 1 - (elapsedMs * rate) / 1_000)).toBeLessThan(1.001);
      }),
    );
  });

  it('makes up for at most a bounded stall (I2)', () => {
    const clock = new ManualClock();
    const pace = new Pace(clock, 100);
    pace.spend(pace.allowance());
    clock.advance(CATCH_UP_MS_MAX * 60);
    expect(pace.allowance()).toBeLessThanOrEqual((CATCH_UP_MS_MAX / 1_000) * 100 + 1);
    expect(pace.allowance()).toBeGreaterThanOrEqual((CATCH_UP_MS_MAX / 1_000) * 100);
  });
});
