// The generator beyond the source contract: how its subtasks keep in step, and what it refuses; and how sequences are shared
// out.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromSequence } from '../../../../runtime/connectors/collection/spec.ts';
import { generatorEnumerator } from '../../../../runtime/connectors/generator/enumerator.ts';
import { generatorSource } from '../../../../runtime/connectors/generator/source.ts';
import { generate } from '../../../../runtime/connectors/generator/spec.ts';
import { contiguousShare } from '../../../../runtime/connectors/indexed-reader.ts';
import { SplitSourceDriver, type SplitSourceUnderTest } from '../../../contract/split-contract.ts';

describe('generate', () => {
  const source = (make: (index: number) => number, count?: number): SplitSourceUnderTest => ({
    reader: generatorSource,
    enumerator: generatorEnumerator,
    spec: generate({ make, count }),
  });

  it('has subtasks that go through the indices side by side', async () => {
    const driver = await SplitSourceDriver.start(source(Number), { parallelism: 3 });
    await driver.until(() => driver.readers.every((reader) => reader.snapshot().length === 1));
    for (let round = 0; round < 3; round++) {
      for (let subtask = 0; subtask < 3; subtask++) driver.poll(subtask, 4);
    }
    expect(driver.emitted.filter(({ subtask }) => subtask === 1).map(({ value }) => value)).toEqual(
      Array.from({ length: 12 }, (_, step) => 1 + 3 * step),
    );
    expect(driver.emitted.map(({ value }) => value as number).toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: 36 }, (_, index) => index),
    );
  });

  it('keeps the halves of a split in step after it was restored at a higher parallelism', async () => {
    const first = await SplitSourceDriver.start(source(Number, 100));
    await first.readUntil(33);
    const from = first.snapshot();
    const second = await SplitSourceDriver.start(source(Number, 100), { parallelism: 3, from });
    await second.readUntil(30, { limit: 4 });
    const values = second.emitted.map(({ value }) => value as number);
    expect(Math.min(...values)).toBe(33);
    // Four splits in steps of four, of which one subtask reads two: none is further ahead than a poll.
    expect(Math.max(...values) - 33).toBeLessThan(30 + 3 * 4 * 4);
  });

  it('names the record whose function threw', async () => {
    const driver = await SplitSourceDriver.start(
      source((index) => {
        if (index === 3) throw new Error('three');
        return index;
      }),
    );
    await expect(driver.readUntil(10)).rejects.toThrow(
      /generate: the function that makes record 3 threw: three/,
    );
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
