// operators/join.ts and operators/join-side.ts: after each change of an input, the changes emitted so far amount to the join
// of the inputs so far, whatever is known of the inputs.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { NO_TIMESTAMP } from '../../../runtime/connectors/connector.ts';
import type { RowChange } from '../../../runtime/operators/change-spec.ts';
import { createJoin } from '../../../runtime/operators/join.ts';
import type { JoinSideSpec, RelationalSpec } from '../../../runtime/operators/relational-spec.ts';
import { MAX_WATERMARK } from '../../../runtime/time/watermark.ts';
import { AppliedRows, inOrder } from '../../support/applied-rows.ts';
import { OperatorHarness } from '../../support/operator-harness.ts';

interface Row {
  readonly key: number;
  readonly id: number;
  readonly value: number;
}

type Sides = Pick<Extract<RelationalSpec, { kind: 'join' }>, 'where' | 'output'> & {
  readonly left?: Partial<JoinSideSpec>;
  readonly right?: Partial<JoinSideSpec>;
};

const KEY = { keyOf: (row: unknown) => (row as Row).key, fields: ['key'] };
const ID = { keyOf: (row: unknown) => (row as Row).id, fields: ['id'] };
const SIDE: JoinSideSpec = {
  selector: KEY,
  isChangelog: false,
  primaryKey: undefined,
  isUnique: false,
  isOuter: false,
  retainMs: undefined,
};
const combine = (left: unknown, right: unknown) => ({ left, right });
const changes = (emit: 'changes' | 'final' = 'changes') => ({ emitsBefore: true, emit });

function open({ left, right, where, output }: Sides) {
  return new OperatorHarness((context) =>
    createJoin(
      {
        kind: 'join',
        left: { ...SIDE, ...left },
        right: { ...SIDE, ...right },
        where,
        combine,
        output,
      },
      context,
    ),
  );
}

const row = (key: number, id = 0, value = 0): Row => ({ key, id, value });

/** How rows of a side are found again. */
const FOUND_BY: Readonly<Record<string, Partial<JoinSideSpec>>> = {
  nothing: { isChangelog: false },
  content: { isChangelog: true },
  id: { isChangelog: true, primaryKey: ID },
  key: { isChangelog: true, primaryKey: KEY, isUnique: true },
};

interface Step {
  readonly isLeft: boolean;
  readonly action: 'insert' | 'update' | 'delete';
  readonly pick: number;
  readonly row: Row;
}

const steps = fc.array(
  fc.record({
    isLeft: fc.boolean(),
    action: fc.constantFrom('insert', 'insert', 'update', 'delete'),
    pick: fc.nat(),
    row: fc.record({ key: fc.nat(2), id: fc.nat(3), value: fc.nat(2) }, { noNullPrototype: true }),
  }),
  { maxLength: 25 },
);

/** The change a step makes of a side's rows, which it is applied to; undefined when there is nothing to change. */
function changeOf(step: Step, rows: Row[], foundBy: string): RowChange<Row> | undefined {
  const idOf = (one: Row): unknown =>
    foundBy === 'key' ? one.key : foundBy === 'id' ? `${one.key}/${one.id}` : undefined;
  if (step.action === 'insert' || foundBy === 'nothing') {
    const isTaken =
      idOf(step.row) !== undefined && rows.some((one) => idOf(one) === idOf(step.row));
    if (isTaken) return undefined;
    rows.push(step.row);
    return { kind: '+I', row: step.row };
  }
  const index = step.pick % Math.max(1, rows.length);
  const old = rows[index];
  if (old === undefined) return undefined;
  rows.splice(index, 1);
  if (step.action === 'delete') return { kind: '-D', row: { ...old } };
  const next = { ...step.row, key: old.key, ...(foundBy === 'content' ? {} : { id: old.id }) };
  rows.push(next);
  // What is found by a primary key is updated without being told what was there.
  return foundBy === 'content'
    ? { kind: '+U', row: next, before: { ...old } }
    : { kind: '+U', row: next };
}

/** The join, in the plainest way. */
function nestedLoops(
  left: readonly Row[],
  right: readonly Row[],
  { isLeft = false, isRight = false, where = (_l: Row, _r: Row) => true },
) {
  const belong = (l: Row, r: Row): boolean => l.key === r.key && where(l, r);
  const pairs = left.flatMap((l) =>
    right.filter((r) => belong(l, r)).map((r) => ({ left: l, right: r })),
  );
  const lonelyLeft = left.filter((l) => !right.some((r) => belong(l, r)));
  const lonelyRight = right.filter((r) => !left.some((l) => belong(l, r)));
  return [
    ...pairs,
    ...(isLeft ? lonelyLeft.map((l) => ({ left: l, right: undefined })) : []),
    ...(isRight ? lonelyRight.map((r) => ({ left: undefined, right: r })) : []),
  ];
}

