// operators/keyed-process.ts and operators/keyed-reduce.ts: state and timers of one key at a time.

import { describe, expect, it } from 'vitest';

import { NO_TIMESTAMP } from '../../../runtime/connectors/connector.ts';
import { outputTag } from '../../../runtime/api/output-tag.ts';
import type { Key } from '../../../runtime/core/key-group.ts';
import { createKeyedProcess } from '../../../runtime/operators/keyed-process.ts';
import { createKeyedReduce } from '../../../runtime/operators/keyed-reduce.ts';
import type {
  KeyedProcessContext,
  KeyedProcessFunctions,
} from '../../../runtime/operators/spec.ts';
import type { ValueState } from '../../../runtime/state/state.ts';
import { MAX_WATERMARK } from '../../../runtime/time/watermark.ts';
import { type HarnessOptions, OperatorHarness } from '../../support/operator-harness.ts';

interface Visit {
  readonly user: string;
  readonly atMs: number;
}

const selector = { keyOf: (value: unknown): Key => (value as Visit).user, fields: ['user'] };
const visit = (user: string, atMs = 0): Visit => ({ user, atMs });

function open(
  functions: Partial<KeyedProcessFunctions>,
  options: HarnessOptions = {},
): OperatorHarness {
  return new OperatorHarness(
    (context) =>
      createKeyedProcess(
        {
          kind: 'keyed-process',
          selector,
          functions: {
            state: {},
            onRecord: () => undefined,
            onEventTimer: undefined,
            onProcessingTimer: undefined,
            ...functions,
          },
        },
        context,
      ),
    options,
  );
}

const tell = (timeMs: number, context: KeyedProcessContext): void => {
  context.emit([context.key, timeMs, context.timestampMs]);
};
const setEventTimer = (value: unknown, context: KeyedProcessContext): void => {
  context.registerEventTimer((value as Visit).atMs);
};
const setProcessingTimer = (value: unknown, context: KeyedProcessContext): void => {
  context.registerProcessingTimer((value as Visit).atMs);
};

