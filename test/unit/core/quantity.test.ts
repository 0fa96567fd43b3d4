// Durations and sizes as people write them: in stack files, on the command line, in plans.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import {
  formatDuration,
  formatSize,
  parseDurationMs,
  parseSizeBytes,
} from '../../../runtime/core/quantity.ts';

describe('parseDurationMs', () => {
  it.each([
    ['250ms', 250],
    ['10s', 10_000],
    ['10 s', 10_000],
    [' 1.5h ', 5_400_000],
    ['2m', 120_000],
    ['2min', 120_000],
    ['2d', 172_800_000],
    ['0', 0],
    ['0s', 0],
  ])('reads %j as %i', (text, expected) => {
    expect(parseDurationMs(text)).toBe(expected);
  });

  it.each([
    '',
    '10',
    '-1s',
    '1.s',
    '.5s',
    '1e3s',
    '10 sec',
    '1h30m',
    's',
    '10S',
    'Infinitys',
    '5constructor',
    '5toString',
  ])('refuses %j', (text) => {
    expect(parseDurationMs(text)).toBeUndefined();
  });

  it('refuses more than can be counted exactly', () => {
    expect(parseDurationMs('9007199254740991ms')).toBe(Number.MAX_SAFE_INTEGER);
    expect(parseDurationMs('9007199254740993ms')).toBeUndefined();
    expect(parseDurationMs(`${'9'.repeat(400)}d`)).toBeUndefined();
  });
});

describe('parseSizeBytes', () => {
  it.each([
    ['64MiB', 67_108_864],
    ['1.5GiB', 1_610_612_736],
    ['32 KiB', 32_768],
    ['500kB', 500_000],
    ['2MB', 2_000_000],
    ['1GB', 1_000_000_000],
    ['7B', 7],
    ['0', 0],
  ])('reads %j as %i', (text, expected) => {
    expect(parseSizeBytes(text)).toBe(expected);
  });

  it.each(['', '64', '64M', '64mib', '64Mi', '-1MiB', '1_000B', '1valueOf'])(
    'refuses %j',
    (text) => {
      expect(parseSizeBytes(text)).toBeUndefined();
    },
  );
});

describe('formatDuration', () => {
  it.each([
    [0, '0ms'],
    [1_500, '1500ms'],
    [10_000, '10s'],
    [90_000, '90s'],
    [3_600_000, '1h'],
    [86_400_000, '1d'],
    [90_000_000, '25h'],
  ])('writes %i as %j', (durationMs, expected) => {
    expect(formatDuration(durationMs)).toBe(expected);
  });

  it('is read back as the same duration', () => {
    fc.assert(
      fc.property(fc.nat(), fc.constantFrom(1, 1_000, 60_000, 3_600_000), (count, unitMs) => {
        expect(parseDurationMs(formatDuration(count * unitMs))).toBe(count * unitMs);
      }),
    );
  });
});

describe('formatSize', () => {
  it.each([
    [0, '0 B'],
    [1_023, '1023 B'],
    [1_024, '1.00 KiB'],
    [1_310_720, '1.25 MiB'],
    [123 * 1024, '123 KiB'],
    [1_023 * 1024, '1023 KiB'],
    [5_000 * 1024 ** 3, '5000 GiB'],
    [-2_048, '-2.00 KiB'],
  ])('writes %i as %j', (bytes, expected) => {
    expect(formatSize(bytes)).toBe(expected);
  });

  it('never uses exponents', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), (bytes) => {
        expect(formatSize(bytes)).toMatch(/^-?\d+(\.\d+)? (B|KiB|MiB|GiB)$/);
      }),
    );
  });
});
