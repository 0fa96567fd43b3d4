// operators/deduplicate.ts: one row a key, by event time or by arrival.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { createDeduplicate } from '../../../runtime/operators/deduplicate.ts';
import { MAX_WATERMARK } from '../../../runtime/time/watermark.ts';
import { inOrder, UpsertedRows } from '../../support/applied-rows.ts';
import type { RowChange } from '../../../runtime/operators/change-spec.ts';
import { OperatorHarness } from '../../support/operator-harness.ts';

interface Row {
  readonly key: number;
  readonly id: number;
}

const KEY = { keyOf: (row: unknown) => (row as Row).key, fields: ['key'] };

function open(keep: 'first' | 'last', by: 'event-time' | 'arrival') {
  const output = keep === 'last' ? ({ emitsBefore: false, emit: 'changes' } as const) : undefined;
  return new OperatorHarness((context) =>
    createDeduplicate({ kind: 'deduplicate', selector: KEY, by, output, outputKey: KEY }, context),
  );
}

const records = fc.array(fc.record({ key: fc.nat(2), atMs: fc.nat(9) }), { maxLength: 30 });

function winners(
  list: readonly { key: number; atMs: number }[],
  keep: 'first' | 'last',
  by: string,
): Row[] {
  return [0, 1, 2].flatMap((key) => {
    const mine = list.map((each, id) => ({ ...each, id })).filter((each) => each.key === key);
    const inOrderOfTime =
      by === 'arrival' ? mine : mine.toSorted((left, right) => left.atMs - right.atMs);
    const winner = keep === 'first' ? inOrderOfTime[0] : inOrderOfTime.at(-1);
    return winner === undefined ? [] : [{ key, id: winner.id }];
  });
}

describe('deduplication', () => {
  it.each(['event-time', 'arrival'] as const)('keeps the last by %s, as upserts', (by) => {
    fc.assert(
      fc.property(records, (list) => {
        const last = open('last', by);
        const result = new UpsertedRows((row) => (row as Row).key);
        for (const [id, { key, atMs }] of list.entries()) {
          last.process({ key, id }, atMs);
          for (const { value } of last.emitted.splice(0)) result.apply(value as RowChange<unknown>);
          expect(result.rows).toStrictEqual(inOrder(winners(list.slice(0, id + 1), 'last', by)));
        }
      }),
    );
  });

  it.each(['event-time', 'arrival'] as const)('keeps the first by %s, once', (by) => {
    fc.assert(
      fc.property(records, (list) => {
        const first = open('first', by);
        for (const [id, { key, atMs }] of list.entries()) first.process({ key, id }, atMs);
        first.room = 1;
        while (!first.advance(MAX_WATERMARK)) first.room = 1;
        expect(inOrder(first.values)).toStrictEqual(inOrder(winners(list, 'first', by)));
      }),
    );
  });

  it('emits the first by event time when no earlier one can come, and none after it (I1)', () => {
    const first = open('first', 'event-time');
    first.process({ key: 1, id: 1 }, 10);
    first.process({ key: 1, id: 2 }, 5);
    first.advance(4);
    expect(first.emitted).toStrictEqual([]);
    first.advance(5);
    first.process({ key: 1, id: 3 }, 4);
    first.advance(MAX_WATERMARK);
    expect(first.emitted).toStrictEqual([{ value: { key: 1, id: 2 }, timestampMs: 5 }]);
  });
});
