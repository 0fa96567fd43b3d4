// api/window-plan.ts, api/windows.ts, api/triggers.ts and api/evictors.ts: which operator windows become, and what is refused
// when a job is described.

import { describe, expect, it } from 'vitest';

import { count, sum } from '../../../runtime/api/aggregate.ts';
import { Environment } from '../../../runtime/api/environment.ts';
import { countEvictor, deltaEvictor, timeEvictor } from '../../../runtime/api/evictors.ts';
import { valueState } from '../../../runtime/api/states.ts';
import {
  continuousEventTimeTrigger,
  continuousProcessingTimeTrigger,
  countTrigger,
  deltaTrigger,
  eventTimeTrigger,
  purging,
} from '../../../runtime/api/triggers.ts';
import {
  cumulative,
  customWindows,
  globalWindow,
  session,
  sliding,
  tumbling,
  tumblingDays,
} from '../../../runtime/api/windows.ts';
import { fromCollection } from '../../../runtime/connectors/collection/spec.ts';
import { validateGraph } from '../../../runtime/graph/validate.ts';

interface Trade {
  readonly shop: string;
  readonly price: number;
}

const from = () => new Environment().from(fromCollection<Trade>([]));
const keyed = () => from().keyBy('shop');
const TEN = tumbling({ sizeMs: 10 });
const columns = { turnover: sum('price') } as const;
const invalid = (message: RegExp): unknown =>
  expect.objectContaining({
    code: 'JOB_INVALID',
    message: expect.stringMatching(message) as unknown,
  });
const larger = (left: Trade, right: Trade): Trade => (left.price < right.price ? right : left);
const total = {
  create: () => 0,
  add: (sum: number, { price }: Trade) => sum + price,
  result: (sum: number) => sum,
};

