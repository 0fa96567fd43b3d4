// operators/window-function.ts, operators/window-contents.ts and operators/general-window.ts: what the function of a window
// is given, keeps and may do, and what happens when outputs are full or the job's code fails.

import { describe, expect, expectTypeOf, it } from 'vitest';

import { count, max, sum } from '../../../runtime/api/aggregate.ts';
import { Environment } from '../../../runtime/api/environment.ts';
import { countEvictor } from '../../../runtime/api/evictors.ts';
import { outputTag } from '../../../runtime/api/output-tag.ts';
import { listState, valueState } from '../../../runtime/api/states.ts';
import type { Stream } from '../../../runtime/api/stream.ts';
import {
  continuousProcessingTimeTrigger,
  countTrigger,
  eventTimeTrigger,
} from '../../../runtime/api/triggers.ts';
import {
  customWindows,
  globalWindow,
  session,
  sliding,
  tumbling,
} from '../../../runtime/api/windows.ts';
import { fromCollection } from '../../../runtime/connectors/collection/spec.ts';
import { NO_TIMESTAMP } from '../../../runtime/connectors/connector.ts';
import type { EngineError } from '../../../runtime/core/errors.ts';
import { LATE_OUTPUT, type OperatorSpec } from '../../../runtime/operators/spec.ts';
import { MAX_WATERMARK, NO_WATERMARK } from '../../../runtime/time/watermark.ts';
import { type HarnessOptions, OperatorHarness } from '../../support/operator-harness.ts';
import { createOperator, heldBy } from '../../support/window-steps.ts';

interface Sale {
  readonly shop: string;
  readonly till: number;
  readonly price: number;
}

const sale = (shop: string, price: number, till = 1): Sale => ({ shop, price, till });
const sales = () => new Environment().from(fromCollection<Sale>([]));
const TEN = tumbling({ sizeMs: 10 });
const sold = outputTag<number>('count');

/** The operator behind a stream of window results. */
function open(
  { node: { spec } }: { readonly node: { readonly spec: OperatorSpec } },
  options: HarnessOptions = {},
): OperatorHarness {
  return new OperatorHarness((context) => createOperator(spec, context), options);
}

