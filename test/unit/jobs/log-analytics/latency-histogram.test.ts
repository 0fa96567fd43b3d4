// The latency histogram against exact quantiles.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addLatency,
  createHistogram,
  LATENCY_MS_MAX,
  LATENCY_MS_MIN,
  type LatencyHistogram,
  latencyQuantile,
  mergeHistogram,
  RELATIVE_ERROR,
} from '../../../../runtime/jobs/log-analytics/latency-histogram.ts';

const latency = fc.double({ min: LATENCY_MS_MIN, max: LATENCY_MS_MAX, noNaN: true });
const latencies = fc.array(fc.oneof(latency, fc.double({ min: 0.5, max: 900, noNaN: true })), {
  minLength: 1,
  maxLength: 200,
});
const histogramOf = (values: readonly number[]): LatencyHistogram =>
  values.reduce(addLatency, createHistogram());

describe('latency histogram', () => {
  it('gives quantiles within the stated relative error (I1)', () => {
    fc.assert(
      fc.property(latencies, fc.double({ min: 0, max: 1, noNaN: true }), (values, share) => {
        const exact =
          values.toSorted((a, b) => a - b)[Math.floor(share * (values.length - 1))] ?? 0;
        const estimate = latencyQuantile(histogramOf(values), share) ?? NaN;
        expect(Math.abs(estimate - exact)).toBeLessThanOrEqual(exact * RELATIVE_ERROR * (1 + 1e-9));
      }),
      { numRuns: 500 },
    );
  });

  it('merges to what adding everything to one would give (I2)', () => {
    fc.assert(
      fc.property(latencies, latencies, (left, right) => {
        const merged = mergeHistogram(histogramOf(left), histogramOf(right));
        expect(merged).toStrictEqual(histogramOf([...left, ...right]));
        expect(mergeHistogram(createHistogram(), histogramOf(left))).toStrictEqual(
          histogramOf(left),
        );
      }),
    );
  });

  it('survives JSON and stays small (I3)', () => {
    const histogram = histogramOf(Array.from({ length: 100_000 }, (_, index) => index / 7));
    expect(JSON.parse(JSON.stringify(histogram))).toStrictEqual(histogram);
    const widest = histogramOf([0, LATENCY_MS_MAX * 10]);
    expect(widest.counts.length).toBeLessThan(1_300);
  });

  it('counts what is out of range at its ends', () => {
    const histogram = histogramOf([0, -1, 1e12]);
    const low = latencyQuantile(histogram, 0) ?? NaN;
    expect(Math.abs(low / LATENCY_MS_MIN - 1)).toBeLessThanOrEqual(RELATIVE_ERROR + 1e-9);
    const high = latencyQuantile(histogram, 1) ?? NaN;
    expect(Math.abs(high / LATENCY_MS_MAX - 1)).toBeLessThanOrEqual(RELATIVE_ERROR + 1e-9);
  });

  it('has no quantile of nothing', () => {
    expect(latencyQuantile(createHistogram(), 0.5)).toBeUndefined();
  });
});
