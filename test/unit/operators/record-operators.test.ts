// operators/map.ts, filter.ts, flat-map.ts, process.ts, sink.ts and timestamps.ts: one record at a time.

import { describe, expect, it } from 'vitest';

import { outputTag } from '../../../runtime/api/output-tag.ts';
import type { SinkWriter } from '../../../runtime/connectors/connector.ts';
import { createFilter } from '../../../runtime/operators/filter.ts';
import { createFlatMap } from '../../../runtime/operators/flat-map.ts';
import { createMap } from '../../../runtime/operators/map.ts';
import type { Operator, OperatorContext } from '../../../runtime/operators/operator.ts';
import { createProcess } from '../../../runtime/operators/process.ts';
import { createSink } from '../../../runtime/operators/sink.ts';
import { createTimestamps } from '../../../runtime/operators/timestamps.ts';
import {
  BoundedOutOfOrderness,
  MAX_WATERMARK,
  NO_WATERMARK,
  type WatermarkStrategy,
} from '../../../runtime/time/watermark.ts';
import { OperatorHarness } from '../../support/operator-harness.ts';

const fail = (): never => {
  throw new TypeError('no');
};
const failsFor = (record: string): unknown =>
  expect.objectContaining({
    code: 'USER_FUNCTION_FAILED',
    details: expect.objectContaining({ record }) as unknown,
  });

describe('map, filter, flatMap and process', () => {
  it('pass on results with the timestamp of the record', () => {
    const twice = new OperatorHarness((context) =>
      createMap({ kind: 'map', apply: (value) => (value as number) * 2 }, context),
    );
    const even = new OperatorHarness((context) =>
      createFilter({ kind: 'filter', keep: (value) => (value as number) % 2 === 0 }, context),
    );
    const repeat = new OperatorHarness((context) =>
      createFlatMap(
        { kind: 'flat-map', apply: (value) => Array<unknown>(value as number).fill(value) },
        context,
      ),
    );
    for (const operator of [twice, even, repeat])
      for (const value of [0, 1, 2]) operator.process(value, 10 + value);
    const results = [twice, even, repeat].map(({ emitted }) =>
      emitted.map(({ value, timestampMs }) => [value, timestampMs]),
    );
    expect(results).toStrictEqual([
      [
        [0, 10],
        [2, 11],
        [4, 12],
      ],
      [
        [0, 10],
        [2, 12],
      ],
      [
        [1, 11],
        [2, 12],
        [2, 12],
      ],
    ]);
  });

  it('process sees time and may emit to side outputs', () => {
    const process = new OperatorHarness(
      (context) =>
        createProcess(
          {
            kind: 'process',
            apply: (value, user) => {
              user.emit([value, user.timestampMs, user.watermarkMs]);
              user.output(outputTag('odd'), value);
              user.output(outputTag('unheard'), value);
              user.count('seen');
            },
          },
          context,
        ),
      { listensTo: ['odd'] },
    );
    process.advance(4);
    process.process('x', 9);
    expect(process.values).toStrictEqual([['x', 9, 4]]);
    expect(process.side.get('odd')).toStrictEqual([{ value: 'x', timestampMs: 9 }]);
    expect(process.counters).toStrictEqual(new Map([['seen', 1]]));
  });

  it('fail with the record', () => {
    const makers: ((context: OperatorContext) => Operator)[] = [
      (context) => createMap({ kind: 'map', apply: fail }, context),
      (context) => createFilter({ kind: 'filter', keep: fail }, context),
      (context) => createFlatMap({ kind: 'flat-map', apply: fail }, context),
      (context) =>
        createFlatMap({ kind: 'flat-map', apply: () => ({ [Symbol.iterator]: fail }) }, context),
      (context) => createProcess({ kind: 'process', apply: fail }, context),
      (context) =>
        createProcess(
          {
            kind: 'process',
            apply: (_, user) => {
              user.output(outputTag(' '), 1);
            },
          },
          context,
        ),
    ];
    for (const [index, maker] of makers.entries()) {
      expect(() => {
        new OperatorHarness(maker).process({ at: index });
      }).toThrow(
        expect.objectContaining({
          details: expect.objectContaining({ record: `{"at":${index}}` }) as unknown,
        }),
      );
    }
  });

  it('emit what a generator gave before it threw', () => {
    const half = new OperatorHarness((context) =>
      createFlatMap(
        {
          kind: 'flat-map',
          apply: function* (value) {
            yield value;
            fail();
          },
        },
        context,
      ),
    );
    expect(() => {
      half.process(1);
    }).toThrow(failsFor('1'));
    expect(half.values).toStrictEqual([1]);
  });

  it('do not take the blame for what fails downstream', () => {
    const downstream = (context: OperatorContext): OperatorContext => ({ ...context, emit: fail });
    const makers: ((context: OperatorContext) => Operator)[] = [
      (context) => createMap({ kind: 'map', apply: (value) => value }, downstream(context)),
      (context) => createFilter({ kind: 'filter', keep: () => true }, downstream(context)),
      (context) =>
        createFlatMap({ kind: 'flat-map', apply: (value) => [value] }, downstream(context)),
    ];
    for (const maker of makers) {
      expect(() => {
        new OperatorHarness(maker).process(1);
      }).toThrow(TypeError);
    }
  });
});

