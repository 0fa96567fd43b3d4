// operators/window.ts, operators/window-tables.ts and operators/column-accumulators.ts: Flink's tumbling event-time windows.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { NO_TIMESTAMP } from '../../../runtime/connectors/connector.ts';
import type { Key } from '../../../runtime/core/key-group.ts';
import type { AggregateColumn, WindowEvaluation } from '../../../runtime/operators/spec.ts';
import { periodStartMs } from '../../../runtime/operators/aligned-windows.ts';
import { createWindow } from '../../../runtime/operators/window.ts';
import { MAX_WATERMARK } from '../../../runtime/time/watermark.ts';
import { type HarnessOptions, OperatorHarness } from '../../support/operator-harness.ts';

interface Trade {
  readonly shop: string;
  readonly price: number;
}

const COUNT: AggregateColumn = { name: 'trades', function: 'count', field: undefined };
const columns = (...list: AggregateColumn[]): WindowEvaluation => ({
  kind: 'columns',
  columns: list,
});

function open(
  evaluation: WindowEvaluation = columns(COUNT),
  options: HarnessOptions & { sizeMs?: number; offsetMs?: number; fields?: readonly string[] } = {},
) {
  const { sizeMs = 10, offsetMs = 0, fields = ['shop'] } = options;
  const keyOf = (value: unknown): Key => {
    const record = value as Readonly<Record<string, Key>>;
    const parts = fields.map((field) => record[field] as string);
    return parts.length === 1 ? parts[0]! : parts;
  };
  return new OperatorHarness(
    (context) =>
      createWindow(
        {
          kind: 'window',
          selector: { keyOf, fields },
          windows: { kind: 'tumbling', sizeMs, offsetMs },
          evaluation,
        },
        context,
      ),
    options,
  );
}

const trade = (shop: string, price = 0): Trade => ({ shop, price });

describe('the start of a window', () => {
  it('is where Flink puts it, before the epoch and with offsets too', () => {
    fc.assert(
      fc.property(
        fc.integer(),
        fc.integer({ min: 1, max: 1000 }),
        fc.integer(),
        (ts, sizeMs, any) => {
          const offsetMs = any % sizeMs;
          const startMs = periodStartMs(ts, sizeMs, offsetMs);
          expect(startMs <= ts && ts < startMs + sizeMs).toBe(true);
          expect(Math.abs((startMs - offsetMs) % sizeMs)).toBe(0);
        },
      ),
      { seed: 20_260_101 },
    );
  });
});

describe('a window operator', () => {
  it('fires when the watermark reaches the last millisecond, with that timestamp (I2)', () => {
    const window = open();
    window.process(trade('a'), 0);
    window.process(trade('a'), 9);
    window.process(trade('b'), 10);
    window.advance(8);
    expect(window.emitted).toStrictEqual([]);
    window.advance(9);
    expect(window.emitted).toStrictEqual([
      { value: { shop: 'a', windowStartMs: 0, windowEndMs: 10, trades: 2 }, timestampMs: 9 },
    ]);
    window.advance(100);
    expect(window.emitted).toHaveLength(2);
    window.advance(MAX_WATERMARK);
    expect(window.emitted).toHaveLength(2);
  });

  it('fires windows in order of time, keys in order of arrival (I3)', () => {
    const window = open();
    for (const [shop, ts] of [
      ['c', 35],
      ['b', -5],
      ['a', 12],
      ['b', 12],
      ['x', -25],
    ] as const) {
      window.process(trade(shop), ts);
    }
    window.advance(MAX_WATERMARK);
    expect(
      window.emitted.map(({ value, timestampMs }) => [(value as Trade).shop, timestampMs]),
    ).toStrictEqual([
      ['x', -21],
      ['b', -1],
      ['a', 19],
      ['b', 19],
      ['c', 39],
    ]);
  });

  it('puts windows at offsets', () => {
    const window = open(columns(COUNT), { offsetMs: 3 });
    window.process(trade('a'), 2);
    window.process(trade('a'), 3);
    window.advance(MAX_WATERMARK);
    expect(window.emitted.map(({ timestampMs }) => timestampMs)).toStrictEqual([2, 12]);
  });

  it('counts records behind the watermark and drops them when nobody listens (I1)', () => {
    const window = open();
    window.advance(9);
    window.process(trade('a'), 9);
    window.process(trade('a'), 10);
    expect(window.counters).toStrictEqual(new Map([['numLateRecordsDropped', 1]]));
    window.advance(MAX_WATERMARK);
    expect(window.emitted).toHaveLength(1);
  });

  it('keeps a record that is behind the watermark but whose window is open (I1)', () => {
    const window = open();
    window.advance(8);
    window.process(trade('a'), 1);
    window.advance(9);
    expect(window.emitted).toHaveLength(1);
    expect(window.counters.size).toBe(0);
  });

  it('passes late records on whole to whoever listens (I1)', () => {
    const window = open(columns(COUNT), { listensTo: ['late'] });
    window.advance(100);
    window.process(trade('a', 7), 5);
    expect(window.side.get('late')).toStrictEqual([{ value: trade('a', 7), timestampMs: 5 }]);
    expect(window.counters).toStrictEqual(new Map([['numLateRecords', 1]]));
  });

  it('refuses a record without a timestamp, saying what to do', () => {
    expect(() => {
      open().process(trade('a'), NO_TIMESTAMP);
    }).toThrow(
      expect.objectContaining({
        code: 'JOB_INVALID',
        message: expect.stringContaining('watermarks:') as unknown,
      }),
    );
  });

  it('stops while the outputs are full and goes on without loss or repetition (I3)', () => {
    const events = fc.array(
      fc.tuple(fc.constantFrom('a', 'b', 'c', 'd'), fc.integer({ min: 0, max: 60 })),
      {
        maxLength: 60,
      },
    );
    fc.assert(
      fc.property(events, fc.array(fc.integer({ min: 0, max: 4 })), (trades, rooms) => {
        const free = open();
        const held = open();
        for (const [shop, ts] of trades) {
          free.process(trade(shop), ts);
          held.process(trade(shop), ts);
        }
        free.advance(MAX_WATERMARK);
        const left = [...rooms];
        do {
          held.room = left.shift() ?? Infinity;
        } while (!held.advance(MAX_WATERMARK));
        expect(held.emitted).toStrictEqual(free.emitted);
        expect(held.stateMemory.usedBytes).toBe(0);
      }),
      { seed: 20_260_101, numRuns: 200 },
    );
  });

  it('gives its memory back with the window, and refuses what is over the budget', () => {
    const window = open();
    window.process(trade('a'), 0);
    expect(window.stateMemory.usedBytes).toBeGreaterThan(0);
    window.advance(9);
    expect(window.stateMemory.usedBytes).toBe(0);
    const small = open(columns(COUNT), { stateBytes: 10 });
    expect(() => {
      small.process(trade('a'), 0);
    }).toThrow(expect.objectContaining({ code: 'MEMORY_EXCEEDED' }));
  });

  it('fires twenty thousand open windows', () => {
    const window = open(columns(COUNT), { stateBytes: 64 * 1024 ** 2 });
    for (let ts = 0; ts < 200_000; ts += 10) window.process(trade('a'), ts);
    window.advance(MAX_WATERMARK);
    expect(window.emitted).toHaveLength(20_000);
  });
});