describe('an incremental join', () => {
  const modes = fc.constantFrom(...Object.keys(FOUND_BY));
  const inputs = fc.record({
    left: modes,
    right: modes,
    isLeft: fc.boolean(),
    isRight: fc.boolean(),
    where: fc.constantFrom(undefined, (left: Row, right: Row) => left.value <= right.value),
  });

  it('amounts to the join of its inputs after every change (I1, I2)', () => {
    fc.assert(
      fc.property(inputs, steps, ({ left, right, isLeft, isRight, where }, list) => {
        const join = open({
          left: { ...FOUND_BY[left], isOuter: isLeft },
          right: { ...FOUND_BY[right], isOuter: isRight },
          where: where as (left: unknown, right: unknown) => boolean,
          output: changes(),
        });
        const rows = { left: [] as Row[], right: [] as Row[] };
        const result = new AppliedRows();
        for (const step of list) {
          const foundBy = step.isLeft ? left : right;
          const change = changeOf(step, step.isLeft ? rows.left : rows.right, foundBy);
          if (change === undefined) continue;
          const value = foundBy === 'nothing' ? change.row : change;
          if (step.isLeft) join.process(value);
          else join.operator.processSecond?.(value, 0);
          for (const { value: emitted } of join.emitted.splice(0)) {
            result.apply(emitted as RowChange<unknown>);
          }
          const options = { isLeft, isRight, ...(where === undefined ? {} : { where }) };
          const expected = nestedLoops(rows.left, rows.right, options);
          expect(result.rows).toStrictEqual(inOrder(expected));
        }
      }),
      { numRuns: 500 },
    );
  });

  it('emits plain records, with the later timestamp, when nothing is taken back (I3)', () => {
    const join = open({ where: undefined, output: undefined });
    join.process(row(1, 1), 50);
    join.operator.processSecond?.(row(1, 2), 20);
    join.operator.processSecond?.(row(1, 3), NO_TIMESTAMP);
    join.operator.processSecond?.(row(2, 4), 60);
    expect(join.emitted).toStrictEqual([
      { value: { left: row(1, 1), right: row(1, 2) }, timestampMs: 50 },
      { value: { left: row(1, 1), right: row(1, 3) }, timestampMs: 50 },
    ]);
  });

  it('turns the update of a row into updates of its results, without a delete', () => {
    const join = open({
      left: { ...FOUND_BY['key'] },
      where: undefined,
      output: { emitsBefore: false, emit: 'changes' },
    });
    join.process({ kind: '+I', row: row(1, 0, 1) });
    join.operator.processSecond?.(row(1, 7), 0);
    join.process({ kind: '+U', row: row(1, 0, 2) });
    expect(join.values).toStrictEqual([
      { kind: '+I', row: { left: row(1, 0, 1), right: row(1, 7) } },
      { kind: '+U', row: { left: row(1, 0, 2), right: row(1, 7) } },
    ]);
  });

  it('takes the row without a match back before the first match (I2)', () => {
    const join = open({ left: { isOuter: true }, where: undefined, output: changes() });
    join.process(row(1));
    join.operator.processSecond?.(row(1, 7), 0);
    expect(join.values).toStrictEqual([
      { kind: '+I', row: { left: row(1), right: undefined } },
      { kind: '-D', row: { left: row(1), right: undefined } },
      { kind: '+I', row: { left: row(1), right: row(1, 7) } },
    ]);
  });

  it('forgets rows that were retained for their time, and takes nothing back (I4)', () => {
    const join = open({
      left: { ...FOUND_BY['content'], retainMs: 10 },
      where: undefined,
      output: changes(),
    });
    join.process({ kind: '+I', row: row(1, 1) }, 100);
    join.process({ kind: '+I', row: row(1, 2) }, 101);
    join.operator.processSecond?.(row(1, 7), 100);
    join.emitted.length = 0;
    join.advance(110);
    join.process({ kind: '-D', row: row(1, 1) }, 111);
    expect(join.counters.get('deletesOfUnknownRows')).toBe(1);
    join.operator.processSecond?.(row(1, 8), 111);
    expect(join.values).toStrictEqual([{ kind: '+I', row: { left: row(1, 2), right: row(1, 8) } }]);
  });

  it('forgets rows of a plain stream in the same millisecond (I4)', () => {
    const join = open({ left: { retainMs: 10 }, where: undefined, output: undefined });
    join.process(row(1, 1), 100);
    join.process(row(1, 2), 101);
    join.advance(110);
    join.operator.processSecond?.(row(1, 7), 110);
    expect(join.values).toStrictEqual([{ left: row(1, 2), right: row(1, 7) }]);
  });

  it('keeps as many rows of equal content as were not deleted', () => {
    const join = open({ left: FOUND_BY['content'] ?? {}, where: undefined, output: changes() });
    for (const kind of ['+I', '+I', '+I', '-D', '+I', '-D', '-D'])
      join.process({ kind, row: row(1, 1) });
    join.operator.processSecond?.(row(1, 7), 0);
    expect(join.values).toStrictEqual([{ kind: '+I', row: { left: row(1, 1), right: row(1, 7) } }]);
    join.process({ kind: '-D', row: row(1, 1) });
    join.operator.processSecond?.(row(1, 8), 0);
    expect(join.values.slice(1)).toStrictEqual([
      { kind: '-D', row: { left: row(1, 1), right: row(1, 7) } },
    ]);
  });

  it('can hold its changes back, and then says what is left, as long as there is room', () => {
    const join = open({ left: FOUND_BY['content']!, where: undefined, output: changes('final') });
    join.process({ kind: '+I', row: row(1, 1) });
    join.operator.processSecond?.(row(1, 7), 0);
    join.operator.processSecond?.(row(1, 8), 0);
    join.process({ kind: '+U', before: row(1, 1), row: row(1, 2) });
    join.advance(1000);
    expect(join.emitted).toStrictEqual([]);
    join.room = 1;
    expect(join.advance(MAX_WATERMARK)).toBe(false);
    expect(join.emitted).toHaveLength(1);
    join.room = 10;
    expect(join.advance(MAX_WATERMARK)).toBe(true);
    expect(inOrder(join.values)).toStrictEqual(
      inOrder([7, 8].map((id) => ({ kind: '+I', row: { left: row(1, 2), right: row(1, id) } }))),
    );
  });
});
