// The generator beyond the source contract: its rate, and what it refuses; and how sequences are shared out.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromSequence } from '../../../../runtime/connectors/collection/spec.ts';
import { CATCH_UP_MS_MAX, Pace } from '../../../../runtime/connectors/generator/pace.ts';
import { generatorSource } from '../../../../runtime/connectors/generator/source.ts';
import { generate } from '../../../../runtime/connectors/generator/spec.ts';
import { contiguousShare } from '../../../../runtime/connectors/indexed-reader.ts';
import { ManualClock } from '../../../../runtime/core/clock.ts';
import { ReaderDriver } from '../../../contract/source-contract.ts';

describe('Pace', () => {
  it('allows exactly the rate over a long time, whenever it is asked (I1)', () => {
    const steps = fc.array(fc.integer({ min: 1, max: 900 }), { minLength: 1, maxLength: 50 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5_000 }), steps, (rate, stepsMs) => {
        const clock = new ManualClock(5_000);
        const pace = new Pace(clock, rate);
        pace.start();
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
    pace.start();
    pace.spend(pace.allowance());
    clock.advance(CATCH_UP_MS_MAX * 60);
    expect(pace.allowance()).toBeLessThanOrEqual((CATCH_UP_MS_MAX / 1_000) * 100 + 1);
    expect(pace.allowance()).toBeGreaterThanOrEqual((CATCH_UP_MS_MAX / 1_000) * 100);
  });
});

describe('generate', () => {
  it('divides its rate by the parallelism and says when it wants to be polled', async () => {
    const spec = generate({ recordsPerSecond: 20, make: (index) => index });
    expect(spec.bounded).toBe(false);
    const driver = new ReaderDriver(generatorSource, spec, { subtaskIndex: 1, parallelism: 2 });
    await driver.reader.open(undefined);
    expect(driver.poll(100)).toBe('idle');
    expect(driver.reader.nextPollAtMs).toBe(driver.clock.nowMs() + 100);
    for (const elapsedMs of [100, 200, 300, 400]) {
      driver.clock.advance(99);
      driver.poll(100);
      expect(driver.emitted).toHaveLength(elapsedMs / 100);
      driver.clock.advance(1);
      driver.poll(100);
      expect(driver.emitted).toHaveLength(elapsedMs / 100 + 1);
    }
    expect(driver.emitted.map(({ value }) => value)).toStrictEqual([1, 3, 5, 7, 9]);
  });

  it('names the record whose function threw, and passes on what downstream threw', async () => {
    const make = (index: number): number => {
      if (index === 3) throw new Error('three');
      return index;
    };
    const driver = new ReaderDriver(generatorSource, generate({ make }));
    await driver.reader.open(undefined);
    expect(() => driver.poll(10)).toThrow(
      /generate: the function that makes record 3 threw: three/,
    );
    const downstream = new Error('downstream');
    const other = new ReaderDriver(generatorSource, generate({ make }));
    await other.reader.open(undefined);
    expect(() =>
      other.reader.poll(() => {
        throw downstream;
      }, 1),
    ).toThrow(downstream);
  });

  it.each([
    [() => generate({ count: 1.5, make: String }), /'count' is 1.5/],
    [() => generate({ recordsPerSecond: 0, make: String }), /'recordsPerSecond' is 0/],
    [() => fromSequence(2, 1), /fromSequence\(2, 1\)/],
  ])('refuses what cannot be meant', (make, message) => {
    expect(make).toThrow(message);
  });
});

describe('contiguousShare', () => {
  it('gives every index to one subtask, as evenly as can be', () => {
    fc.assert(
      fc.property(fc.nat(1_000), fc.integer({ min: 1, max: 40 }), (count, parallelism) => {
        let next = 0;
        for (let subtask = 0; subtask < parallelism; subtask++) {
          const { start, end } = contiguousShare(count, subtask, parallelism);
          expect(start).toBe(next);
          expect(Math.abs(end - start - count / parallelism)).toBeLessThan(1);
          next = end;
        }
        expect(next).toBe(count);
      }),
    );
  });
});
