import { describe, expect, it } from 'vitest';

import {
  formatBytes,
  formatCount,
  formatDuration,
  formatMoment,
  formatPerMille,
  formatRate,
  formatWatermark,
} from '../../../runtime/ui/format.ts';

const nowMs = Date.UTC(2026, 2, 2, 9, 1, 35);

describe('figures as people read them', () => {
  it.each([
    [0, '0 /s'],
    [0.04, '0 /s'],
    [6.25, '6.3 /s'],
    [840, '840 /s'],
    [999.4, '999 /s'],
    [999.6, '1.00 k/s'],
    [49_600, '49.6 k/s'],
    [198_400, '198 k/s'],
    [12_345_678, '12.3 M/s'],
  ])('the rate %d is %s', (rate, text) => {
    expect(formatRate(rate)).toBe(text);
  });

  it.each([
    [0, '0 B'],
    [512, '512 B'],
    [1023.9, '1.00 KiB'],
    [1024 ** 3 * 1.25, '1.25 GiB'],
    [1024 ** 5, '1024 TiB'],
  ])('%d bytes are %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });

  it.each([
    [-5, '0.0s'],
    [6_200, '6.2s'],
    [9_960, '10s'],
    [59_700, '1m 00s'],
    [95_000, '1m 35s'],
    [3_600_000, '1h 00m'],
    [11_040_000, '3h 04m'],
    [190_800_000, '2d 05h'],
  ])('%d ms are %s', (durationMs, text) => {
    expect(formatDuration(durationMs)).toBe(text);
  });

  it.each([
    [undefined, 'none yet'],
    [Number.MIN_SAFE_INTEGER, 'none yet'],
    [Number.MAX_SAFE_INTEGER, 'end of input'],
    [nowMs - 1_200, '09:01:33.8 UTC'],
    [nowMs - 86_400_000, '2026-03-01 09:01:35 UTC'],
  ])('the watermark %s is %s', (watermarkMs, text) => {
    expect(formatWatermark(watermarkMs, nowMs)).toBe(text);
  });

  it('counts, shares and moments', () => {
    expect(formatCount(1_234_567.4)).toBe('1,234,567');
    expect(formatPerMille(962)).toBe('96%');
    expect(formatMoment(nowMs)).toBe('2026-03-02 09:01:35 UTC');
  });
});