describe('a sink operator', () => {
  function open(write: (value: unknown) => void) {
    const calls: string[] = [];
    const say = (what: string) => async (): Promise<void> => {
      calls.push(what);
    };
    const writer: SinkWriter<unknown> = {
      open: say('open'),
      write,
      isFull: true,
      prepare: say('prepare'),
      commit: say('commit'),
      abort: say('abort'),
    };
    return { calls, sink: new OperatorHarness((context) => createSink(writer, context)) };
  }

  it('passes its life on to the writer, and gives up only what was not committed', async () => {
    const written: unknown[] = [];
    const { calls, sink } = open((value) => written.push(value));
    await sink.operator.open?.();
    sink.process('x');
    expect([written, sink.operator.isFull?.()]).toStrictEqual([['x'], true]);
    await sink.operator.prepare?.();
    await sink.operator.commit?.();
    await sink.operator.close?.(true);
    expect(calls).toStrictEqual(['open', 'prepare', 'commit']);
    await sink.operator.close?.(false);
    expect(calls.at(-1)).toBe('abort');
  });

  it('fails with the record', () => {
    expect(() => {
      open(fail).sink.process(1);
    }).toThrow(failsFor('1'));
  });
});

describe('a timestamps operator', () => {
  function open(
    emit: WatermarkStrategy<unknown>['emit'],
    timestamp = (value: unknown) => value as number,
  ) {
    return new OperatorHarness((context) =>
      createTimestamps(
        {
          kind: 'timestamps',
          watermarks: {
            label: 'test',
            timestamp,
            generator: () => new BoundedOutOfOrderness(5),
            emit,
          },
        },
        context,
      ),
    );
  }
  const watermark = (harness: OperatorHarness): number | undefined =>
    harness.operator.outputWatermark?.();

  it('assigns time and replaces the watermarks of its input, except the last', () => {
    const harness = open('every-record');
    expect(watermark(harness)).toBe(NO_WATERMARK);
    harness.process(100, 1);
    expect(harness.emitted).toStrictEqual([{ value: 100, timestampMs: 100 }]);
    expect(watermark(harness)).toBe(94);
    harness.advance(5000);
    expect(watermark(harness)).toBe(94);
    harness.advance(MAX_WATERMARK);
    expect(watermark(harness)).toBe(MAX_WATERMARK);
  });

  it('gives a watermark when its time comes, without another record', () => {
    const harness = open({ intervalMs: 200 });
    harness.process(100);
    expect(watermark(harness)).toBe(NO_WATERMARK);
    expect(harness.wakeMs).toBe(200);
    harness.moveClock(200);
    expect(watermark(harness)).toBe(94);
    expect(harness.wakeMs).toBe(Infinity);
    harness.process(300);
    expect(watermark(harness)).toBe(94);
    expect(harness.wakeMs).toBe(400);
  });

  it.each([Number.NaN, Infinity, undefined])(
    'refuses the timestamp %s with the record',
    (timestamp) => {
      const harness = open('every-record', () => timestamp as number);
      expect(() => {
        harness.process({ broken: true });
      }).toThrow(
        expect.objectContaining({
          code: 'RECORD_MISMATCH',
          details: expect.objectContaining({ record: '{"broken":true}' }) as unknown,
        }),
      );
    },
  );
});
