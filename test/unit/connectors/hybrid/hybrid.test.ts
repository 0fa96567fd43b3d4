// The hybrid source beyond the contract: the order of its parts, parts that are read by rule, and what is refused.

import { describe, expect, it } from 'vitest';
import { sequenceSource } from '../../../../runtime/connectors/collection/source.ts';
import { fromSequence } from '../../../../runtime/connectors/collection/spec.ts';
import { generatorEnumerator } from '../../../../runtime/connectors/generator/enumerator.ts';
import { generatorSource } from '../../../../runtime/connectors/generator/source.ts';
import { generate } from '../../../../runtime/connectors/generator/spec.ts';
import { hybridEnumerator } from '../../../../runtime/connectors/hybrid/enumerator.ts';
import { hybridSource } from '../../../../runtime/connectors/hybrid/source.ts';
import { hybrid } from '../../../../runtime/connectors/hybrid/spec.ts';
import { SplitSourceDriver, type SplitSourceUnderTest } from '../../../contract/split-contract.ts';

const COUNT = 30;

/** 0 to 29 by rule, then 30 to 59 by splits, then 60 to 89 by rule. */
const source: SplitSourceUnderTest = {
  reader: hybridSource,
  enumerator: hybridEnumerator,
  spec: hybrid([
    fromSequence(0, COUNT - 1),
    generate({ count: COUNT, make: (index) => COUNT + index }),
    fromSequence(2 * COUNT, 3 * COUNT - 1),
  ]),
  kinds: {
    sequence: { reader: sequenceSource },
    generator: { reader: generatorSource, enumerator: generatorEnumerator },
  },
};

const everything = Array.from({ length: 3 * COUNT }, (_, index) => index);

function numbers(...drivers: readonly SplitSourceDriver[]): readonly number[] {
  return drivers
    .flatMap((driver) => driver.emitted.map(({ value }) => value as number))
    .toSorted((left, right) => left - right);
}

describe('hybrid', () => {
  it('begins a part when all subtasks have finished the one before (I1)', async () => {
    const driver = await SplitSourceDriver.start(source, { parallelism: 3 });
    // The last subtask is slow: the others wait for it at each end.
    await driver.readAll({ choose: (turn, left) => (turn % 7 === 0 ? left - 1 : turn % left) });
    const parts = driver.emitted.map(({ value }) => Math.floor((value as number) / COUNT));
    expect(parts).toStrictEqual(parts.toSorted());
    expect(numbers(driver)).toStrictEqual(everything);
  });

  it.each([0, 5, 29, 30, 31, 59, 60, 75, 90])(
    'goes on from a snapshot after %i records, parts by rule included',
    async (place) => {
      const first = await SplitSourceDriver.start(source, { parallelism: 2 });
      await first.readUntil(place, { limit: 3 });
      const from = first.snapshot();
      const second = await SplitSourceDriver.start(source, { parallelism: 2, from });
      await second.readAll();
      expect(numbers(first, second)).toStrictEqual(everything);
    },
  );

  it('takes the parts of a hybrid source for its own', () => {
    const spec = hybrid([hybrid([fromSequence(0, 1), fromSequence(2, 3)]), fromSequence(4, 5)]);
    expect(spec.parts.map(({ label }) => label)).toStrictEqual([
      'sequence(0..1)',
      'sequence(2..3)',
      'sequence(4..5)',
    ]);
    expect(spec).toMatchObject({ bounded: true, recordType: { kind: 'int53' } });
  });

  it.each([
    [() => hybrid([]), /there is no source/],
    [() => hybrid([generate({ make: Number }), fromSequence(0, 1)]), /generator has no end/],
    [
      () => hybrid([generate({ count: 1, recordsPerSecond: 2, make: Number })]),
      /generator\(1\) has a rate of its own/,
    ],
  ])('refuses what cannot be meant', (make, message) => {
    expect(make).toThrow(message);
  });
});
