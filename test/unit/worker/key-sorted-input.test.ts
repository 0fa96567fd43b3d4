// worker/key-sorted-input.ts and the chain's `endKey`: batch mode hands records over key by key.

import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';

import type { Key } from '../../../runtime/core/key-group.ts';
import type { Operator } from '../../../runtime/operators/operator.ts';
import { MemoryBudget } from '../../../runtime/state/memory-budget.ts';
import { SpillingSorter } from '../../../runtime/state/spilling-sorter.ts';
import { MAX_WATERMARK } from '../../../runtime/time/watermark.ts';
import { compileCodec } from '../../../runtime/types/codec-compiler.ts';
import { KeySortedInput } from '../../../runtime/worker/key-sorted-input.ts';
import { openChain } from '../../support/chain-harness.ts';

interface Row {
  readonly key: Key;
  readonly number: number;
}

/** Tells what it is told; `endKey` is stopped early as often as `interruptions` says. */
function open(interruptions = 0, { isBroadcast = false } = {}) {
  const seen: unknown[] = [];
  let left = interruptions;
  const head: Operator = {
    process: (value, timestampMs) => {
      seen.push([(value as Row).key, (value as Row).number, timestampMs]);
    },
    processSecond: (value, timestampMs) => {
      seen.push(['second', (value as Row).number, timestampMs]);
    },
    advanceWatermark: (watermarkMs) => {
      if (watermarkMs === MAX_WATERMARK) seen.push('end of time');
      return true;
    },
    endKey: () => {
      if (left > 0) {
        left--;
        return false;
      }
      seen.push('end of key');
      return true;
    },
  };
  const { chain, times } = openChain(() => [{ operator: head }]);
  const sorter = new SpillingSorter({
    arenaBytesMax: 1024 ** 2,
    memory: new MemoryBudget(2 * 1024 ** 2),
    directory: tmpdir(),
  });
  const port = {
    keyOf: (value: unknown) => (value as Row).key,
    codec: compileCodec({ kind: 'any' }),
    failure: (error: unknown, record: unknown) =>
      new Error(`${String(error)} for ${JSON.stringify(record)}`),
  };
  return {
    seen,
    times,
    input: new KeySortedInput([port, isBroadcast ? undefined : port], sorter, chain),
  };
}

describe('a sorted input', () => {
  it('I1, I2: hands over each key in order of time, then ends it', () => {
    const { seen, input, times } = open();
    input.collect(0, { key: 'a', number: 1 }, 30);
    input.collect(0, { key: 'b', number: 2 }, 5);
    input.collect(1, { key: 'a', number: 3 }, 20);
    input.collect(0, { key: 'a', number: 4 }, 20);
    expect(input.replay()).toBe('ended');
    const ends = ['end of time', 'end of key'];
    const ofA = [['second', 3, 20], ['a', 4, 20], ['a', 1, 30], ...ends];
    const ofB = [['b', 2, 5], ...ends];
    expect([
      [...ofA, ...ofB],
      [...ofB, ...ofA],
    ]).toContainEqual(seen);
    expect(times.watermarksMs[0]).toBeLessThan(0);
  });

  it('takes equal keys for one, whatever they look like', () => {
    const { seen, input } = open();
    input.collect(0, { key: 0, number: 1 }, 1);
    input.collect(0, { key: -0, number: 2 }, 2);
    input.collect(0, { key: ['x', 1], number: 3 }, 3);
    input.collect(0, { key: ['x', 2 / 2], number: 4 }, 4);
    input.collect(0, { key: 7n, number: 5 }, 5);
    input.collect(0, { key: 7n, number: 6 }, 6);
    input.replay();
    expect(seen.filter((what) => what === 'end of key')).toHaveLength(3);
  });

  it('goes on where the end of a key stopped early', () => {
    const { seen, input } = open(2);
    input.collect(0, { key: 'a', number: 1 }, 1);
    input.collect(0, { key: 'b', number: 2 }, 2);
    const results = [input.replay(), input.replay(), input.replay()];
    expect(results).toStrictEqual(['blocked', 'blocked', 'ended']);
    expect(seen.filter((what) => Array.isArray(what))).toHaveLength(2);
    expect(seen.filter((what) => what === 'end of key')).toHaveLength(2);
  });

  it('hands over a broadcast side at once, before the other', () => {
    const { seen, input } = open(0, { isBroadcast: true });
    input.collect(0, { key: 'a', number: 1 }, 1);
    input.collect(1, { key: 'rule', number: 2 }, 9);
    expect(seen).toStrictEqual([['second', 2, 9]]);
    input.replay();
    expect(seen[1]).toStrictEqual(['a', 1, 1]);
  });

  it('ends at once without records', () => {
    const { seen, input } = open();
    expect(input.replay()).toBe('ended');
    expect(seen).toStrictEqual([]);
  });

  it('names the record whose key cannot be found', () => {
    const { input } = open();
    expect(() => {
      input.collect(0, null, 1);
    }).toThrow(/for null/);
  });
});
