// operators/broadcast.ts and state/broadcast-state.ts: who writes, who reads, and the keys that the broadcast side visits.

import { describe, expect, it } from 'vitest';

import type { Key } from '../../../runtime/core/key-group.ts';
import { createBroadcast, createKeyedBroadcast } from '../../../runtime/operators/broadcast.ts';
import type {
  BroadcastFunctions,
  KeyedBroadcastFunctions,
  OpenContext,
} from '../../../runtime/operators/spec.ts';
import type { MapState, ValueState } from '../../../runtime/state/state.ts';
import { OperatorHarness } from '../../support/operator-harness.ts';

const ignore = (): undefined => undefined;

function open(functions: Partial<BroadcastFunctions>): OperatorHarness {
  const whole = { broadcast: ['rules'], onRecord: ignore, onBroadcast: ignore, ...functions };
  return new OperatorHarness((context) =>
    createBroadcast({ kind: 'broadcast', functions: whole }, context),
  );
}

function openKeyed(functions: Partial<KeyedBroadcastFunctions>): OperatorHarness {
  const whole: KeyedBroadcastFunctions = {
    broadcast: ['rules'],
    state: { count: { kind: 'value' } },
    onRecord: ignore,
    onBroadcast: ignore,
    onEventTimer: undefined,
    onProcessingTimer: undefined,
    ...functions,
  };
  const selector = { keyOf: (value: unknown) => value as Key, fields: undefined };
  return new OperatorHarness((context) =>
    createKeyedBroadcast({ kind: 'keyed-broadcast', selector, functions: whole }, context),
  );
}

const refusal = (text: RegExp): unknown =>
  expect.objectContaining({
    code: 'USER_FUNCTION_FAILED',
    message: expect.stringMatching(text) as unknown,
  });

describe('broadcast states', () => {
  it('are written by the broadcast side and read by both, a map a name', () => {
    const harness = open({
      broadcast: ['rules', 'seen'],
      onBroadcast: (value, { broadcast }) => {
        broadcast['rules']?.set(value, `rule ${String(value)}`);
        broadcast['seen']?.set('last', value);
      },
      onRecord: (value, { broadcast, emit, timestampMs }) => {
        const { rules, seen } = broadcast;
        emit([rules?.get(value), rules?.has(value), rules?.size, seen?.get('last'), timestampMs]);
        emit([...(rules?.entries() ?? [])]);
      },
    });
    harness.process('a', 1);
    harness.processSecond('a', 2);
    harness.processSecond('b', 2);
    harness.process('a', 3);
    expect(harness.values).toStrictEqual([
      [undefined, false, 0, undefined, 1],
      [],
      ['rule a', true, 2, 'b', 3],
      [
        ['a', 'rule a'],
        ['b', 'rule b'],
      ],
    ]);
  });

  it.each([
    ['set', (rules: MapState<unknown, unknown>) => rules.set('x', 1)],
    ['delete', (rules: MapState<unknown, unknown>) => rules.delete('a')],
    ['clear', (rules: MapState<unknown, unknown>) => rules.clear()],
  ])('cannot be changed by the main side: %s (I1)', (_, change) => {
    const harness = open({
      onBroadcast: (value, { broadcast, emit }) => {
        broadcast['rules']?.set(value, 1);
        emit(broadcast['rules']?.size);
      },
      onRecord: (_value, { broadcast }) => {
        change(broadcast['rules'] as MapState<unknown, unknown>);
      },
    });
    harness.processSecond('a');
    expect(() => {
      harness.process('record');
    }).toThrow(refusal(/"rules" is read-only here/));
    harness.processSecond('b');
    expect(harness.values).toStrictEqual([1, 2]);
  });

  it('can be emptied by the broadcast side', () => {
    const harness = open({
      onBroadcast: (value, { broadcast: { rules }, emit }) => {
        if (value === 'clear') rules?.clear();
        else if (value === 'delete') rules?.delete('a');
        else rules?.set(value, 1);
        emit(rules?.size);
      },
    });
    for (const value of ['a', 'b', 'delete', 'clear']) harness.processSecond(value);
    expect(harness.values).toStrictEqual([1, 2, 1, 0]);
  });
});