describe('a keyed process function', () => {
  it('sees the state of the key at hand only', () => {
    const counting = open({
      state: { visits: { kind: 'value' } },
      onRecord: (_value, context) => {
        const visits = context.state['visits'] as ValueState<number>;
        visits.set((visits.get() ?? 0) + 1);
        context.emit([context.key, visits.get()]);
      },
    });
    for (const user of ['a', 'b', 'a', 'a', 'b']) counting.process(visit(user), 3);
    expect(counting.emitted.at(0)?.timestampMs).toBe(3);
    expect(counting.values).toStrictEqual([
      ['a', 1],
      ['b', 1],
      ['a', 2],
      ['a', 3],
      ['b', 2],
    ]);
  });

  it('gets event timers once each, in order of time, when the watermark has reached them (I1)', () => {
    const timing = open({ onRecord: setEventTimer, onEventTimer: tell });
    for (const [user, atMs] of [
      ['a', 30],
      ['b', 10],
      ['a', 20],
      ['a', 20],
      ['b', 31],
    ] as const) {
      timing.process(visit(user, atMs));
    }
    timing.advance(9);
    expect(timing.values).toStrictEqual([]);
    timing.advance(30);
    expect(timing.values).toStrictEqual([
      ['b', 10, 10],
      ['a', 20, 20],
      ['a', 30, 30],
    ]);
    timing.advance(MAX_WATERMARK);
    expect(timing.values).toHaveLength(4);
    expect(timing.emitted.map(({ timestampMs }) => timestampMs)).toStrictEqual([10, 20, 30, 31]);
  });

  it('may set the next timer in a timer, due or not', () => {
    const chain = open({
      onRecord: setEventTimer,
      onEventTimer: (timeMs, context) => {
        context.emit(timeMs);
        context.registerEventTimer(timeMs + 10);
      },
    });
    chain.process(visit('a', 10));
    chain.advance(35);
    expect(chain.values).toStrictEqual([10, 20, 30]);
  });

  it('deletes a timer of its own key only', () => {
    const timing = open({
      onRecord: (value, context) => {
        const { user, atMs } = value as Visit;
        if (atMs < 0) context.deleteEventTimer(-atMs);
        else context.registerEventTimer(atMs);
        expect(context.key).toBe(user);
      },
      onEventTimer: tell,
    });
    timing.process(visit('a', 10));
    timing.process(visit('b', 10));
    timing.process(visit('a', -10));
    timing.advance(MAX_WATERMARK);
    expect(timing.values).toStrictEqual([['b', 10, 10]]);
  });

  it('gets processing timers a millisecond after their time at the earliest', () => {
    const timing = open(
      { onRecord: setProcessingTimer, onProcessingTimer: tell },
      { startMs: 1000 },
    );
    timing.process(visit('a', 1050));
    timing.process(visit('b', 1020));
    timing.moveClock(20);
    expect(timing.values).toStrictEqual([]);
    timing.moveClock(1);
    expect(timing.values).toStrictEqual([['b', 1020, NO_TIMESTAMP]]);
    timing.moveClock(1000);
    expect(timing.values).toHaveLength(2);
    expect(timing.wakeMs).toBe(Infinity);
  });

  it('gets a processing timer in the past at once, and none that was deleted', () => {
    const timing = open(
      {
        onRecord: (value, context) => {
          context.registerProcessingTimer((value as Visit).atMs);
          context.registerProcessingTimer(2000);
          context.deleteProcessingTimer(2000);
        },
        onProcessingTimer: tell,
      },
      { startMs: 1000 },
    );
    timing.process(visit('a', 5));
    timing.moveClock(0);
    expect(timing.values).toStrictEqual([['a', 5, NO_TIMESTAMP]]);
    timing.moveClock(5000);
    expect(timing.values).toHaveLength(1);
  });

  it('stops firing while the outputs are full and goes on at the same timer', () => {
    const timing = open({ onRecord: setEventTimer, onEventTimer: tell });
    for (let atMs = 0; atMs < 5; atMs++) timing.process(visit('a', atMs));
    timing.room = 2;
    expect(timing.advance(100)).toBe(false);
    expect(timing.values).toHaveLength(2);
    timing.room = Infinity;
    expect(timing.advance(100)).toBe(true);
    expect(timing.emitted.map(({ timestampMs }) => timestampMs)).toStrictEqual([0, 1, 2, 3, 4]);
  });

  it.each([Number.NaN, Infinity])('cannot set a timer for %d', (atMs) => {
    for (const onRecord of [setEventTimer, setProcessingTimer]) {
      expect(() => {
        open({ onRecord }).process(visit('a', atMs));
      }).toThrow('give epoch milliseconds');
    }
  });

  it('fails with the record, the timer, or the record that has no key', () => {
    const fail = (): never => {
      throw new Error('no');
    };
    const record = open({ onRecord: fail });
    expect(() => {
      record.process(visit('a'));
    }).toThrow(
      expect.objectContaining({
        code: 'USER_FUNCTION_FAILED',
        details: expect.objectContaining({ record: '{"user":"a","atMs":0}' }) as unknown,
      }),
    );
    const timer = open({ onRecord: setEventTimer, onEventTimer: fail });
    timer.process(visit('a', 7));
    expect(() => timer.advance(7)).toThrow(
      expect.objectContaining({
        details: expect.objectContaining({ record: '{"timerMs":7,"key":"a"}' }) as unknown,
      }),
    );
    expect(() => {
      record.process(null);
    }).toThrow(
      expect.objectContaining({ details: expect.objectContaining({ record: 'null' }) as unknown }),
    );
  });

  it('knows the watermark, the clock and its counters', () => {
    const asking = open(
      {
        onRecord: (_value, context) => {
          context.count('asked', 2);
          context.output(outputTag('nobody'), 1);
          context.output(outputTag('somebody'), 2);
          context.emit([context.watermarkMs, context.nowMs]);
        },
      },
      { startMs: 77, listensTo: ['somebody'] },
    );
    asking.advance(5);
    asking.process(visit('a'), 9);
    expect(asking.values).toStrictEqual([[5, 77]]);
    expect(asking.counters).toStrictEqual(new Map([['asked', 2]]));
    expect(asking.side.get('somebody')).toStrictEqual([{ value: 2, timestampMs: 9 }]);
  });
});

