// The operator around the automaton: order of time, lateness, timers, keys, and what is left of a key.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type DescribePattern, PatternStart } from '../../../runtime/api/pattern.ts';
import { NO_TIMESTAMP } from '../../../runtime/connectors/connector.ts';
import { EngineError } from '../../../runtime/core/errors.ts';
import { createDetect } from '../../../runtime/operators/detect.ts';
import {
  type DetectSpec,
  type MatchedEvents,
  type PatternSpec,
  TIMED_OUT_OUTPUT,
} from '../../../runtime/operators/pattern-spec.ts';
import { LATE_OUTPUT } from '../../../runtime/operators/spec.ts';
import { type HarnessOptions, OperatorHarness } from '../../support/operator-harness.ts';

interface Reading {
  readonly key: string;
  readonly text: string;
}

const rise: DescribePattern<Reading, unknown, unknown> = (p) =>
  p
    .begin('low', { where: ({ text }) => text.startsWith('low') })
    .followedBy('high', { where: ({ text }) => text.startsWith('high') });

type Setup = Partial<Omit<DetectSpec, 'pattern'>> & Partial<PatternSpec> & HarnessOptions;

function detecting(pattern: DescribePattern<Reading, unknown, unknown>, setup: Setup = {}) {
  const { steps } = pattern(new PatternStart());
  const { withinMs = Infinity, skip = 'none', partialMatchesMax = 100, ...rest } = setup;
  const select = (
    match: MatchedEvents,
    { key, timestampMs }: { key: unknown; timestampMs: number },
  ) =>
    `${String(key)}@${timestampMs}: ${(Object.values(match).flat() as Reading[]).map(({ text }) => text).join(' ')}`;
  return new OperatorHarness(
    (context) =>
      createDetect(
        {
          kind: 'detect',
          selector: { keyOf: (value) => (value as Reading).key, fields: ['key'] },
          detection: {
            time: 'event',
            compare: undefined,
            select,
            timedOut: select,
            ...rest,
            pattern: { steps, withinMs, skip, partialMatchesMax },
          },
        },
        context,
      ),
    setup,
  );
}

function reading(text: string, key = 'k'): Reading {
  return { key, text };
}

describe('in event time', () => {
  it('offers records in order of time, once the watermark has passed them', () => {
    const harness = detecting(rise);
    harness.process(reading('high2'), 20);
    harness.process(reading('low1'), 10);
    harness.advance(19);
    expect(harness.values).toEqual([]);
    harness.advance(20);
    expect(harness.emitted).toEqual([{ value: 'k@20: low1 high2', timestampMs: 20 }]);
  });

  it('keeps keys apart, and takes what happens to them in order of time', () => {
    const harness = detecting(rise);
    for (const [text, key, timeMs] of [
      ['low1', 'a', 1],
      ['low2', 'b', 2],
      ['high3', 'b', 3],
      ['high4', 'a', 4],
    ] as const) {
      harness.process(reading(text, key), timeMs);
    }
    harness.advance(10);
    expect(harness.values).toEqual(['b@3: low2 high3', 'a@4: low1 high4']);
  });

  it('orders records of one time by arrival, or as it is told', () => {
    const compare = (left: unknown, right: unknown): number =>
      (left as Reading).text < (right as Reading).text ? -1 : 1;
    for (const [options, values] of [
      [{}, []],
      [{ compare: (left: unknown, right: unknown) => -compare(left, right) }, ['k@5: low high']],
    ] as const) {
      const harness = detecting(rise, options);
      harness.process(reading('high'), 5);
      harness.process(reading('low'), 5);
      harness.advance(5);
      expect(harness.values).toEqual(values);
    }
  });

  it('passes on late records, or drops and counts them', () => {
    const heard = detecting(rise, { listensTo: [LATE_OUTPUT] });
    const unheard = detecting(rise);
    for (const harness of [heard, unheard]) {
      harness.advance(10);
      harness.process(reading('low'), 10);
      harness.process(reading('high'), 11);
      harness.advance(20);
      expect(harness.values).toEqual([]);
    }
    expect(heard.side.get(LATE_OUTPUT)).toEqual([{ value: reading('low'), timestampMs: 10 }]);
    expect(unheard.counters.get('numLateRecordsDropped')).toBe(1);
  });

  it('tells matches that time ran out on, without another record of the key', () => {
    const harness = detecting(rise, { withinMs: 10, listensTo: [TIMED_OUT_OUTPUT] });
    harness.process(reading('low1'), 1);
    harness.process(reading('low5'), 5);
    harness.process(reading('high11'), 11);
    harness.advance(14);
    expect(harness.side.get(TIMED_OUT_OUTPUT)).toEqual([{ value: 'k@11: low1', timestampMs: 11 }]);
    expect(harness.values).toEqual(['k@11: low5 high11']);
    harness.process(reading('low20'), 20);
    harness.advance(100);
    expect(harness.side.get(TIMED_OUT_OUTPUT)?.slice(1)).toEqual([
      { value: 'k@30: low20', timestampMs: 30 },
    ]);
  });

  it('stops when the outputs are full and goes on where it was', () => {
    const harness = detecting(rise);
    for (let index = 0; index < 10; index++) {
      harness.process(reading(`low${index}`, `k${index % 3}`), index * 2);
      harness.process(reading(`high${index}`, `k${index % 3}`), index * 2 + 1);
    }
    harness.room = 1;
    let calls = 1;
    while (!harness.advance(100)) {
      harness.room = 1;
      calls++;
    }
    expect(calls).toBeGreaterThan(5);
    expect(harness.values).toEqual(
      Array.from(
        { length: 10 },
        (_, index) => `k${index % 3}@${index * 2 + 1}: low${index} high${index}`,
      ),
    );
  });

  it('refuses records without a timestamp', () => {
    const harness = detecting(rise);
    expect(() => {
      harness.process(reading('low'), NO_TIMESTAMP);
    }).toThrow(/without a timestamp/);
  });

  it('gives the same whatever the order of arrival and the steps of the watermark', () => {
    const events = fc.array(fc.constantFrom('low', 'high', 'other'), { maxLength: 12 });
    fc.assert(
      fc.property(events, fc.array(fc.nat(3), { minLength: 12 }), (texts, delays) => {
        const records = texts.map((text, index) => ({ text: `${text}${index}`, timeMs: index }));
        const inOrder = detecting(rise, { withinMs: 4, listensTo: [TIMED_OUT_OUTPUT] });
        const shuffled = detecting(rise, { withinMs: 4, listensTo: [TIMED_OUT_OUTPUT] });
        for (const { text, timeMs } of records) {
          inOrder.process(reading(text), timeMs);
          inOrder.advance(timeMs);
        }
        const late = records
          .map((record, index) => ({ ...record, atMs: record.timeMs + (delays[index] ?? 0) }))
          .toSorted((left, right) => left.atMs - right.atMs);
        for (const { text, timeMs, atMs } of late) {
          shuffled.process(reading(text), timeMs);
          shuffled.advance(atMs - 4);
        }
        for (const harness of [inOrder, shuffled]) harness.advance(1_000);
        expect(shuffled.emitted).toEqual(inOrder.emitted);
        expect(shuffled.side).toEqual(inOrder.side);
      }),
    );
  });
});

