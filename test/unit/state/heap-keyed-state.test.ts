// state/heap-keyed-state.ts: each kind of state, a key at a time.

import { describe, expect, it } from 'vitest';

import { type Key, hashOfKey, keyGroupOfHash } from '../../../runtime/core/key-group.ts';
import { HeapKeyedState } from '../../../runtime/state/heap-keyed-state.ts';
import type {
  AggregatingState,
  ListState,
  MapState,
  ReducingState,
  ValueState,
} from '../../../runtime/state/state.ts';

const MAX = 128;

const longer = (left: unknown, right: unknown): unknown =>
  (right as string).length > (left as string).length ? right : left;

function open() {
  const store = new HeapKeyedState(
    {
      value: { kind: 'value' },
      other: { kind: 'value' },
      list: { kind: 'list' },
      map: { kind: 'map' },
      longest: { kind: 'reducing', reduce: longer },
      average: {
        kind: 'aggregating',
        create: () => [],
        add: (all, value) => [...(all as readonly unknown[]), value],
        result: (all) => (all as readonly number[]).reduce((a, b) => a + b) / (all as []).length,
      },
      basket: { kind: 'value', default: { items: [] } },
    },
    { start: 0, end: MAX - 1 },
  );
  return {
    store,
    longest: store.states['longest'] as ReducingState<unknown>,
    average: store.states['average'] as AggregatingState<unknown, unknown>,
    basket: store.states['basket'] as ValueState<{ readonly items: string[] }>,
    at: (key: Key): void => {
      store.setCurrentKey(key, keyGroupOfHash(hashOfKey(key), MAX));
    },
    value: store.states['value'] as ValueState<unknown>,
    other: store.states['other'] as ValueState<unknown>,
    list: store.states['list'] as ListState<unknown>,
    map: store.states['map'] as MapState<unknown, unknown>,
  };
}

const KEYS: readonly Key[] = [
  'a',
  'b',
  1,
  1n,
  '1',
  true,
  Number.NaN,
  ['a', 1],
  ['a', '1'],
  ['a', 1n],
];

