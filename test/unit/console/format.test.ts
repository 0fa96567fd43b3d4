import { describe, expect, it } from 'vitest';

import {
  fit,
  formatElapsed,
  formatRate,
  formatWatermark,
  toPlainText,
} from '../../../runtime/console/format.ts';

const nowMs = Date.UTC(2026, 2, 2, 9, 1, 35);

describe('figures in a terminal', () => {
  it.each([
    [0, '0'],
    [6.25, '6.3'],
    [999.4, '999'],
    [999.6, '1.00k'],
    [198_400, '198k'],
    [1.5e15, '1500T'],
  ])('the rate %d is %s', (rate, text) => {
    expect(formatRate(rate)).toBe(text);
  });

  it.each([
    [-1, '0.0s'],
    [59_949, '59.9s'],
    [59_960, '1m 00s'],
    [3_659_900, '1h 01m'],
  ])('%d ms are %s', (durationMs, text) => {
    expect(formatElapsed(durationMs)).toBe(text);
  });

  it.each([
    [undefined, '–'],
    [Number.MIN_SAFE_INTEGER, '–'],
    [Number.MAX_SAFE_INTEGER, 'end of input'],
    [nowMs - 1_200, '09:01:33.8Z'],
    [Date.UTC(2015, 4, 17, 10, 5), '2015-05-17 10:05Z'],
  ])('the watermark %s is %s', (watermarkMs, text) => {
    expect(formatWatermark(watermarkMs, nowMs)).toBe(text);
  });

  it('fits a text exactly', () => {
    expect([fit('abc', 5), fit('abc', 5, 'right'), fit('abcdef', 4), fit('abc', 0)]).toEqual([
      'abc  ',
      '  abc',
      'abc…',
      '',
    ]);
  });

  it('makes one harmless line of any text', () => {
    expect(toPlainText('a\r\n\u001b[31mb\u009b2J\t')).toBe('a [31mb 2J');
  });
});
