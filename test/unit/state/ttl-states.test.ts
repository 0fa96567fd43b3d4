// state/ttl-states.ts and ttl-rule.ts: each kind of state with a TTL, on a clock that is moved by hand.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { ManualClock } from '../../../runtime/core/clock.ts';
import { type Key, hashOfKey, keyGroupOfHash } from '../../../runtime/core/key-group.ts';
import { HeapKeyedState } from '../../../runtime/state/heap-keyed-state.ts';
import type {
  AggregatingState,
  ListState,
  MapState,
  ReducingState,
  StateDescriptor,
  StateTtl,
  ValueState,
} from '../../../runtime/state/state.ts';

const TTL: StateTtl = {
  ms: 10,
  update: 'on-create-and-write',
  visibility: 'never-return-expired',
  cleanup: 'on-read-only',
};
const ON_READ: Partial<StateTtl> = { update: 'on-read-and-write' };
const EXPIRED_TOO: Partial<StateTtl> = { visibility: 'return-expired-if-not-cleaned-up' };
const GROUPS = 4;

const sum = (left: unknown, right: unknown): number => (left as number) + (right as number);

function describeStates(ttl: StateTtl) {
  return {
    value: { kind: 'value', ttl },
    zero: { kind: 'value', default: 0, ttl },
    list: { kind: 'list', ttl },
    map: { kind: 'map', ttl },
    sum: { kind: 'reducing', reduce: sum, ttl },
    count: {
      kind: 'aggregating',
      create: () => ({ count: 0 }),
      add: (accumulator: unknown) => ({ count: (accumulator as { count: number }).count + 1 }),
      result: (accumulator: unknown) => (accumulator as { count: number }).count,
      ttl,
    },
  } as const satisfies Record<string, StateDescriptor>;
}

function open(change: Partial<StateTtl> = {}) {
  const clock = new ManualClock(1_000);
  const store = new HeapKeyedState(
    describeStates({ ...TTL, ...change }),
    { start: 0, end: GROUPS - 1 },
    { clock },
  );
  const at = (key: Key): void => {
    store.setCurrentKey(key, keyGroupOfHash(hashOfKey(key), GROUPS));
  };
  at('a');
  return {
    clock,
    at,
    store,
    /** How many keys the value state holds, read or not: a snapshot cannot tell, for it leaves the expired out. */
    held: (): number => {
      const { table } = store.states['value'] as unknown as {
        table: { of(group: number): Iterable<unknown> };
      };
      return Array.from({ length: GROUPS }, (_, group) => [...table.of(group)].length).reduce(sum);
    },
    value: store.states['value'] as ValueState<unknown>,
    zero: store.states['zero'] as ValueState<unknown>,
    list: store.states['list'] as ListState<unknown>,
    map: store.states['map'] as MapState<unknown, unknown>,
    sum: store.states['sum'] as ReducingState<unknown>,
    count: store.states['count'] as AggregatingState<unknown, unknown>,
  };
}

type Opened = ReturnType<typeof open>;

/** The states that hold one value, each with how it is written. */
const SINGLE: readonly [string, (states: Opened) => void, (states: Opened) => unknown, unknown][] =
  [
    ['value', ({ value }) => value.set(5), ({ value }) => value.get(), 5],
    ['reducing', ({ sum: of }) => of.add(5), ({ sum: of }) => of.get(), 5],
    ['aggregating', ({ count }) => count.add('x'), ({ count }) => count.get(), 1],
  ];

