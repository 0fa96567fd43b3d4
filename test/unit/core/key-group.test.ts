// Key groups agree with Flink: hash codes and groups computed by a JVM (java.lang hashCode, MathUtils.murmurHash) are
// kept in `test/golden/key-groups.json`, and the split of groups among subtasks is checked for every parallelism.

import { readFileSync } from 'node:fs';

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import {
  defaultMaxParallelism,
  hashOfKey,
  keyGroupOfHash,
  keyGroupRange,
  MAX_PARALLELISM_LOWER_BOUND,
  MAX_PARALLELISM_UPPER_BOUND,
  subtaskOfKeyGroup,
} from '../../../runtime/core/key-group.ts';
import type { Key, KeyPart } from '../../../runtime/core/key-group.ts';

interface Vector {
  readonly type: 'string' | 'integer' | 'bigint' | 'double' | 'boolean' | 'tuple' | 'hash';
  readonly key?: string | readonly KeyPart[];
  readonly hash: number;
  readonly group128: number;
  readonly group32768: number;
}

const vectors = JSON.parse(
  readFileSync(new URL('../../golden/key-groups.json', import.meta.url), 'utf8'),
) as readonly Vector[];

/** The key as a job would have it: the file holds numbers as text, because JSON has neither NaN nor 64-bit integers. */
function keyOf({ type, key = '' }: Vector): Key {
  if (typeof key !== 'string') return key;
  if (type === 'integer' || type === 'double') return Number(key);
  if (type === 'bigint') return BigInt(key);
  return type === 'boolean' ? key === 'true' : key;
}

describe('hashOfKey', () => {
  it('agrees with Java on every kind of key', () => {
    const keyed = vectors.filter((vector) => vector.type !== 'hash');
    expect(new Set(keyed.map((vector) => vector.type)).size).toBe(6);
    const ours = keyed.map((vector) => [vector.key, hashOfKey(keyOf(vector))]);
    expect(ours).toStrictEqual(keyed.map((vector) => [vector.key, vector.hash]));
  });

  it('agrees with values that Java documents publish', () => {
    expect(hashOfKey('hello')).toBe(99_162_322);
    expect(hashOfKey('AaAa')).toBe(hashOfKey('BBBB'));
    expect(hashOfKey(true)).toBe(1231);
  });

  it('gives keys that a Map calls equal the same hash', () => {
    expect(hashOfKey(-0)).toBe(0);
    const oddNaN = new Float64Array(new BigUint64Array([0xfff0_0000_dead_beefn]).buffer)[0]!;
    expect(hashOfKey(oddNaN)).toBe(hashOfKey(Number.NaN));
  });

  it('is a signed 32-bit integer for every number', () => {
    fc.assert(
      fc.property(fc.oneof(fc.double(), fc.maxSafeInteger()), (key) => {
        const hash = hashOfKey(key);
        expect(hash | 0).toBe(hash);
      }),
    );
  });

  it('hashes a bigint and a number of the same value alike', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), (key) => {
        expect(hashOfKey(BigInt(key))).toBe(hashOfKey(key));
      }),
    );
  });
});

describe('keyGroupOfHash', () => {
  it('agrees with Flink, the extreme hashes included', () => {
    const hashes = vectors.map(({ hash }) => hash);
    expect(hashes).toContain(-0x8000_0000);
    expect(hashes.map((hash) => keyGroupOfHash(hash, 128))).toStrictEqual(
      vectors.map(({ group128 }) => group128),
    );
    expect(hashes.map((hash) => keyGroupOfHash(hash, 32_768))).toStrictEqual(
      vectors.map(({ group32768 }) => group32768),
    );
  });

  it('stays within the groups for every 32-bit hash (I1)', () => {
    const maxParallelism = fc.integer({ min: 1, max: MAX_PARALLELISM_UPPER_BOUND });
    fc.assert(
      fc.property(fc.integer(), maxParallelism, (hash, groups) => {
        const group = keyGroupOfHash(hash, groups);
        expect(group >= 0 && group < groups && Number.isInteger(group)).toBe(true);
      }),
    );
  });
});

/** Undefined when the ranges of all subtasks are `[0, max)` cut in order and `subtaskOfKeyGroup` finds each. */
function findSplitProblem(maxParallelism: number, parallelism: number): string | undefined {
  let next = 0;
  for (let subtask = 0; subtask < parallelism; subtask++) {
    const { start, end } = keyGroupRange(maxParallelism, parallelism, subtask);
    if (start !== next || end < start) return `subtask ${subtask} has ${start}..${end}`;
    for (const group of [start, end]) {
      if (subtaskOfKeyGroup(group, maxParallelism, parallelism) !== subtask) {
        return `group ${group} is not of subtask ${subtask}`;
      }
    }
    next = end + 1;
  }
  return next === maxParallelism ? undefined : `${next} groups of ${maxParallelism} are owned`;
}

describe('keyGroupRange and subtaskOfKeyGroup', () => {
  it('cut [0, 128) exactly for every parallelism', () => {
    for (let parallelism = 1; parallelism <= 128; parallelism++) {
      expect(findSplitProblem(128, parallelism)).toBeUndefined();
    }
  });

  it('cut [0, max) exactly for any parallelism up to max', () => {
    const sizes = fc
      .integer({ min: 1, max: MAX_PARALLELISM_UPPER_BOUND })
      .chain((max) => fc.tuple(fc.constant(max), fc.integer({ min: 1, max })));
    fc.assert(
      fc.property(sizes, ([max, parallelism]) => {
        expect(findSplitProblem(max, parallelism)).toBeUndefined();
      }),
    );
  });

  it('agree on each single group', () => {
    for (let group = 0; group < 720; group++) {
      const subtask = subtaskOfKeyGroup(group, 720, 7);
      const { start, end } = keyGroupRange(720, 7, subtask);
      expect(start <= group && group <= end).toBe(true);
    }
  });
});

describe('defaultMaxParallelism', () => {
  it('is a power of two within the bounds, and enough for every parallelism', () => {
    for (let parallelism = 1; parallelism <= MAX_PARALLELISM_UPPER_BOUND; parallelism += 7) {
      const max = defaultMaxParallelism(parallelism);
      expect(Number.isInteger(Math.log2(max)) && max >= parallelism).toBe(true);
      expect(max).toBeGreaterThanOrEqual(MAX_PARALLELISM_LOWER_BOUND);
      expect(max).toBeLessThanOrEqual(MAX_PARALLELISM_UPPER_BOUND);
    }
  });

  it.each([
    [1, 128],
    [85, 128],
    [86, 256],
    [171, 256],
    [172, 512],
    [21_845, 32_768],
    [32_768, 32_768],
  ])('of parallelism %i is %i', (parallelism, expected) => {
    expect(defaultMaxParallelism(parallelism)).toBe(expected);
  });
});