describe('declarative aggregates', () => {
  const FUNCTIONS = ['count', 'sum', 'min', 'max', 'average'] as const;
  const all = columns(
    ...FUNCTIONS.map((name): AggregateColumn => ({
      name,
      function: name,
      field: name === 'count' ? undefined : 'price',
    })),
  );

  it('are what the definitions say, for every key', () => {
    const trades = fc.array(
      fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.integer({ min: -1000, max: 1000 })),
      {
        minLength: 1,
      },
    );
    fc.assert(
      fc.property(trades, (list) => {
        const window = open(all);
        for (const [shop, price] of list) window.process(trade(shop, price), 5);
        window.advance(MAX_WATERMARK);
        const shops = [...new Set(list.map(([shop]) => shop))];
        const expected = shops.map((shop) => {
          const prices = list.filter(([other]) => other === shop).map(([, price]) => price);
          const sum = prices.reduce((total, price) => total + price, 0);
          return {
            shop,
            windowStartMs: 0,
            windowEndMs: 10,
            count: prices.length,
            sum,
            min: Math.min(...prices),
            max: Math.max(...prices),
            average: sum / prices.length,
          };
        });
        expect(window.values).toStrictEqual(expected);
      }),
      { seed: 20_260_101 },
    );
  });

  it('sum integers up to 2^53 exactly', () => {
    const window = open(columns({ name: 'sum', function: 'sum', field: 'price' }));
    window.process(trade('a', 2 ** 53 - 3), 0);
    window.process(trade('a', 2), 0);
    window.advance(MAX_WATERMARK);
    expect(window.values).toMatchObject([{ sum: 2 ** 53 - 1 }]);
  });

  it('name the fields of a key of several', () => {
    const window = open(columns(COUNT), { fields: ['shop', 'price'] });
    window.process(trade('a', 3), 0);
    window.advance(MAX_WATERMARK);
    expect(window.values).toStrictEqual([
      { shop: 'a', price: 3, windowStartMs: 0, windowEndMs: 10, trades: 1 },
    ]);
  });

  it.each(['__proto__', 'with "quotes"', '7', 'constructor'])('can be called %s', (name) => {
    const window = open(columns({ name, function: 'sum', field: 'price' }));
    window.process(trade('a', 5), 0);
    window.advance(MAX_WATERMARK);
    expect(Object.getOwnPropertyDescriptor(window.values[0], name)?.value).toBe(5);
  });
});

describe('accumulators of the job', () => {
  const evaluation: WindowEvaluation = {
    kind: 'general',
    create: () => [],
    add: (accumulator, value) => [...(accumulator as number[]), (value as Trade).price],
    result: (accumulator, key, window) => ({ key, window, prices: accumulator }),
  };

  it('see every record, the key and the window', () => {
    const window = open(evaluation);
    for (const price of [1, 2]) window.process(trade('a', price), 3);
    window.process(trade('b', 3), 13);
    window.advance(MAX_WATERMARK);
    expect(window.values).toStrictEqual([
      { key: 'a', window: { startMs: 0, endMs: 10 }, prices: [1, 2] },
      { key: 'b', window: { startMs: 10, endMs: 20 }, prices: [3] },
    ]);
    expect(window.stateMemory.usedBytes).toBe(0);
  });

  it('fail with the record, or with key and window', () => {
    const fail = (): never => {
      throw new Error('no');
    };
    const adding = open({ ...evaluation, add: fail });
    expect(() => {
      adding.process(trade('a', 1), 0);
    }).toThrow(
      expect.objectContaining({
        details: expect.objectContaining({ record: '{"shop":"a","price":1}' }) as unknown,
      }),
    );
    const ending = open({ ...evaluation, result: fail });
    ending.process(trade('a', 1), 0);
    expect(() => ending.advance(9)).toThrow(
      expect.objectContaining({
        details: expect.objectContaining({
          record: '{"key":"a","window":{"startMs":0,"endMs":10}}',
        }) as unknown,
      }),
    );
  });
});
