// Ids are read by people and by Flink's tools, so their form is fixed.

import { describe, expect, it } from 'vitest';

import { makeJobId, makeWorkerId } from '../../../runtime/core/ids.ts';
import { SeededRandom } from '../../../runtime/core/random.ts';

const low = { next: () => 0 };
const high = { next: () => 1 - 2 ** -53 };

describe('makeJobId', () => {
  it('is 32 lowercase hex digits, whatever the chance', () => {
    expect(makeJobId(low)).toBe('0'.repeat(32));
    expect(makeJobId(high)).toBe('f'.repeat(32));
    expect(makeJobId(new SeededRandom(5))).toMatch(/^[0-9a-f]{32}$/);
  });

  it('differs from call to call', () => {
    const random = new SeededRandom(5);
    const ids = Array.from({ length: 10_000 }, () => makeJobId(random));
    expect(new Set(ids).size).toBe(10_000);
  });
});

describe('makeWorkerId', () => {
  it('is a readable prefix and 8 hex digits', () => {
    expect(makeWorkerId(low)).toBe('worker-00000000');
    expect(makeWorkerId(high)).toBe('worker-ffffffff');
    expect(makeWorkerId(new SeededRandom(5))).toMatch(/^worker-[0-9a-f]{8}$/);
  });
});
