// operators/group-aggregate.ts, operators/group-columns.ts and operators/value-multiset.ts: running aggregates, against
// aggregates computed anew after every change.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { ChangelogOutput, RowChange } from '../../../runtime/operators/change-spec.ts';
import { createGroupAggregate } from '../../../runtime/operators/group-aggregate.ts';
import type { GroupColumnSpec } from '../../../runtime/operators/relational-spec.ts';
import { MAX_WATERMARK } from '../../../runtime/time/watermark.ts';
import { AppliedRows, inOrder } from '../../support/applied-rows.ts';
import { OperatorHarness } from '../../support/operator-harness.ts';

interface Row {
  readonly key: string;
  readonly price: number | null;
  readonly name: string;
}

const column = (
  name: string,
  fn: GroupColumnSpec['function'],
  field?: string,
  where?: (row: unknown) => boolean,
): GroupColumnSpec => ({ name, function: fn, field, where });

const COLUMNS = [
  column('rows', 'count'),
  column('total', 'sum', 'price'),
  column('least', 'min', 'price'),
  column('most', 'max', 'price'),
  column('mean', 'average', 'price'),
  column('names', 'count-distinct', 'name'),
  column('first', 'min', 'name'),
  column('dear', 'count', undefined, (row) => ((row as Row).price ?? 0) > 2),
];

interface Options {
  readonly isChangelog?: boolean;
  readonly columns?: readonly GroupColumnSpec[];
  readonly output?: ChangelogOutput;
  readonly fields?: readonly string[] | undefined;
}

function open({
  isChangelog = false,
  columns = COLUMNS,
  output = { emitsBefore: true, emit: 'changes' },
}: Options) {
  const selector = { keyOf: (row: unknown) => (row as Row).key, fields: ['key'] };
  return new OperatorHarness((context) =>
    createGroupAggregate(
      {
        kind: 'group-aggregate',
        input: { selector, isChangelog, primaryKey: undefined },
        columns,
        output,
        outputKey: selector,
      },
      context,
    ),
  );
}

function aggregated(rows: readonly Row[]): unknown[] {
  return ['a', 'b'].flatMap((key) => {
    const mine = rows.filter((row) => row.key === key);
    if (mine.length === 0) return [];
    const prices = mine.flatMap(({ price }) => price ?? []);
    const total = prices.reduce((left, right) => left + right, 0);
    return [
      {
        key,
        rows: mine.length,
        total,
        least: prices.length === 0 ? undefined : Math.min(...prices),
        most: prices.length === 0 ? undefined : Math.max(...prices),
        mean: prices.length === 0 ? undefined : total / prices.length,
        names: new Set(mine.map(({ name }) => name)).size,
        first: mine.map(({ name }) => name).toSorted()[0],
        dear: mine.filter(({ price }) => (price ?? 0) > 2).length,
      },
    ];
  });
}

const rows = fc.record(
  {
    key: fc.constantFrom('a', 'b'),
    price: fc.option(fc.nat(4), { freq: 5 }),
    name: fc.constantFrom('x', 'y', 'z'),
  },
  { noNullPrototype: true },
);
const steps = fc.array(
  fc.record({
    action: fc.constantFrom('insert', 'insert', 'update', 'delete'),
    pick: fc.nat(),
    row: rows,
  }),
  { maxLength: 30 },
);

describe('running aggregates', () => {
  it('are those of the rows so far after every change (I1)', () => {
    fc.assert(
      fc.property(fc.boolean(), steps, (isChangelog, list) => {
        const groups = open({ isChangelog });
        const there: Row[] = [];
        const result = new AppliedRows();
        for (const { action, pick, row } of list) {
          const index = pick % Math.max(1, there.length);
          const old = there[index];
          if (!isChangelog || action === 'insert' || old === undefined) {
            there.push(row);
            groups.process(isChangelog ? { kind: '+I', row } : row);
          } else {
            there.splice(index, 1);
            const next = { ...row, key: old.key };
            if (action === 'update') there.push(next);
            groups.process(
              action === 'update'
                ? { kind: '+U', row: next, before: old }
                : { kind: '-D', row: old },
            );
          }
          for (const { value } of groups.emitted.splice(0))
            result.apply(value as RowChange<unknown>);
          expect(result.rows).toStrictEqual(inOrder(aggregated(there)));
        }
      }),
      { numRuns: 500 },
    );
  });

  it('say nothing when nothing has changed (I2), nor what was before when nobody asks', () => {
    const groups = open({
      columns: [column('most', 'max', 'price')],
      output: { emitsBefore: false, emit: 'changes' },
    });
    for (const price of [3, 1, 3, 4]) groups.process({ key: 'a', price, name: '' });
    expect(groups.values).toStrictEqual([
      { kind: '+I', row: { key: 'a', most: 3 } },
      { kind: '+U', row: { key: 'a', most: 4 } },
    ]);
  });

  it('can be held back to the end', () => {
    const groups = open({
      columns: [column('rows', 'count')],
      output: { emitsBefore: false, emit: 'final' },
    });
    for (const key of ['a', 'b', 'a']) groups.process({ key, price: 1, name: '' }, 5);
    expect(groups.values).toStrictEqual([]);
    groups.advance(MAX_WATERMARK);
    expect(inOrder(groups.values)).toStrictEqual([
      { kind: '+I', row: { key: 'a', rows: 2 } },
      { kind: '+I', row: { key: 'b', rows: 1 } },
    ]);
  });

  it('keep results apart from prototypes', () => {
    const groups = open({ columns: [column('__proto__', 'count')] });
    groups.process({ key: 'a', price: 1, name: '' });
    const [{ row }] = groups.values as [{ row: object }];
    expect(Object.keys(row)).toStrictEqual(['key', '__proto__']);
  });

  it('count changes of rows they never had', () => {
    const groups = open({ isChangelog: true });
    groups.process({ kind: '-D', row: { key: 'a', price: 1, name: '' } });
    expect(groups.values).toStrictEqual([]);
    expect(groups.counters.get('deletesOfUnknownRows')).toBe(1);
  });
});
