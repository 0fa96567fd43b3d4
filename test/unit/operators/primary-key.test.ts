// operators/primary-key.ts and operators/collapse.ts: changelogs by primary key, and what is left of them.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { Change, RowChange } from '../../../runtime/operators/change-spec.ts';
import { createCollapse } from '../../../runtime/operators/collapse.ts';
import { createPrimaryKey } from '../../../runtime/operators/primary-key.ts';
import { MAX_WATERMARK } from '../../../runtime/time/watermark.ts';
import { AppliedRows, inOrder, UpsertedRows } from '../../support/applied-rows.ts';
import { OperatorHarness } from '../../support/operator-harness.ts';

interface Row {
  readonly id: number;
  readonly value: number;
}

const ID = { keyOf: (row: unknown) => (row as Row).id, fields: ['id'] };
const idOf = (row: unknown): unknown => (row as Row).id;

function open(isUpsert: boolean) {
  const output = { emitsBefore: true, emit: 'changes' } as const;
  return new OperatorHarness((context) =>
    createPrimaryKey({ kind: 'primary-key', primaryKey: ID, isUpsert, output }, context),
  );
}

const row = (id: number, value: number): Row => ({ id, value });

/** Every change must fit both a multiset and a table by key. */
function applyTo(
  results: readonly (AppliedRows | UpsertedRows)[],
  changes: readonly unknown[],
): void {
  for (const change of changes) {
    for (const result of results) result.apply(change as RowChange<unknown>);
  }
}

describe('a primary key', () => {
  it('makes updates of upserts: whatever comes replaces what is there (I1)', () => {
    const changes = fc.array(
      fc.record({
        kind: fc.constantFrom<Change<Row>['kind']>('+I', '-U', '+U', '-D'),
        row: fc.record({ id: fc.nat(2), value: fc.nat(2) }, { noNullPrototype: true }),
      }),
    );
    fc.assert(
      fc.property(changes, (list) => {
        const keyed = open(true);
        const results = [new AppliedRows(), new UpsertedRows(idOf)];
        const there = new Map<number, Row>();
        for (const change of list) {
          if (change.kind === '-D') there.delete(change.row.id);
          else if (change.kind !== '-U') there.set(change.row.id, change.row);
          keyed.process(change);
          applyTo(
            results,
            keyed.emitted.splice(0).map(({ value }) => value),
          );
          for (const result of results)
            expect(result.rows).toStrictEqual(inOrder([...there.values()]));
        }
      }),
    );
  });

  it('comes to the same rows when an insert overtakes the delete of the row before it', () => {
    const changes: RowChange<Row>[] = [
      { kind: '+I', row: row(1, 1) },
      { kind: '+I', row: row(1, 2) },
      { kind: '-D', row: row(1, 1) },
    ];
    const keyed = open(false);
    for (const change of changes) keyed.process(change);
    expect(keyed.values).toStrictEqual([
      { kind: '+I', row: row(1, 1) },
      { kind: '+U', row: row(1, 2), before: row(1, 1) },
    ]);
  });

  it('takes an update of a row it does not know for a new row', () => {
    const keyed = open(false);
    keyed.process({ kind: '+U', row: row(1, 2), before: row(1, 1) });
    expect(keyed.values).toStrictEqual([{ kind: '+I', row: row(1, 2) }]);
  });

  it('shows the row before when the last one goes, and replaces in place', () => {
    const keyed = open(false);
    keyed.process({ kind: '+I', row: row(1, 1) });
    keyed.process({ kind: '+I', row: row(1, 2) });
    keyed.process({ kind: '+U', row: row(1, 3), before: row(1, 1) });
    keyed.process({ kind: '-D', row: row(1, 2) });
    keyed.process({ kind: '-D', row: row(1, 3) });
    const results = [new AppliedRows(), new UpsertedRows(idOf)];
    applyTo(results, keyed.values.slice(0, -1));
    expect(results.map((result) => result.rows)).toStrictEqual([[row(1, 3)], [row(1, 3)]]);
    expect(keyed.values.at(-1)).toStrictEqual({ kind: '-D', row: row(1, 3) });
  });
});

describe('the rows that are left', () => {
  const collapse = (primaryKey: typeof ID | undefined) =>
    new OperatorHarness((context) =>
      createCollapse({ kind: 'collapse', primaryKey, routedBy: primaryKey }, context),
    );

  it('are emitted before time ends, with all their copies, as room allows', () => {
    const left = collapse(undefined);
    left.process({ kind: '+I', row: row(1, 1) }, 5);
    left.process({ kind: '+I', row: row(1, 1) }, 6);
    left.process({ kind: '+I', row: row(2, 1) }, 7);
    left.process({ kind: '+U', row: row(2, 2), before: row(2, 1) }, 8);
    left.process({ kind: '+I', row: row(3, 1) }, 9);
    left.process({ kind: '-D', row: row(3, 1) }, 9);
    left.advance(1_000);
    expect(left.emitted).toStrictEqual([]);
    left.room = 1;
    expect(left.advance(MAX_WATERMARK)).toBe(false);
    left.room = 5;
    expect(left.advance(MAX_WATERMARK)).toBe(true);
    expect(inOrder(left.values)).toStrictEqual([row(1, 1), row(1, 1), row(2, 2)]);
  });

  it('are found by the primary key, without the rows before', () => {
    const left = collapse(ID);
    left.process({ kind: '+I', row: row(1, 1) });
    left.process({ kind: '+U', row: row(1, 2) });
    left.process({ kind: '+I', row: row(2, 1) });
    left.process({ kind: '-D', row: row(2, 7) });
    left.advance(MAX_WATERMARK);
    expect(left.values).toStrictEqual([row(1, 2)]);
  });
});
