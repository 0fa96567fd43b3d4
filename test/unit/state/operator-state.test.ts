// state/operator-state.ts: what a subtask keeps, and who gets it at another parallelism.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import {
  HeapOperatorState,
  redistribute,
  redistributeBroadcast,
  redistributeList,
  redistributeUnion,
} from '../../../runtime/state/operator-state.ts';

const parts = fc.array(fc.array(fc.integer(), { maxLength: 6 }), { minLength: 1, maxLength: 8 });
const parallelism = fc.integer({ min: 1, max: 10 });

describe('redistribution', () => {
  it('deals a list out evenly and in order, losing and repeating nothing (I1)', () => {
    fc.assert(
      fc.property(parts, parallelism, (old, count) => {
        const dealt = redistributeList(old, count);
        expect(dealt).toHaveLength(count);
        expect(dealt.flat()).toStrictEqual(old.flat());
        if (count === old.length) return;
        const sizes = dealt.map(({ length }) => length);
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
      }),
    );
    expect(
      redistributeList(
        [
          [1, 2, 3],
          [4, 5],
        ],
        3,
      ),
    ).toStrictEqual([[1, 2], [3, 4], [5]]);
  });

  it('gives everyone its own list at the old parallelism', () => {
    expect(redistributeList([[1, 2, 3], []], 2)).toStrictEqual([[1, 2, 3], []]);
  });

  it('gives a union to everyone', () => {
    expect(redistributeUnion([[1], [], [2, 3]], 2)).toStrictEqual([
      [1, 2, 3],
      [1, 2, 3],
    ]);
  });

  it('gives everyone one of the broadcast parts', () => {
    expect(redistributeBroadcast(['a', 'b'], 5)).toStrictEqual(['a', 'b', 'a', 'b', 'a']);
    expect(redistributeBroadcast(['a', 'b'], 1)).toStrictEqual(['a']);
    expect(redistributeBroadcast([], 3)).toStrictEqual([]);
  });

  it('refuses a parallelism that is none', () => {
    for (const count of [0, -1, 1.5, Number.NaN]) {
      expect(() => redistributeList([[1]], count)).toThrow('cannot be dealt out');
    }
  });
});

describe('operator state', () => {
  const descriptors = {
    offsets: { redistribution: 'list' },
    known: { redistribution: 'union' },
    rules: { redistribution: 'broadcast' },
  } as const;

  it('keeps lists, and is restored from what was dealt out (I2)', () => {
    const subtasks = [1, 2].map((number) => {
      const store = new HeapOperatorState(descriptors);
      expect(store.isRestored).toBe(false);
      store.states['offsets']?.addAll([number, number * 10]);
      store.states['known']?.add(number);
      store.states['known']?.update([number, number]);
      store.states['rules']?.add('same');
      return store;
    });
    const dealt = redistribute(
      descriptors,
      subtasks.map((store) => store.snapshot()),
      3,
    );
    const restored = dealt.map((snapshot) => new HeapOperatorState(descriptors, snapshot));
    expect(restored.map((store) => store.snapshot())).toStrictEqual([
      { offsets: [1, 10], known: [1, 1, 2, 2], rules: ['same'] },
      { offsets: [2], known: [1, 1, 2, 2], rules: ['same'] },
      { offsets: [20], known: [1, 1, 2, 2], rules: ['same'] },
    ]);
    expect(restored.every(({ isRestored }) => isRestored)).toBe(true);
  });

  it('has a snapshot that later changes leave alone', () => {
    const store = new HeapOperatorState(descriptors);
    store.states['offsets']?.add(1);
    const before = store.snapshot();
    store.states['offsets']?.add(2);
    expect(before['offsets']).toStrictEqual([1]);
    store.states['offsets']?.clear();
    expect(store.states['offsets']?.get()).toStrictEqual([]);
  });

  it('begins empty for a state that the earlier run did not have', () => {
    expect(new HeapOperatorState(descriptors, { offsets: [1] }).snapshot()).toStrictEqual({
      offsets: [1],
      known: [],
      rules: [],
    });
  });
});