describe.each(SINGLE)('a %s state with a TTL', (_, write, read, written) => {
  it('is there until its time is over (I1)', () => {
    const states = open();
    write(states);
    states.clock.advance(9);
    expect(read(states)).toBe(written);
    states.clock.advance(1);
    expect(read(states)).toBeUndefined();
  });

  it('lives anew after a write, and after a read only if that counts', () => {
    const [byWrite, byRead] = [open(), open(ON_READ)];
    for (const states of [byWrite, byRead]) {
      write(states);
      states.clock.advance(9);
      read(states);
      states.clock.advance(9);
    }
    expect(read(byWrite)).toBeUndefined();
    expect(read(byRead)).toBe(written);
    write(byWrite);
    byWrite.clock.advance(9);
    expect(read(byWrite)).toBe(written);
  });

  it('is read once more when that is allowed, and is gone then', () => {
    const states = open(EXPIRED_TOO);
    write(states);
    states.clock.advance(10);
    expect(read(states)).toBe(written);
    expect(read(states)).toBeUndefined();
  });

  it('is not in a snapshot after its time', () => {
    const states = open(EXPIRED_TOO);
    write(states);
    const group = keyGroupOfHash(hashOfKey('a'), GROUPS);
    states.clock.advance(9);
    expect(states.store.snapshotGroup(group)[0]?.rows).toMatchObject([{ stampsMs: [1_000] }]);
    states.clock.advance(1);
    expect(states.store.snapshotGroup(group)).toStrictEqual([]);
  });
});

describe('a value state with a TTL and a default', () => {
  it('reads the default after its time', () => {
    const { zero, clock } = open();
    expect(zero.get()).toBe(0);
    zero.set(3);
    clock.advance(10);
    expect(zero.get()).toBe(0);
  });
});

describe('a reducing state with a TTL', () => {
  it('combines with what is living, or with the expired where that is visible', () => {
    for (const [change, expected] of [
      [{}, 2],
      [EXPIRED_TOO, 3],
    ] as const) {
      const { sum: of, clock } = open(change);
      of.add(1);
      clock.advance(10);
      of.add(2);
      expect(of.get()).toBe(expected);
    }
  });
});

describe('a list state with a TTL', () => {
  const fill = ({ list, clock }: Opened): void => {
    list.add('old');
    clock.advance(6);
    list.addAll(['new', 'newer']);
  };

  it('loses each element at its own time', () => {
    const states = open();
    fill(states);
    expect(states.list.get()).toStrictEqual(['old', 'new', 'newer']);
    states.clock.advance(4);
    expect(states.list.get()).toStrictEqual(['new', 'newer']);
    states.clock.advance(6);
    expect(states.list.get()).toStrictEqual([]);
  });

  it('keeps all living elements when it is read, if that counts', () => {
    const states = open(ON_READ);
    fill(states);
    states.list.get();
    states.clock.advance(9);
    expect(states.list.get()).toStrictEqual(['old', 'new', 'newer']);
  });

  it('gives expired elements once where that is visible', () => {
    const states = open(EXPIRED_TOO);
    fill(states);
    states.clock.advance(4);
    expect(states.list.get()).toStrictEqual(['old', 'new', 'newer']);
    expect(states.list.get()).toStrictEqual(['new', 'newer']);
  });

  it('begins anew with an update', () => {
    const states = open();
    fill(states);
    states.list.update(['only']);
    states.clock.advance(9);
    expect(states.list.get()).toStrictEqual(['only']);
    states.list.update([]);
    expect(states.list.get()).toStrictEqual([]);
  });
});

