// operators/window-function.ts and operators/window-contents.ts: what the function of a window is given, keeps and may do.

import { describe, expect, expectTypeOf, it } from 'vitest';

import { count, max, sum } from '../../../runtime/api/aggregate.ts';
import { Environment } from '../../../runtime/api/environment.ts';
import { outputTag } from '../../../runtime/api/output-tag.ts';
import { listState, valueState } from '../../../runtime/api/states.ts';
import type { Stream } from '../../../runtime/api/stream.ts';
import { countTrigger } from '../../../runtime/api/triggers.ts';
import { globalWindow, session, tumbling } from '../../../runtime/api/windows.ts';
import { fromCollection } from '../../../runtime/connectors/collection/spec.ts';
import { MAX_WATERMARK } from '../../../runtime/time/watermark.ts';
import type { OperatorHarness } from '../../support/operator-harness.ts';
import { openWindow } from '../../support/window-steps.ts';

interface Sale {
  readonly shop: string;
  readonly till: number;
  readonly price: number;
}

const sale = (shop: string, price: number, till = 1): Sale => ({ shop, price, till });
const sales = () => new Environment().from(fromCollection<Sale>([]));
const TEN = tumbling({ sizeMs: 10 });
const sold = outputTag<number>('count');

describe('the function of a window', () => {
  it('gets key, window and times, and emits with the last millisecond of the window', () => {
    const seen: unknown[] = [];
    const harness = openWindow(
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
    const harness = openWindow(
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
    const harness = openWindow(
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
    const firstPrice = openWindow(
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
    const largest = openWindow(
      sales()
        .keyBy('shop')
        .window(TEN)
        .reduce((left, right) => (right.price > left.price ? right : left), {
          onWindow: ({ price }, { key, window, emit }) => emit([key, window.endMs, price]),
        }),
    );
    const columns = openWindow(
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
    const harness = openWindow(
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
    const harness = openWindow(
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
      afterOne(openWindow(sales().keyBy('shop').window(TEN, late).aggregate(columns))),
    ).toStrictEqual({
      shop: 'a',
      windowStartMs: 0,
      windowEndMs: 10,
      sold: 1,
      dearest: 7,
    });
    expect(
      afterOne(openWindow(sales().keyBy(['shop', 'till']).window(TEN, late).aggregate(columns))),
    ).toStrictEqual({ shop: 'a', till: 2, windowStartMs: 0, windowEndMs: 10, sold: 1, dearest: 7 });
    expect(
      afterOne(
        openWindow(
          sales()
            .keyBy(({ till }) => till * 2)
            .window(TEN, late)
            .aggregate(columns),
        ),
      ),
    ).toStrictEqual({ key: 4, windowStartMs: 0, windowEndMs: 10, sold: 1, dearest: 7 });
  });

  it('name no bounds where there are none, and no key over all records', () => {
    expect(
      afterOne(openWindow(sales().keyBy('shop').countWindow(1).aggregate(columns))),
    ).toStrictEqual({
      shop: 'a',
      sold: 1,
      dearest: 7,
    });
    expect(afterOne(openWindow(sales().windowAll(TEN).aggregate(columns)))).toStrictEqual({
      windowStartMs: 0,
      windowEndMs: 10,
      sold: 1,
      dearest: 7,
    });
    expect(afterOne(openWindow(sales().countWindowAll(1).aggregate(columns)))).toStrictEqual({
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
