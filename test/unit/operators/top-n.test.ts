// operators/top-n.ts: the first rows of each key, told with as few changes as the ranks allow.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { ChangelogOutput, RowChange } from '../../../runtime/operators/change-spec.ts';
import { createTopN } from '../../../runtime/operators/top-n.ts';
import { AppliedRows, inOrder } from '../../support/applied-rows.ts';
import { OperatorHarness } from '../../support/operator-harness.ts';

interface Row {
  readonly key: number;
  readonly price: number;
  readonly id: number;
}

interface Options {
  readonly n: number;
  readonly rankField?: string | undefined;
  readonly isChangelog?: boolean;
  readonly output?: ChangelogOutput;
}

const KEY = { keyOf: (row: unknown) => (row as Row).key, fields: ['key'] };

function open({
  n,
  rankField,
  isChangelog = false,
  output = { emitsBefore: true, emit: 'changes' },
}: Options) {
  return new OperatorHarness((context) =>
    createTopN(
      {
        kind: 'top-n',
        input: { selector: KEY, isChangelog, primaryKey: undefined },
        n,
        compare: (left, right) => (right as Row).price - (left as Row).price,
        rankField,
        output,
        outputKey: undefined,
      },
      context,
    ),
  );
}

const row = (price: number, id = 0, key = 1): Row => ({ key, price, id });

/** By price, then time, then arrival: the sort is stable. */
function firstRows(
  rows: readonly { row: Row; atMs: number }[],
  n: number,
  rankField: string | undefined,
) {
  return [0, 1].flatMap((key) =>
    rows
      .filter((each) => each.row.key === key)
      .toSorted((left, right) => right.row.price - left.row.price || left.atMs - right.atMs)
      .slice(0, n)
      .map((each, index) =>
        rankField === undefined ? each.row : { ...each.row, [rankField]: index + 1 },
      ),
  );
}

describe('a top-n list', () => {
  const steps = fc.array(
    fc.record({
      action: fc.constantFrom('insert', 'insert', 'insert', 'update', 'delete'),
      pick: fc.nat(),
      atMs: fc.nat(5),
      row: fc.record({ key: fc.nat(1), price: fc.nat(4), id: fc.nat(100) }),
    }),
    { maxLength: 30 },
  );

  it('amounts to the first rows after every change (I2)', () => {
    const rankFields = fc.constantFrom('rank', undefined);
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 4 }),
        rankFields,
        fc.boolean(),
        steps,
        (n, rankField, isChangelog, list) => {
          const top = open({ n, rankField, isChangelog });
          const rows: { row: Row; atMs: number }[] = [];
          const result = new AppliedRows();
          for (const [number, { action, pick, atMs, row: any }] of list.entries()) {
            const next = { ...any, id: number }; // rows of equal content could not be told apart in the model
            const index = pick % Math.max(1, rows.length);
            const old = rows[index]?.row;
            if (action === 'insert' || !isChangelog || old === undefined) {
              rows.push({ row: next, atMs });
              top.process(isChangelog ? { kind: '+I', row: next } : next, atMs);
            } else {
              rows.splice(index, 1);
              const moved = { ...next, key: old.key };
              if (action === 'update') rows.push({ row: moved, atMs });
              top.process(
                action === 'update'
                  ? { kind: '+U', row: moved, before: { ...old } }
                  : { kind: '-D', row: { ...old } },
                atMs,
              );
            }
            for (const { value } of top.emitted.splice(0))
              result.apply(value as RowChange<unknown>);
            expect(result.rows).toStrictEqual(inOrder(firstRows(rows, n, rankField)));
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  it('does not depend on the order in which records with different times arrive', () => {
    const rows = [row(5, 1), row(5, 2), row(5, 3), row(4, 4)].map((each, index) => ({
      each,
      index,
    }));
    fc.assert(
      fc.property(fc.shuffledSubarray(rows, { minLength: 4 }), (shuffled) => {
        const top = open({ n: 2, rankField: 'rank' });
        for (const { each, index } of shuffled) top.process(each, index);
        const result = new AppliedRows();
        for (const value of top.values) result.apply(value as RowChange<unknown>);
        expect(result.rows).toStrictEqual([
          { ...row(5, 1), rank: 1 },
          { ...row(5, 2), rank: 2 },
        ]);
      }),
    );
  });

  it('tells only what has changed', () => {
    const top = open({ n: 2, rankField: 'rank' });
    for (const price of [10, 8]) top.process(row(price), 0);
    top.emitted.length = 0;
    top.process(row(7), 1);
    expect(top.values).toStrictEqual([]);
    top.process(row(9), 2);
    expect(top.values).toStrictEqual([
      { kind: '+U', row: { ...row(9), rank: 2 }, before: { ...row(8), rank: 2 } },
    ]);
  });

  it('without ranks, tells the row that comes and the one that goes', () => {
    const top = open({ n: 2 });
    for (const price of [10, 8]) top.process(row(price), 0);
    top.emitted.length = 0;
    top.process(row(11), 1);
    expect(top.values).toStrictEqual([
      { kind: '-D', row: row(8) },
      { kind: '+I', row: row(11) },
    ]);
  });

  it('of one row, is updated; nobody is told what it was who need not know', () => {
    const top = open({ n: 1, output: { emitsBefore: false, emit: 'changes' } });
    for (const price of [10, 8, 11]) top.process(row(price), 0);
    expect(top.values).toStrictEqual([
      { kind: '+I', row: row(10) },
      { kind: '+U', row: row(11) },
    ]);
  });

  it('counts deletes of rows it never had', () => {
    const top = open({ n: 1, isChangelog: true });
    top.process({ kind: '-D', row: row(1) });
    expect(top.values).toStrictEqual([]);
    expect(top.counters.get('deletesOfUnknownRows')).toBe(1);
  });
});