describe('a map state with a TTL', () => {
  const fill = ({ map, clock }: Opened): void => {
    map.set('x', 1);
    clock.advance(6);
    map.set('y', 2);
  };

  it('loses each entry at its own time', () => {
    const states = open();
    fill(states);
    expect([...states.map.entries()]).toStrictEqual([
      ['x', 1],
      ['y', 2],
    ]);
    states.clock.advance(4);
    const { map } = states;
    expect([map.size, map.isEmpty(), map.has('x'), map.get('y')]).toStrictEqual([
      1,
      false,
      false,
      2,
    ]);
    expect([[...map.keys()], [...map.values()]]).toStrictEqual([['y'], [2]]);
    states.clock.advance(6);
    expect([map.size, map.isEmpty(), [...map.entries()]]).toStrictEqual([0, true, []]);
  });

  it('keeps an entry that is read, if that counts', () => {
    const states = open(ON_READ);
    fill(states);
    states.map.get('x');
    states.clock.advance(9);
    expect([...states.map.keys()]).toStrictEqual(['x', 'y']);
    states.clock.advance(9);
    expect([...states.map.keys()]).toStrictEqual(['x', 'y']); // each walk reads all of them
  });

  it('gives an expired entry once where that is visible', () => {
    const states = open(EXPIRED_TOO);
    fill(states);
    states.clock.advance(4);
    expect(states.map.get('x')).toBe(1);
    expect(states.map.has('x')).toBe(false);
    states.clock.advance(10);
    expect([...states.map.entries()]).toStrictEqual([['y', 2]]);
    expect(states.map.isEmpty()).toBe(true);
  });
});

describe('cleanup in the background', () => {
  const fill = (states: Opened, count: number): void => {
    for (let key = 0; key < count; key++) {
      states.at(key);
      states.value.set(key);
    }
  };

  it('comes with every access to a few keys, until all that has expired is gone (I2)', () => {
    const states = open({ cleanup: { keys: 3, each: 'access' } });
    fill(states, 100);
    states.clock.advance(10);
    states.at('another');
    states.value.get();
    expect(states.held()).toBeGreaterThanOrEqual(97);
    // Once round: 100 keys and 4 groups, from wherever it had come to.
    for (let access = 0; access < 2 * Math.ceil(104 / 3); access++) states.value.get();
    expect(states.held()).toBe(0);
  });

  it('comes with every record when that is asked for', () => {
    const states = open({ cleanup: { keys: 3, each: 'record' } });
    fill(states, 100);
    states.clock.advance(10);
    for (let access = 0; access < 1_000; access++) states.value.get();
    expect(states.held()).toBeGreaterThan(90);
    for (let record = 0; record < 2 * Math.ceil(104 / 3); record++) states.at('another');
    expect(states.held()).toBe(0);
  });

  it('does not come when it is declined', () => {
    const states = open();
    fill(states, 10);
    states.clock.advance(10);
    for (let access = 0; access < 1_000; access++) states.list.get();
    expect(states.held()).toBe(10);
  });

  it('changes nothing that is seen', () => {
    const step = fc.record({
      kind: fc.constantFrom('get', 'set', 'add', 'put', 'delete', 'read', 'wait', 'wait'),
      key: fc.constantFrom('a', 'b', 1, 2),
      value: fc.integer({ min: 0, max: 6 }),
    });
    const seen = (
      cleanup: StateTtl['cleanup'],
      steps: readonly Step[],
      update: StateTtl['update'],
    ) => {
      const states = open({ cleanup, update });
      return steps.map(({ kind, key, value }) => {
        states.at(key);
        if (kind === 'wait') states.clock.advance(value);
        else if (kind === 'set') states.value.set(value);
        else if (kind === 'add') {
          states.list.add(value);
          states.sum.add(value);
        } else if (kind === 'put') states.map.set(value % 3, value);
        else if (kind === 'delete') states.map.delete(value % 3);
        else if (kind === 'get')
          return [states.value.get(), states.sum.get(), states.map.get(value % 3)];
        else return [states.list.get(), [...states.map.entries()], states.map.size];
        return undefined;
      });
    };
    type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 60 }),
        fc.constantFrom('on-create-and-write', 'on-read-and-write'),
        (steps, update) => {
          const declined = seen('on-read-only', steps, update);
          expect(seen({ keys: 2, each: 'access' }, steps, update)).toStrictEqual(declined);
          expect(seen({ keys: 50, each: 'record' }, steps, update)).toStrictEqual(declined);
        },
      ),
      { seed: 20_260_101, numRuns: 300 },
    );
  });
});