describe('the function of a window', () => {
  it('gets key, window and times, and emits with the last millisecond of the window', () => {
    const seen: unknown[] = [];
    const harness = open(
      sales()
        .keyBy(['shop', 'till'])
        .window(TEN)
        .process<string>({
          onWindow(records, context) {
            const { key, window, watermarkMs, nowMs, timestampMs } = context;
            seen.push({ key, window, watermarkMs, nowMs, timestampMs });
            for (const { price } of records) context.emit(`sold for ${price}`);
            context.output(sold, records.length);
            context.count('windows');
          },
        }),
      { listensTo: ['count'], startMs: 500 },
    );
    harness.process(sale('a', 1), 3);
    harness.process(sale('a', 2), 4);
    harness.advance(12);
    expect(seen).toStrictEqual([
      {
        key: ['a', 1],
        window: { startMs: 0, endMs: 10 },
        watermarkMs: 12,
        nowMs: 500,
        timestampMs: 9,
      },
    ]);
    expect(harness.emitted).toStrictEqual([
      { value: 'sold for 1', timestampMs: 9 },
      { value: 'sold for 2', timestampMs: 9 },
    ]);
    expect(harness.side.get('count')).toStrictEqual([{ value: 2, timestampMs: 9 }]);
    expect(harness.counters.get('windows')).toBe(1);
  });

  it('has states of the key, and states of the key and window that end with it (I1)', () => {
    const cleared: unknown[] = [];
    const harness = open(
      sales()
        .keyBy('shop')
        .window(TEN, { allowedLatenessMs: 100 })
        .process({
          state: { firings: valueState<number>() },
          windowState: { firings: valueState<number>(), prices: listState<number>() },
          onWindow(records, { key, window, state, windowState, emit }) {
            state.firings.set((state.firings.get() ?? 0) + 1);
            windowState.firings.set((windowState.firings.get() ?? 0) + 1);
            windowState.prices.add(records.at(-1)?.price ?? 0);
            emit([
              key,
              window.startMs,
              state.firings.get(),
              windowState.firings.get(),
              [...windowState.prices.get()],
            ]);
          },
          onClear({ key, window, windowState }) {
            cleared.push([key, window.startMs, windowState.firings.get()]);
          },
        }),
    );
    harness.process(sale('a', 1), 1);
    harness.process(sale('b', 2), 1);
    harness.process(sale('a', 3), 11);
    harness.advance(19);
    harness.process(sale('a', 4), 2);
    expect(harness.values).toStrictEqual([
      ['a', 0, 1, 1, [1]],
      ['b', 0, 1, 1, [2]],
      ['a', 10, 2, 1, [3]],
      ['a', 0, 3, 2, [1, 4]],
    ]);
    expect(cleared).toStrictEqual([]);
    harness.advance(109);
    expect(cleared).toStrictEqual([
      ['a', 0, 2],
      ['b', 0, 1],
    ]);
    harness.advance(MAX_WATERMARK);
    expect(cleared).toStrictEqual([
      ['a', 0, 2],
      ['b', 0, 1],
      ['a', 10, 1],
    ]);
  });

  it('finds nothing that a window of the same bounds left before', () => {
    const harness = open(
      sales()
        .keyBy('shop')
        .window(tumbling({ sizeMs: 10, time: 'processing' }))
        .process({
          windowState: { firings: valueState<number>() },
          onWindow(_records, { windowState, emit }) {
            windowState.firings.set((windowState.firings.get() ?? 0) + 1);
            emit(windowState.firings.get());
          },
        }),
    );
    harness.process(sale('a', 1));
    harness.moveClock(10);
    harness.clock.advance(-10);
    harness.process(sale('a', 1));
    harness.moveClock(10);
    expect(harness.values).toStrictEqual([1, 1]);
  });

  it('is given the result of an accumulator, of combining, or of columns', () => {
    const firstPrice = open(
      sales()
        .keyBy('shop')
        .window(TEN)
        .accumulate(
          {
            create: () => 0,
            add: (total, { price }) => total + price,
            result: (total) => ({ total }),
          },
          {
            state: { days: valueState<number>() },
            onWindow({ total }, { key, state, emit }) {
              state.days.set((state.days.get() ?? 0) + 1);
              emit([key, total, state.days.get()]);
            },
          },
        ),
    );
    const largest = open(
      sales()
        .keyBy('shop')
        .window(TEN)
        .reduce((left, right) => (right.price > left.price ? right : left), {
          onWindow: ({ price }, { key, window, emit }) => emit([key, window.endMs, price]),
        }),
    );
    const columns = open(
      sales()
        .keyBy('shop')
        .window(TEN)
        .aggregate(
          { sold: count(), turnover: sum('price') },
          { onWindow: (numbers, { key, emit }) => emit([key, numbers]) },
        ),
    );
    for (const harness of [firstPrice, largest, columns]) {
      harness.process(sale('a', 5), 1);
      harness.process(sale('a', 3), 2);
      harness.process(sale('a', 4), 12);
      harness.advance(MAX_WATERMARK);
    }
    expect(firstPrice.values).toStrictEqual([
      ['a', 8, 1],
      ['a', 4, 2],
    ]);
    expect(largest.values).toStrictEqual([
      ['a', 10, 5],
      ['a', 20, 4],
    ]);
    expect(columns.values).toStrictEqual([
      ['a', { sold: 2, turnover: 8 }],
      ['a', { sold: 1, turnover: 4 }],
    ]);
  });

  it('may open and close what it needs', async () => {
    const calls: string[] = [];
    const harness = open(
      sales()
        .keyBy('shop')
        .window(TEN)
        .process({
          open: ({ subtaskIndex }) => void calls.push(`open ${subtaskIndex}`),
          onWindow: () => void calls.push('window'),
          close: () => void calls.push('close'),
        }),
    );
    await harness.operator.open?.();
    harness.process(sale('a', 1), 1);
    harness.advance(9);
    await harness.operator.close?.(true);
    expect(calls).toStrictEqual(['open 0', 'window', 'close']);
  });

  it('keeps a list it was given: later records do not change it', () => {
    const harness = open(
      sales()
        .keyBy('shop')
        .window(globalWindow(), { trigger: countTrigger(1) })
        .process((records) => records),
    );
    harness.process(sale('a', 1));
    harness.process(sale('a', 2));
    harness.process(sale('a', 3));
    expect(harness.values.map((list) => (list as Sale[]).map(({ price }) => price))).toStrictEqual([
      [1],
      [1, 2],
      [1, 2, 3],
    ]);
  });
});

