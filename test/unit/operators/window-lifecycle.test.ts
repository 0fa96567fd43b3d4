// operators/general-window.ts: full outputs, late records, the end of a key in batch mode, and what a job may do wrong.

import { describe, expect, it } from 'vitest';

import { count } from '../../../runtime/api/aggregate.ts';
import { Environment } from '../../../runtime/api/environment.ts';
import { countEvictor } from '../../../runtime/api/evictors.ts';
import { valueState } from '../../../runtime/api/states.ts';
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
import { LATE_OUTPUT } from '../../../runtime/operators/spec.ts';
import { MAX_WATERMARK, NO_WATERMARK } from '../../../runtime/time/watermark.ts';
import type { OperatorHarness } from '../../support/operator-harness.ts';
import { heldBy, openWindow } from '../../support/window-steps.ts';

interface Sale {
  readonly shop: string;
  readonly till: number;
  readonly price: number;
}

const sale = (shop: string, price: number, till = 1): Sale => ({ shop, price, till });
const sales = () => new Environment().from(fromCollection<Sale>([]));
const TEN = tumbling({ sizeMs: 10 });

describe('a window operator', () => {
  it('stops while outputs are full, and goes on at the next timer (I3)', () => {
    const harness = openWindow(
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
    const harness = openWindow(
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
    const deaf = openWindow(windowed);
    const listening = openWindow(windowed, { listensTo: [LATE_OUTPUT] });
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

  const endsKeys = ({ operator }: OperatorHarness): boolean => operator.endKey !== undefined;

  it('is wanted by windows that keep records, and by no other', () => {
    const keyed = sales().keyBy('shop');
    const late = { allowedLatenessMs: 1 };
    expect(endsKeys(openWindow(keyed.window(TEN).process(() => 1)))).toBe(true);
    expect(
      endsKeys(
        openWindow(keyed.window(TEN, { evictor: countEvictor(1) }).aggregate({ n: count() })),
      ),
    ).toBe(true);
    expect(endsKeys(openWindow(keyed.window(TEN, late).aggregate({ n: count() })))).toBe(false);
  });

  it('fires timers of both times, and leaves nothing to the next key', () => {
    const harness = openWindow(
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
    const harness = openWindow(
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
      const harness = openWindow(
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
    const thrown = openWindow(sales().keyBy('shop').window(TEN).process(broken));
    thrown.process(sale('a', 1), 1);
    expect(failing(() => thrown.advance(9))).toMatchObject({
      code: 'USER_FUNCTION_FAILED',
      details: { record: '{"timerMs":9,"key":"a","window":{"startMs":0,"endMs":10}}' },
    });
    const trigger = { ...eventTimeTrigger(), onRecord: broken };
    const triggered = openWindow(
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
    const harness = openWindow(
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
    const harness = openWindow(
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
    const harness = openWindow(
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
    const harness = openWindow(
      sales()
        .keyBy('shop')
        .window(windows)
        .process(() => 1),
    );
    harness.process(sale('a', 1), 20);
    expect(failing(() => harness.process(sale('a', 1), 40)).message).toMatch(/\[7, 8\)/);
  });
});