describe('a keyed reduce', () => {
  const reduce = (combine: (left: unknown, right: unknown) => unknown): OperatorHarness =>
    new OperatorHarness((context) =>
      createKeyedReduce({ kind: 'keyed-reduce', selector, reduce: combine }, context),
    );

  it('emits the combination so far after each record, a key by itself', () => {
    const later = reduce((left, right) => ({
      ...(left as Visit),
      atMs: (left as Visit).atMs + (right as Visit).atMs,
    }));
    for (const [user, atMs] of [
      ['a', 1],
      ['b', 10],
      ['a', 2],
      ['a', 3],
    ] as const) {
      later.process(visit(user, atMs), atMs);
    }
    expect(later.emitted).toStrictEqual([
      { value: visit('a', 1), timestampMs: 1 },
      { value: visit('b', 10), timestampMs: 10 },
      { value: visit('a', 3), timestampMs: 2 },
      { value: visit('a', 6), timestampMs: 3 },
    ]);
  });

  it('fails with the record', () => {
    const failing = reduce(() => {
      throw new Error('no');
    });
    failing.process(visit('a', 1));
    expect(() => {
      failing.process(visit('a', 2));
    }).toThrow(
      expect.objectContaining({
        details: expect.objectContaining({ record: '{"user":"a","atMs":2}' }) as unknown,
      }),
    );
  });
});

describe('in batch mode', () => {
  it('ends a key: timers of both kinds fire, those they set for later do not, and its state is gone', () => {
    const harness = open({
      state: { visits: { kind: 'value' } },
      onRecord: (value, context) => {
        const visits = context.state['visits'] as ValueState<number>;
        visits.set((visits.get() ?? 0) + 1);
        context.emit(visits.get());
        context.registerProcessingTimer((value as Visit).atMs);
      },
      onProcessingTimer: (timeMs, context) => {
        tell(timeMs, context);
        context.registerProcessingTimer(timeMs + 1_000);
      },
    });
    harness.process(visit('ann', 5));
    harness.process(visit('ann', 7));
    harness.room = 1;
    expect(harness.operator.endKey?.()).toBe(false);
    harness.room = 10;
    expect(harness.operator.endKey?.()).toBe(true);
    expect(harness.operator.endKey?.()).toBe(true);
    harness.process(visit('ann', 9));
    expect(harness.values).toStrictEqual([
      1,
      2,
      ['ann', 5, NO_TIMESTAMP],
      ['ann', 7, NO_TIMESTAMP],
      1,
    ]);
  });

  it('reduces to the last value of each key, as room allows', () => {
    const harness = new OperatorHarness(
      (context) =>
        createKeyedReduce(
          {
            kind: 'keyed-reduce',
            selector,
            reduce: (left, right) =>
              visit((left as Visit).user, (left as Visit).atMs + (right as Visit).atMs),
          },
          context,
        ),
      { mode: 'batch' },
    );
    harness.process(visit('ann', 1), 30);
    harness.process(visit('bob', 2), 20);
    harness.process(visit('ann', 3), 10);
    expect(harness.emitted).toStrictEqual([]);
    harness.room = 1;
    expect(harness.operator.endInput?.()).toBe(false);
    harness.room = 1;
    expect(harness.operator.endInput?.()).toBe(true);
    expect(harness.emitted).toStrictEqual([
      { value: visit('ann', 4), timestampMs: 30 },
      { value: visit('bob', 2), timestampMs: 20 },
    ]);
  });
});