describe('results of columns', () => {
  const columns = { sold: count(), dearest: max('price') } as const;
  const afterOne = (harness: OperatorHarness): unknown => {
    harness.process(sale('a', 7, 2), 3);
    harness.advance(MAX_WATERMARK);
    return harness.values[0];
  };

  it('name the key by its fields, and the bounds', () => {
    const late = { allowedLatenessMs: 1 };
    expect(
      afterOne(open(sales().keyBy('shop').window(TEN, late).aggregate(columns))),
    ).toStrictEqual({
      shop: 'a',
      windowStartMs: 0,
      windowEndMs: 10,
      sold: 1,
      dearest: 7,
    });
    expect(
      afterOne(open(sales().keyBy(['shop', 'till']).window(TEN, late).aggregate(columns))),
    ).toStrictEqual({ shop: 'a', till: 2, windowStartMs: 0, windowEndMs: 10, sold: 1, dearest: 7 });
    expect(
      afterOne(
        open(
          sales()
            .keyBy(({ till }) => till * 2)
            .window(TEN, late)
            .aggregate(columns),
        ),
      ),
    ).toStrictEqual({ key: 4, windowStartMs: 0, windowEndMs: 10, sold: 1, dearest: 7 });
  });

  it('name no bounds where there are none, and no key over all records', () => {
    expect(afterOne(open(sales().keyBy('shop').countWindow(1).aggregate(columns)))).toStrictEqual({
      shop: 'a',
      sold: 1,
      dearest: 7,
    });
    expect(afterOne(open(sales().windowAll(TEN).aggregate(columns)))).toStrictEqual({
      windowStartMs: 0,
      windowEndMs: 10,
      sold: 1,
      dearest: 7,
    });
    expect(afterOne(open(sales().countWindowAll(1).aggregate(columns)))).toStrictEqual({
      sold: 1,
      dearest: 7,
    });
  });

  it('have types that follow', () => {
    const keyed = sales().keyBy('shop');
    expectTypeOf(keyed.window(session({ gapMs: 5 })).aggregate(columns)).toExtend<
      Stream<{
        shop: string;
        windowStartMs: number;
        windowEndMs: number;
        sold: number;
        dearest: number;
      }>
    >();
    expectTypeOf(keyed.countWindow(3).aggregate(columns)).not.toExtend<
      Stream<{ windowStartMs: number }>
    >();
    expectTypeOf(
      keyed.window(TEN).process((records, key) => ({ key, n: records.length })),
    ).toExtend<Stream<{ key: string; n: number }>>();
    expectTypeOf(
      keyed.window(session({ gapMs: ({ price }) => price })).reduce((left) => left),
    ).toExtend<Stream<Sale>>();
    // @ts-expect-error: a text has no sum
    keyed.window(TEN).aggregate({ sold: sum('shop') });
    // @ts-expect-error: a sale has no weight
    session<Sale>({ gapMs: ({ weight }) => weight as number });
  });
});

