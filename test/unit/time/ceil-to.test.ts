// time/ceil-to.ts: times that fall together.

import { expect, it } from 'vitest';
import { ceilTo } from '../../../runtime/time/ceil-to.ts';

it.each([
  [0, 0],
  [1, 1_000],
  [999, 1_000],
  [1_000, 1_000],
  [1_001, 2_000],
  [-1, 0],
  [1_700_000_000_001, 1_700_000_001_000],
])('rounds %i ms up to a second: %i', (timeMs, expected) => {
  expect(ceilTo(timeMs, 1_000) + 0).toBe(expected);
});