describe('in processing time', () => {
  it('offers records as they come, and lets time run out by the clock', () => {
    const setup = { time: 'processing', withinMs: 10, listensTo: [TIMED_OUT_OUTPUT] } as const;
    const harness = detecting(rise, setup);
    harness.process(reading('low1'), 900);
    harness.moveClock(9);
    harness.process(reading('high2'), 5);
    harness.process(reading('low3'), 5);
    expect(harness.values).toEqual(['k@9: low1 high2']);
    harness.moveClock(9);
    expect(harness.side.get(TIMED_OUT_OUTPUT)).toEqual([]);
    harness.moveClock(1);
    expect(harness.side.get(TIMED_OUT_OUTPUT)?.map(({ value }) => value)).toEqual(['k@19: low3']);
  });

  it('is over with the key in batch mode', () => {
    const setup = { time: 'processing', mode: 'batch', withinMs: 10 } as const;
    const harness = detecting(rise, { ...setup, listensTo: [TIMED_OUT_OUTPUT] });
    harness.process(reading('low1'), 1);
    expect(harness.operator.endKey?.()).toBe(true);
    expect(harness.side.get(TIMED_OUT_OUTPUT)?.map(({ value }) => value)).toEqual(['k@10: low1']);
  });
});

it('forgets a key of whose matches none is left', () => {
  const harness = detecting(rise, { withinMs: 10 });
  harness.process(reading('low'), 1);
  harness.advance(100);
  harness.process(reading('high'), 101);
  harness.advance(200);
  expect(harness.values).toEqual([]);
});

it('forgets a key that ends in batch mode, with matches that have no time limit', () => {
  const harness = detecting(rise, { mode: 'batch' });
  harness.process(reading('low'), 1);
  harness.advance(Infinity);
  expect(harness.operator.endKey?.()).toBe(true);
  harness.watermarkMs = -Infinity;
  harness.process(reading('high'), 2);
  harness.advance(Infinity);
  expect(harness.values).toEqual([]);
});

describe('what a job’s functions throw', () => {
  const boom = (): never => {
    throw new Error('boom');
  };
  it.each([
    ['a condition', detecting((p) => p.begin('a', { where: boom }))],
    ['select', detecting((p) => p.begin('a'), { select: boom })],
  ])('fails the job from %s', (_, harness) => {
    harness.process(reading('low'), 1);
    expect(() => harness.advance(1)).toThrow(/boom/);
  });

  it('says when a key has too many matches', () => {
    const harness = detecting((p) => p.begin('a').followedBy('b', { where: () => false }), {
      partialMatchesMax: 2,
    });
    for (let index = 0; index < 3; index++) harness.process(reading('low'), index);
    try {
      harness.advance(10);
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(EngineError);
      expect((error as EngineError).code).toBe('MEMORY_EXCEEDED');
    }
  });
});