describe('a window operator', () => {
  it('stops while outputs are full, and goes on at the next timer (I3)', () => {
    const harness = open(
      sales()
        .keyBy('shop')
        .window(TEN)
        .process((records, key) => `${key}${records.length}`),
    );
    for (const shop of ['a', 'b', 'c']) harness.process(sale(shop, 1), 1);
    harness.process(sale('a', 1), 11);
    harness.room = 2;
    expect(harness.advance(19)).toBe(false);
    expect(harness.values).toStrictEqual(['a1', 'b1']);
    expect(harness.advance(19)).toBe(false);
    harness.room = 1;
    expect(harness.advance(19)).toBe(false);
    expect(harness.values).toStrictEqual(['a1', 'b1', 'c1']);
    harness.room = Infinity;
    expect(harness.advance(19)).toBe(true);
    expect(harness.values).toStrictEqual(['a1', 'b1', 'c1', 'a1']);
    expect(heldBy(harness.operator)?.windows).toBe(0);
  });

  it('does so in processing time too', () => {
    const harness = open(
      sales()
        .keyBy('shop')
        .window(tumbling({ sizeMs: 10, time: 'processing' }))
        .process((_records, key) => key),
    );
    for (const shop of ['a', 'b']) harness.process(sale(shop, 1));
    harness.clock.advance(10);
    harness.room = 1;
    expect(harness.operator.onProcessingTime?.(10)).toBe(false);
    expect(harness.values).toStrictEqual(['a']);
    harness.room = 1;
    expect(harness.operator.onProcessingTime?.(10)).toBe(false);
    harness.room = 1;
    expect(harness.operator.onProcessingTime?.(10)).toBe(true);
    expect(harness.values).toStrictEqual(['a', 'b']);
  });

  it('drops and counts late records when nobody listens', () => {
    const windowed = sales()
      .keyBy('shop')
      .window(TEN)
      .process((records) => records.length);
    const deaf = open(windowed);
    const listening = open(windowed, { listensTo: [LATE_OUTPUT] });
    for (const harness of [deaf, listening]) {
      harness.advance(9);
      harness.process(sale('a', 1), 9);
    }
    expect(deaf.counters).toStrictEqual(new Map([['numLateRecordsDropped', 1]]));
    expect(listening.counters).toStrictEqual(new Map([['numLateRecords', 1]]));
  });
});

describe('the end of a key, in batch mode', () => {
  const endKey = (harness: OperatorHarness): boolean => {
    const isDone = harness.advance(MAX_WATERMARK) && harness.operator.endKey?.() !== false;
    if (isDone) harness.watermarkMs = NO_WATERMARK;
    return isDone;
  };

  it('is wanted by windows that keep records, and by no other', () => {
    const keyed = sales().keyBy('shop');
    const late = { allowedLatenessMs: 1 };
    expect(open(keyed.window(TEN).process(() => 1)).operator.endKey).toBeDefined();
    expect(
      open(keyed.window(TEN, { evictor: countEvictor(1) }).aggregate({ n: count() })).operator
        .endKey,
    ).toBeDefined();
    expect(open(keyed.window(TEN, late).aggregate({ n: count() })).operator.endKey).toBeUndefined();
  });

  it('fires timers of both times, and leaves nothing to the next key', () => {
    const harness = open(
      sales()
        .keyBy('till')
        .window(globalWindow(), { trigger: continuousProcessingTimeTrigger({ intervalMs: 10 }) })
        .process({
          state: { all: valueState<number>() },
          windowState: { here: valueState<number>() },
          onWindow(records, { key, state, windowState, emit }) {
            state.all.set((state.all.get() ?? 0) + 1);
            windowState.here.set((windowState.here.get() ?? 0) + 1);
            emit([key, records.length, state.all.get(), windowState.here.get()]);
          },
        }),
    );
    for (const [till, records] of [
      [1, 2],
      [2, 1],
      [1, 3],
    ] as const) {
      for (let index = 0; index < records; index++) harness.process(sale('a', 1, till));
      expect(endKey(harness)).toBe(true);
      expect(heldBy(harness.operator)).toStrictEqual({ keys: 0, windows: 0, timers: 0 });
    }
    expect(harness.values).toStrictEqual([
      [1, 2, 1, 1],
      [2, 1, 1, 1],
      [1, 3, 1, 1],
    ]);
  });

  it('stops while outputs are full', () => {
    const harness = open(
      sales()
        .keyBy('shop')
        .window(sliding({ sizeMs: 10, slideMs: 5, time: 'processing' }))
        .process((records) => records.length),
    );
    harness.process(sale('a', 1));
    harness.room = 1;
    expect(endKey(harness)).toBe(false);
    harness.room = 2;
    expect(endKey(harness)).toBe(true);
    expect(harness.values).toStrictEqual([1, 1]);
  });
});