describe('the operator of windows', () => {
  it('is the plain one for what fires once, at its end, with an accumulator', () => {
    const plain = [
      keyed().window(TEN).aggregate(columns),
      keyed().window(TEN).accumulate(total),
      keyed()
        .window(TEN)
        .reduce(larger, (trade) => trade.price),
    ];
    expect(plain.map(({ node }) => node.spec.kind)).toStrictEqual(['window', 'window', 'window']);
  });

  it('is the general one for everything else', () => {
    const emits = { onWindow: () => undefined };
    const general = [
      keyed()
        .window(TEN)
        .process((trades) => trades.length),
      keyed().window(TEN).reduce(larger, emits),
      keyed().window(TEN).aggregate(columns, emits),
      keyed().window(TEN, { trigger: eventTimeTrigger() }).aggregate(columns),
      keyed()
        .window(TEN, { evictor: countEvictor(1) })
        .aggregate(columns),
      keyed().window(TEN, { allowedLatenessMs: 1 }).aggregate(columns),
      keyed()
        .window(tumbling({ sizeMs: 10, time: 'processing' }))
        .aggregate(columns),
      keyed()
        .window(tumblingDays({ timeZone: 'UTC' }))
        .aggregate(columns),
      keyed()
        .window(session({ gapMs: 1 }))
        .aggregate(columns),
      keyed().countWindow(1).aggregate(columns),
      from().windowAll(TEN).aggregate(columns),
    ];
    expect(new Set(general.map(({ node }) => node.spec.kind))).toStrictEqual(
      new Set(['general-window']),
    );
  });

  it('reads only its columns, unless something else of the job sees the records', () => {
    const reads = [
      keyed()
        .window(session({ gapMs: 1 }))
        .aggregate(columns),
      keyed()
        .window(sliding({ sizeMs: 10, slideMs: 5 }), { allowedLatenessMs: 1 })
        .aggregate(columns),
      from().windowAll(TEN).aggregate(columns),
      keyed()
        .window(session({ gapMs: ({ price }) => price }))
        .aggregate(columns),
      keyed()
        .window(TEN, { trigger: countTrigger(2) })
        .aggregate(columns),
      keyed()
        .window(TEN, { evictor: countEvictor(2) })
        .aggregate(columns),
      keyed()
        .window(TEN)
        .process(() => 1),
    ];
    expect(reads.map(({ node }) => node.reads)).toStrictEqual([
      ['shop', 'price'],
      ['shop', 'price'],
      ['price'],
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('has one subtask over all records, and says so when a job wants more', () => {
    const all = from().windowAll(TEN).aggregate(columns);
    expect(all.node.parallelism).toBe(1);
    const graph = { nodes: [{ ...all.node, id: 0, inputs: [] }] };
    expect(() => validateGraph(graph, [1], 'streaming')).not.toThrow(invalid(/one subtask/));
    expect(() => validateGraph(graph, [2], 'streaming')).toThrow(
      invalid(/parallelism 2.*one subtask/),
    );
  });
});

describe('a job is told', () => {
  it('that a global window needs a trigger', () => {
    expect(() => keyed().window(globalWindow())).toThrow(invalid(/give it a trigger/));
  });

  it('that merging windows need a trigger that can follow', () => {
    const trigger = deltaTrigger<Trade>({ threshold: 1, deltaOf: () => 0 });
    const merging = customWindows<Trade>({
      label: 'mine',
      time: 'event',
      assign: () => [],
      merge: () => [],
    });
    for (const windows of [session<Trade>({ gapMs: 1 }), merging]) {
      expect(() => keyed().window(windows, { trigger })).toThrow(invalid(/"delta\(1\)".*onMerge/));
      expect(() => keyed().window(windows, { trigger: purging(trigger) })).toThrow(
        invalid(/"purging delta\(1\)"/),
      );
      keyed().window(windows, { trigger: purging(countTrigger(1)) });
    }
    keyed().window(customWindows({ label: 'mine', time: 'event', assign: () => [] }), { trigger });
  });

  it('that merging windows need an aggregate that can follow, unless records are kept', () => {
    const sessions = keyed().window(session({ gapMs: 1 }));
    expect(() => sessions.accumulate(total)).toThrow(
      invalid(/session windows merge.*merge\(left, right\)/),
    );
    sessions.accumulate({ ...total, merge: (left, right) => left + right });
    sessions.reduce(larger);
    sessions.aggregate({ trades: count() });
    keyed()
      .window(session({ gapMs: 1 }), { evictor: countEvictor(1) })
      .accumulate(total);
  });

  it('that the states of a window cannot merge', () => {
    const functions = { windowState: { firings: valueState<number>() }, onWindow: () => undefined };
    expect(() =>
      keyed()
        .window(session({ gapMs: 1 }))
        .process(functions),
    ).toThrow(invalid(/windowState/));
    keyed().window(TEN).process(functions);
  });

  it.each([-1, 0.5, Number.NaN, Infinity])('that lateness is not %d', (allowedLatenessMs) => {
    expect(() => keyed().window(TEN, { allowedLatenessMs })).toThrow(invalid(/allowedLatenessMs/));
  });

  it('that nothing is late in processing time', () => {
    const late = { allowedLatenessMs: 1 };
    const clock = customWindows<Trade>({ label: 'mine', time: 'processing', assign: () => [] });
    for (const windows of [
      tumbling({ sizeMs: 10, time: 'processing' }),
      session<Trade>({ gapMs: 1, time: 'processing' }),
      tumblingDays({ timeZone: 'UTC', time: 'processing' }),
      clock,
    ]) {
      expect(() => keyed().window(windows, late)).toThrow(invalid(/Nothing is late/));
    }
  });

  it.each(['Lisbon', '', 'Mars/Olympus'])('that "%s" is no time zone', (timeZone) => {
    expect(() => tumblingDays({ timeZone })).toThrow(invalid(/no time zone/));
  });

  it.each([0, -1, 1.5, Number.NaN])('that %d is no count, gap or interval', (value) => {
    expect(() => keyed().countWindow(value)).toThrow(invalid(/positive whole number/));
    expect(() => keyed().countWindow(1, value)).toThrow(invalid(/positive whole number/));
    expect(() => session({ gapMs: value })).toThrow(invalid(/session/));
    expect(() => continuousEventTimeTrigger({ intervalMs: value })).toThrow(invalid(/intervalMs/));
    expect(() => continuousProcessingTimeTrigger({ intervalMs: value })).toThrow(
      invalid(/intervalMs/),
    );
    expect(() => sliding({ sizeMs: 10, slideMs: value })).toThrow(invalid(/sliding/));
    expect(() => cumulative({ sizeMs: 10, stepMs: value, time: 'processing' })).toThrow(
      invalid(/cumulative/),
    );
  });

  it('that an evictor keeps no less than nothing', () => {
    expect(() => countEvictor(-1)).toThrow(invalid(/countEvictor/));
    expect(() => timeEvictor({ keepMs: Number.NaN })).toThrow(invalid(/timeEvictor/));
  });
});

describe('labels', () => {
  it('say what a trigger or evictor does', () => {
    const labels = [
      purging(countTrigger(3)),
      continuousEventTimeTrigger({ intervalMs: 5 }),
      countEvictor(2),
      timeEvictor({ keepMs: 7, when: 'after' }),
      deltaEvictor({ threshold: 1, deltaOf: () => 0 }),
    ].map(({ label }) => label);
    expect(labels).toStrictEqual([
      'purging count(3)',
      'continuous event time(5 ms)',
      'count(2)',
      'time(7 ms), after',
      'delta(1)',
    ]);
  });
});