describe('a keyed operator with a broadcast side', () => {
  const countUp: KeyedBroadcastFunctions['onRecord'] = (_, { state }) => {
    const count = state['count'] as ValueState<number>;
    count.set((count.get() ?? 0) + 1);
  };

  it('visits every key that holds something, whatever its kind, and may change it', () => {
    const harness = openKeyed({
      state: { count: { kind: 'value' }, other: { kind: 'list' } },
      onRecord: countUp,
      onBroadcast: (value, { forEachKey, emit }) => {
        forEachKey('count', (key, state) => {
          const count = state as ValueState<number>;
          emit([value, key, count.get()]);
          if (key === 'gone') count.clear();
          else count.set(10);
        });
        forEachKey('other', () => {
          emit('nobody has any');
        });
      },
    });
    const keys: readonly Key[] = ['gone', 7, 7n, ['tuple', 1], '["tuple",2]', true];
    for (const key of [...keys, 7]) harness.process(key);
    harness.processSecond('first');
    const first = harness.emitted.splice(0).map(({ value }) => value);
    expect(first).toHaveLength(keys.length);
    expect(first).toStrictEqual(
      expect.arrayContaining(keys.map((key) => ['first', key, key === 7 ? 2 : 1])),
    );
    harness.processSecond('second');
    expect(harness.values).toStrictEqual(
      expect.arrayContaining(keys.slice(1).map((key) => ['second', key, 10])),
    );
    expect(harness.values).toHaveLength(keys.length - 1);
  });

  it('reads the broadcast states in timers', () => {
    const harness = openKeyed({
      onRecord: (_, context) => {
        context.registerEventTimer(5);
      },
      onEventTimer: (timeMs, { key, broadcast, emit }) => {
        emit([timeMs, key, broadcast['rules']?.get('limit')]);
      },
      onBroadcast: (value, { broadcast }) => {
        broadcast['rules']?.set('limit', value);
      },
    });
    harness.process('a');
    harness.processSecond(42);
    harness.advance(5);
    expect(harness.values).toStrictEqual([[5, 'a', 42]]);
  });

  it('cannot write in timers, nor visit a state that is not declared', () => {
    const harness = openKeyed({
      onRecord: (_, context) => {
        context.registerEventTimer(5);
      },
      onEventTimer: (_, { broadcast }) => {
        (broadcast['rules'] as MapState<unknown, unknown>).set('limit', 1);
      },
      onBroadcast: (_, { forEachKey }) => {
        forEachKey('undeclared', ignore);
      },
    });
    harness.process('a');
    expect(() => harness.advance(5)).toThrow(refusal(/read-only/));
    expect(() => {
      harness.processSecond('x');
    }).toThrow(expect.objectContaining({ code: 'JOB_INVALID' }));
  });
});

describe('open and close', () => {
  it.each([
    ['plain', open],
    ['keyed', openKeyed],
  ] as const)('surround the records of a %s operator', async (_, make) => {
    const log: unknown[] = [];
    const harness = make({
      open: async ({ subtaskIndex, parallelism, count }: OpenContext) => {
        await Promise.resolve();
        count('opened');
        log.push(['open', subtaskIndex, parallelism]);
      },
      close: () => {
        log.push('close');
      },
    });
    await harness.operator.close?.(false); // never opened
    await harness.operator.open?.();
    await harness.operator.close?.(true);
    await harness.operator.close?.(true);
    expect(log).toStrictEqual([['open', 0, 1], 'close']);
    expect(harness.counters.get('opened')).toBe(1);
  });

  it('close what a failing open has begun, and name the operator', async () => {
    let closed = 0;
    const harness = open({
      open: () => {
        throw new Error('no connection');
      },
      close: () => {
        closed++;
      },
    });
    await expect(harness.operator.open?.()).rejects.toThrow(refusal(/no connection/));
    await harness.operator.close?.(false);
    expect(closed).toBe(1);
  });
});