describe('what a job may do wrong', () => {
  const failing = (act: () => unknown): EngineError => {
    try {
      act();
    } catch (error) {
      return error as EngineError;
    }
    throw new Error('it does not fail');
  };
  const broken = (): never => {
    throw new Error('broken');
  };

  it('gives event-time windows a record without a timestamp', () => {
    for (const windows of [TEN, session({ gapMs: 5 })]) {
      const harness = open(
        sales()
          .keyBy('shop')
          .window(windows)
          .process((records) => records),
      );
      const error = failing(() => harness.process(sale('a', 1), NO_TIMESTAMP));
      expect(error).toMatchObject({ code: 'JOB_INVALID', details: { operator: 'the operator' } });
    }
  });

  it('throws in a function, a trigger or an assigner: told with the record or the window', () => {
    const thrown = open(sales().keyBy('shop').window(TEN).process(broken));
    thrown.process(sale('a', 1), 1);
    expect(failing(() => thrown.advance(9))).toMatchObject({
      code: 'USER_FUNCTION_FAILED',
      details: { record: '{"timerMs":9,"key":"a","window":{"startMs":0,"endMs":10}}' },
    });
    const trigger = { ...eventTimeTrigger(), onRecord: broken };
    const triggered = open(
      sales()
        .keyBy('shop')
        .window(TEN, { trigger })
        .process(() => 1),
    );
    expect(failing(() => triggered.process(sale('a', 1), 1))).toMatchObject({
      code: 'USER_FUNCTION_FAILED',
      details: { record: JSON.stringify(sale('a', 1)) },
    });
  });

  it('gives a session no gap', () => {
    const harness = open(
      sales()
        .keyBy('shop')
        .window(session({ gapMs: ({ price }) => price }))
        .process(() => 1),
    );
    for (const price of [0, -1, 1.5, Number.NaN]) {
      expect(failing(() => harness.process(sale('a', price), 1)).message).toMatch(
        /gap of a session/,
      );
    }
  });

  it('sets a timer for no time', () => {
    const trigger = {
      ...countTrigger(2),
      onRecord: (
        _value: unknown,
        _timestampMs: number,
        { registerEventTimer }: { registerEventTimer: (timeMs: number) => void },
      ) => {
        registerEventTimer(Number.NaN);
        return 'continue' as const;
      },
    };
    const harness = open(
      sales()
        .keyBy('shop')
        .window(TEN, { trigger })
        .process(() => 1),
    );
    expect(failing(() => harness.process(sale('a', 1), 1)).message).toMatch(
      /cannot be set for NaN/,
    );
  });

  it.each([
    ['into the past', [{ startMs: 0, endMs: 5 }], /over already/],
    ['into one that is open', [{ startMs: 20, endMs: 30 }], /another open window/],
  ])('merges windows %s', (_how, [into], message) => {
    const windows = customWindows<Sale>({
      label: 'wrong',
      time: 'event',
      assign: (_value, timestampMs) => [{ startMs: timestampMs, endMs: timestampMs + 10 }],
      merge: (list) => (list.length > 2 ? [{ into: into!, from: list }] : []),
    });
    const harness = open(
      sales()
        .keyBy('shop')
        .window(windows)
        .process(() => 1),
    );
    harness.process(sale('a', 1), 20);
    harness.process(sale('a', 1), 30);
    harness.advance(10);
    expect(failing(() => harness.process(sale('a', 1), 40))).toMatchObject({ code: 'JOB_INVALID' });
    expect(failing(() => harness.process(sale('a', 1), 50)).message).toMatch(message);
  });

  it('merges a window that it was not asked about', () => {
    const windows = customWindows<Sale>({
      label: 'wrong',
      time: 'event',
      assign: (_value, timestampMs) => [{ startMs: timestampMs, endMs: timestampMs + 10 }],
      merge: (list) => [
        { into: { startMs: 0, endMs: 99 }, from: [...list, { startMs: 7, endMs: 8 }] },
      ],
    });
    const harness = open(
      sales()
        .keyBy('shop')
        .window(windows)
        .process(() => 1),
    );
    harness.process(sale('a', 1), 20);
    expect(failing(() => harness.process(sale('a', 1), 40)).message).toMatch(/\[7, 8\)/);
  });
});