describe('keyed state', () => {
  it('keeps one key out of sight of another', () => {
    const { at, value, list, map } = open();
    for (const [index, key] of KEYS.entries()) {
      at(key);
      expect([value.get(), list.get(), map.size]).toStrictEqual([undefined, [], 0]);
      value.set(index);
      list.add(index);
      map.set('it', index);
    }
    for (const [index, key] of KEYS.entries()) {
      at(Array.isArray(key) ? [...(key as readonly string[])] : key);
      expect([value.get(), list.get(), map.get('it')]).toStrictEqual([index, [index], index]);
    }
  });

  it('keeps one state out of sight of another', () => {
    const { at, value, other } = open();
    at('a');
    value.set(1);
    expect(other.get()).toBeUndefined();
  });

  it('holds -0 and 0 as one key', () => {
    const { at, value } = open();
    at(-0);
    value.set('zero');
    at(0);
    expect(value.get()).toBe('zero');
  });

  it('clears one key only', () => {
    const { at, value, list, map } = open();
    for (const key of ['a', 'b']) {
      at(key);
      value.set(key);
      list.add(key);
      map.set(key, key);
    }
    value.clear();
    list.clear();
    map.clear();
    expect([value.get(), list.get(), [...map.entries()]]).toStrictEqual([undefined, [], []]);
    at('a');
    expect([value.get(), list.get(), [...map.entries()]]).toStrictEqual(['a', ['a'], [['a', 'a']]]);
  });

  it('adds to lists and replaces them', () => {
    const { at, list } = open();
    at('a');
    list.add(1);
    list.add(2);
    expect(list.get()).toStrictEqual([1, 2]);
    const values = [3, 4];
    list.update(values);
    values.push(5);
    expect(list.get()).toStrictEqual([3, 4]);
    list.update([]);
    expect(list.get()).toStrictEqual([]);
  });

  it('has maps in order of insertion', () => {
    const { at, map } = open();
    at('a');
    map.set('x', 1);
    map.set('y', 2);
    map.set('x', 3);
    expect([...map.entries()]).toStrictEqual([
      ['x', 3],
      ['y', 2],
    ]);
    map.delete('x');
    map.delete('nothing');
    expect([map.has('x'), map.has('y'), map.size]).toStrictEqual([false, true, 1]);
    map.delete('y');
    expect(map.size).toBe(0);
  });

  it('knows the keys that hold something', () => {
    const { at, store, value, list } = open();
    for (const key of KEYS) {
      at(key);
      value.set(1);
      if (key === 'a' || key === 'b') list.add(1);
    }
    at('b');
    list.clear();
    expect(store.keysOf('list')).toStrictEqual(['a']);
    expect(new Set(store.keysOf('value'))).toStrictEqual(new Set(KEYS));
    expect(store.keysOf('nothing')).toStrictEqual([]);
  });

  it('combines what is added, a key by itself', () => {
    const { at, longest, average } = open();
    for (const [key, word] of [
      ['a', 'to'],
      ['b', 'x'],
      ['a', 'streams'],
      ['a', 'flow'],
    ] as const) {
      at(key);
      longest.add(word);
      average.add(word.length);
    }
    expect([longest.get(), average.get()]).toStrictEqual(['streams', (2 + 7 + 4) / 3]);
    at('b');
    expect([longest.get(), average.get()]).toStrictEqual(['x', 1]);
    longest.clear();
    average.clear();
    expect([longest.get(), average.get()]).toStrictEqual([undefined, undefined]);
    at('a');
    expect(longest.get()).toBe('streams');
  });

  it('gives every reader a default of its own, until something is written', () => {
    const { at, basket } = open();
    at('a');
    basket.get()?.items.push('lost: nothing was written back (I2)');
    expect(basket.get()).toStrictEqual({ items: [] });
    basket.set({ items: ['kept'] });
    expect(basket.get()).toStrictEqual({ items: ['kept'] });
    at('b');
    expect(basket.get()).toStrictEqual({ items: [] });
  });

  it('has keys and values of maps', () => {
    const { at, map, list } = open();
    at('a');
    expect([map.isEmpty(), [...map.keys()], [...map.values()]]).toStrictEqual([true, [], []]);
    map.set('x', 1);
    map.set('y', 2);
    expect([map.isEmpty(), [...map.keys()], [...map.values()]]).toStrictEqual([
      false,
      ['x', 'y'],
      [1, 2],
    ]);
    list.addAll(new Set([1, 2]));
    list.addAll([3]);
    expect(list.get()).toStrictEqual([1, 2, 3]);
  });

  it('keeps one namespace out of sight of another', () => {
    const store = new HeapKeyedState(
      { value: { kind: 'value' }, list: { kind: 'list' } },
      { start: 0, end: MAX - 1 },
      { hasNamespaces: true },
    );
    const value = store.states['value'] as ValueState<unknown>;
    const at = (key: Key, namespace: Key): void => {
      store.setCurrentKey(key, keyGroupOfHash(hashOfKey(key), MAX));
      store.setCurrentNamespace(namespace);
    };
    const windows: readonly Key[] = [10, '10', [0, 10], [1, 0]];
    for (const [index, window] of windows.entries()) {
      at('a', window);
      expect(value.get()).toBeUndefined();
      value.set(index);
    }
    at('b', 10);
    expect(value.get()).toBeUndefined();
    at('a', [0, 10]);
    expect(value.get()).toBe(2);
    value.clear();
    expect(value.get()).toBeUndefined();
    at('a', 10);
    expect(value.get()).toBe(0);
  });

  it('wants a namespace where namespaces are used', () => {
    const store = new HeapKeyedState(
      { value: { kind: 'value' } },
      { start: 0, end: 0 },
      { hasNamespaces: true },
    );
    store.setCurrentKey('a', 0);
    expect(() => (store.states['value'] as ValueState<unknown>).get()).toThrow(
      'this state is only used while a namespace is set',
    );
  });

  it('touches groups of its range only (I1)', () => {
    const store = new HeapKeyedState({ value: { kind: 'value' } }, { start: 10, end: 20 });
    for (const group of [9, 21]) {
      expect(() => {
        store.setCurrentKey('a', group);
      }).toThrow('a key belongs to a group of its subtask');
    }
    store.setCurrentKey('a', 20);
    (store.states['value'] as ValueState<unknown>).set(1);
  });

  it('cannot be used before a key is set', () => {
    const { value } = open();
    expect(() => value.get()).toThrow('state is only used while a key is set');
  });
});
