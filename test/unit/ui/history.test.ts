import { expect, it } from 'vitest';

import { SAMPLES_MAX, extendHistory } from '../../../runtime/ui/history.ts';
import type { RateHistory } from '../../../runtime/ui/history.ts';
import { FAKE_JOB_ID, fakeIdleSnapshot, fakeSnapshot } from '../../support/fake-snapshot.ts';

it('keeps the newest samples, and only of jobs that are there (I1)', () => {
  let history: RateHistory = new Map();
  for (let sample = 0; sample < SAMPLES_MAX + 5; sample++) {
    history = extendHistory(history, fakeSnapshot());
  }
  expect(history.get(FAKE_JOB_ID)).toHaveLength(SAMPLES_MAX);
  expect(history.get(FAKE_JOB_ID)?.at(-1)).toBe(198_400);
  expect(extendHistory(history, fakeIdleSnapshot()).size).toBe(0);
});
