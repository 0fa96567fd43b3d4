// time/watermark.ts: the generators.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import {
  BoundedOutOfOrderness,
  MAX_WATERMARK,
  NO_WATERMARK,
  NoWatermarks,
} from '../../../runtime/time/watermark.ts';

describe('BoundedOutOfOrderness', () => {
  it('says nothing before the first record', () => {
    expect(new BoundedOutOfOrderness(10).current()).toBe(NO_WATERMARK);
  });

  it('is the highest timestamp, less the bound, less one', () => {
    fc.assert(
      fc.property(fc.array(fc.integer(), { minLength: 1 }), fc.nat(), (timestamps, boundMs) => {
        const generator = new BoundedOutOfOrderness<null>(boundMs);
        for (const timestampMs of timestamps) generator.onRecord(null, timestampMs);
        expect(generator.current()).toBe(Math.max(...timestamps) - boundMs - 1);
      }),
      { seed: 20_260_101 },
    );
  });
});

describe('NoWatermarks', () => {
  it('says nothing, ever', () => {
    const generator = new NoWatermarks<null>();
    generator.onRecord();
    expect(generator.current()).toBe(NO_WATERMARK);
  });
});

describe('the ends of time', () => {
  it('survive JSON and enclose every instant of a Date', () => {
    expect(JSON.parse(JSON.stringify([NO_WATERMARK, MAX_WATERMARK]))).toStrictEqual([
      NO_WATERMARK,
      MAX_WATERMARK,
    ]);
    expect(NO_WATERMARK).toBeLessThan(-8.64e15);
    expect(MAX_WATERMARK).toBeGreaterThan(8.64e15);
  });
});
