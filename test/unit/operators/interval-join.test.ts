// operators/interval-join.ts and operators/timed-rows.ts: Flink's interval join, against loops over all pairs.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { NO_TIMESTAMP } from '../../../runtime/connectors/connector.ts';
import { createIntervalJoin } from '../../../runtime/operators/interval-join.ts';
import { NO_WATERMARK } from '../../../runtime/time/watermark.ts';
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

interface Timed {
  readonly key: number;
  readonly id: number;
  readonly atMs: number;
}

interface Step {
  readonly kind: 'left' | 'right' | 'watermark';
  readonly key: number;
  readonly atMs: number;
}

/** What Flink's interval join does, with loops over lists. */
class Model {
  readonly pairs: unknown[] = [];
  readonly late: unknown[] = [];
  watermarkMs = NO_WATERMARK;
  #left: readonly Timed[] = [];
  #right: readonly Timed[] = [];
  readonly #lowerMs: number;
  readonly #upperMs: number;

  constructor(lowerMs: number, upperMs: number) {
    this.#lowerMs = lowerMs;
    this.#upperMs = upperMs;
  }

  /** The buffers lose what the cleanup timers up to the watermark name. */
  advance(watermarkMs: number): void {
    this.watermarkMs = watermarkMs;
    const leftWaitMs = Math.max(0, this.#upperMs);
    const rightWaitMs = Math.max(0, -this.#lowerMs);
    this.#left = this.#left.filter((left) => left.atMs + leftWaitMs > watermarkMs);
    this.#right = this.#right.filter((right) => right.atMs + rightWaitMs > watermarkMs);
  }

  add(isLeft: boolean, mine: Timed): void {
    if (mine.atMs < this.watermarkMs) {
      this.late.push({ key: mine.key, id: mine.id });
      return;
    }
    if (isLeft) this.#left = [...this.#left, mine];
    else this.#right = [...this.#right, mine];
    const pairs = isLeft
      ? this.#right.map((right) => [mine, right] as const)
      : this.#left.map((left) => [left, mine] as const);
    for (const [left, right] of pairs) this.#tell(left, right);
  }

  #tell(left: Timed, right: Timed): void {
    const isIn = left.atMs + this.#lowerMs <= right.atMs && right.atMs <= left.atMs + this.#upperMs;
    if (left.key !== right.key || !isIn) return;
    const timestampMs = Math.max(left.atMs, right.atMs);
    this.pairs.push({ value: `${left.id}-${right.id}`, timestampMs });
  }
}

describe('an interval join', () => {
  const records = fc.record<Step>({
    kind: fc.constantFrom('left', 'right'),
    key: fc.nat(1),
    atMs: fc.nat(30),
  });
  const watermarks = fc.record<Step>({
    kind: fc.constant('watermark'),
    key: fc.constant(0),
    atMs: fc.nat(35),
  });
  const steps = fc.array(
    fc.oneof({ weight: 5, arbitrary: records }, { weight: 1, arbitrary: watermarks }),
    { maxLength: 40 },
  );

  it('pairs what is in the interval, with the later time, unless it is late or forgotten (I1, I2, I3)', () => {
    const bound = fc.integer({ min: -8, max: 8 });
    fc.assert(
      fc.property(bound, bound, steps, (one, other, list) => {
        const [lowerMs, upperMs] = [Math.min(one, other), Math.max(one, other)];
        const join = open(lowerMs, upperMs, ['late-left', 'late-right']);
        const model = new Model(lowerMs, upperMs);
        for (const [id, { kind, key, atMs }] of list.entries()) {
          if (kind === 'watermark') {
            if (atMs <= model.watermarkMs) continue;
            join.advance(atMs);
            model.advance(atMs);
            continue;
          }
          if (kind === 'left') join.process({ key, id }, atMs);
          else right(join, { key, id }, atMs);
          model.add(kind === 'left', { key, id, atMs });
        }
        expect(inOrder(join.emitted)).toStrictEqual(inOrder(model.pairs));
        const late = ['late-left', 'late-right'].flatMap((tag) => join.side.get(tag) ?? []);
        expect(inOrder(late.map(({ value }) => value))).toStrictEqual(inOrder(model.late));
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
    join.advance(16);
    right(join, row(4), 16);
    expect(join.values).toStrictEqual(['2-3']);
  });

  it('names the operator when a record has no timestamp', () => {
    const join = open(0, 5);
    expect(() => {
      join.process(row(1), NO_TIMESTAMP);
    }).toThrow(/the operator got a record without a timestamp/);
  });
});
