// operators/interval-join.ts and operators/timed-rows.ts: Flink's interval join, against loops over all pairs.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { NO_TIMESTAMP } from '../../../runtime/connectors/connector.ts';
import { createIntervalJoin } from '../../../runtime/operators/interval-join.ts';
import { MAX_WATERMARK, NO_WATERMARK } from '../../../runtime/time/watermark.ts';
import { inOrder } from '../../support/applied-rows.ts';
import { OperatorHarness } from '../../support/operator-harness.ts';

interface Row {
  readonly key: number;
  readonly id: number;
}

const KEY = { keyOf: (row: unknown) => (row as Row).key, fields: ['key'] };

function open(lowerMs: number, upperMs: number, listensTo: readonly string[] = []) {
  return new OperatorHarness(
    (context) =>
      createIntervalJoin(
        {
          kind: 'interval-join',
          left: KEY,
          right: KEY,
          lowerMs,
          upperMs,
          combine: (left, right) => `${(left as Row).id}-${(right as Row).id}`,
        },
        context,
      ),
    { listensTo },
  );
}

const row = (id: number, key = 1): Row => ({ key, id });
const right = (join: OperatorHarness, value: Row, timestampMs: number): void => {
  join.operator.processSecond?.(value, timestampMs);
};

describe('an interval join', () => {
  const steps = fc.array(
    fc.oneof(
      {
        weight: 5,
        arbitrary: fc.record({
          kind: fc.constantFrom('left', 'right'),
          key: fc.nat(1),
          atMs: fc.nat(30),
        }),
      },
      {
        weight: 1,
        arbitrary: fc.record({
          kind: fc.constant('watermark'),
          key: fc.constant(0),
          atMs: fc.nat(35),
        }),
      },
    ),
    { maxLength: 40 },
  );

  it('pairs what is in the interval, with the later time, unless it is late or forgotten (I1, I2, I3)', () => {
    const bound = fc.integer({ min: -8, max: 8 });
    fc.assert(
      fc.property(bound, bound, steps, (one, other, list) => {
        const [lowerMs, upperMs] = [Math.min(one, other), Math.max(one, other)];
        const join = open(lowerMs, upperMs, ['late-left', 'late-right']);
        const seen = {
          left: [] as (Row & { atMs: number })[],
          right: [] as (Row & { atMs: number })[],
        };
        const expected: unknown[] = [];
        const late: unknown[] = [];
        let watermarkMs = NO_WATERMARK;
        for (const [id, { kind, key, atMs }] of list.entries()) {
          if (kind === 'watermark') {
            if (atMs <= watermarkMs) continue;
            watermarkMs = atMs;
            join.advance(atMs);
            // Flink: the buffers lose what the cleanup timers up to the watermark name.
            seen.left = seen.left.filter((l) => l.atMs + Math.max(0, upperMs) > atMs);
            seen.right = seen.right.filter((r) => r.atMs + Math.max(0, -lowerMs) > atMs);
            continue;
          }
          const mine = { key, id };
          if (kind === 'left') join.process(mine, atMs);
          else right(join, mine, atMs);
          if (atMs < watermarkMs) {
            late.push(mine);
            continue;
          }
          const isPair = (leftMs: number, rightMs: number): boolean =>
            leftMs + lowerMs <= rightMs && rightMs <= leftMs + upperMs;
          if (kind === 'left') {
            seen.left.push({ ...mine, atMs });
            for (const r of seen.right) {
              if (r.key !== key || !isPair(atMs, r.atMs)) continue;
              expected.push({ value: `${id}-${r.id}`, timestampMs: Math.max(atMs, r.atMs) });
            }
          } else {
            seen.right.push({ ...mine, atMs });
            for (const l of seen.left) {
              if (l.key !== key || !isPair(l.atMs, atMs)) continue;
              expected.push({ value: `${l.id}-${id}`, timestampMs: Math.max(atMs, l.atMs) });
            }
          }
        }
        expect(inOrder(join.emitted)).toStrictEqual(inOrder(expected));
        const sides = [
          ...(join.side.get('late-left') ?? []),
          ...(join.side.get('late-right') ?? []),
        ];
        expect(inOrder(sides.map(({ value }) => value))).toStrictEqual(inOrder(late));
      }),
      { numRuns: 500 },
    );
  });

  it('is late only behind the watermark, not at it (Flink: timestamp < currentWatermark)', () => {
    const join = open(-5, 5);
    join.advance(10);
    join.process(row(1), 10);
    right(join, row(2), 9);
    expect(join.values).toStrictEqual([]);
    expect(join.counters.get('numLateRecordsDropped')).toBe(1);
    right(join, row(3), 10);
    expect(join.values).toStrictEqual(['1-3']);
  });

  it('forgets a record when the watermark reaches the end of its interval', () => {
    const join = open(0, 5);
    join.process(row(1), 10);
    join.process(row(2), 11);
    join.advance(15);
    right(join, row(3), 15);
    expect(join.values).toStrictEqual(['2-3']);
    join.advance(MAX_WATERMARK);
  });

  it('names the operator when a record has no timestamp', () => {
    const join = open(0, 5);
    expect(() => {
      join.process(row(1), NO_TIMESTAMP);
    }).toThrow(/the operator got a record without a timestamp/);
  });
});
