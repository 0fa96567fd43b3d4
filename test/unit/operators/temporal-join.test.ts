// operators/temporal-join.ts: each record with the version that is valid at its time, however both arrive.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { NO_TIMESTAMP } from '../../../runtime/connectors/connector.ts';
import { createTemporalJoin } from '../../../runtime/operators/temporal-join.ts';
import { MAX_WATERMARK } from '../../../runtime/time/watermark.ts';
import { inOrder } from '../../support/applied-rows.ts';
import { OperatorHarness } from '../../support/operator-harness.ts';

interface Row {
  readonly key: number;
  readonly id: number;
}

const KEY = { keyOf: (row: unknown) => (row as Row).key, fields: ['key'] };

function open({ isOuter = false, isChangelog = false } = {}) {
  return new OperatorHarness((context) =>
    createTemporalJoin(
      {
        kind: 'temporal-join',
        left: KEY,
        versions: { selector: KEY, isChangelog, primaryKey: undefined },
        isOuter,
        combine: (left, version) => ({
          left: (left as Row).id,
          version: (version as Row | undefined)?.id,
        }),
      },
      context,
    ),
  );
}

const row = (id: number, key = 1): Row => ({ key, id });

describe('a temporal join', () => {
  const steps = fc.array(
    fc.record({
      kind: fc.constantFrom('left', 'left', 'version', 'delete'),
      key: fc.nat(1),
      atMs: fc.integer({ min: 1, max: 9 }),
      watermark: fc.boolean(),
      room: fc.integer({ min: 1, max: 3 }),
    }),
    { maxLength: 40 },
  );

  it('takes the version that is valid at the time, in spite of arrival, blocking and watermarks (I1, I2)', () => {
    fc.assert(
      fc.property(fc.boolean(), steps, (isOuter, list) => {
        const join = open({ isOuter, isChangelog: true });
        const lefts: { row: Row; atMs: number }[] = [];
        const versions: { row: Row; isDelete: boolean; atMs: number }[] = [];
        let watermarkMs = 0;
        const advance = (toMs: number): void => {
          while (!join.advance(toMs)) join.room = 2;
        };
        for (const [id, { kind, key, atMs: afterMs, watermark, room }] of list.entries()) {
          const atMs = watermarkMs + afterMs;
          join.room = room;
          if (kind === 'left') {
            lefts.push({ row: row(id, key), atMs });
            join.process(row(id, key), atMs);
          } else {
            const isDelete = kind === 'delete';
            versions.push({ row: row(id, key), isDelete, atMs });
            join.operator.processSecond?.(
              { kind: isDelete ? '-D' : '+U', row: row(id, key) },
              atMs,
            );
          }
          if (watermark) advance((watermarkMs += 4));
        }
        advance(MAX_WATERMARK);
        const expected = lefts.flatMap(({ row: left, atMs }) => {
          const valid = versions
            .filter((version) => version.row.key === left.key && version.atMs <= atMs)
            .toSorted((one, other) => one.atMs - other.atMs)
            .at(-1);
          const version = valid === undefined || valid.isDelete ? undefined : valid.row.id;
          return version === undefined && !isOuter
            ? []
            : [{ value: { left: left.id, version }, timestampMs: atMs }];
        });
        expect(inOrder(join.emitted)).toStrictEqual(inOrder(expected));
      }),
      { numRuns: 500 },
    );
  });

  it('waits for the watermark: an earlier version may still come', () => {
    const join = open();
    join.operator.processSecond?.(row(1), 10);
    join.process(row(2), 20);
    join.operator.processSecond?.(row(3), 15);
    join.advance(19);
    expect(join.emitted).toStrictEqual([]);
    join.advance(20);
    expect(join.emitted).toStrictEqual([{ value: { left: 2, version: 3 }, timestampMs: 20 }]);
  });

  it('keeps no version that nobody can ask for (I2)', () => {
    const join = open({ isOuter: true });
    join.operator.processSecond?.(row(1), 10);
    join.operator.processSecond?.(row(2), 20);
    join.advance(25);
    join.process(row(3), 12); // late: its version is forgotten
    join.process(row(4), 30);
    join.advance(30);
    expect(join.values).toStrictEqual([
      { left: 3, version: undefined },
      { left: 4, version: 2 },
    ]);
  });

  it('names the operator when a record has no timestamp', () => {
    expect(() => {
      open().process(row(1), NO_TIMESTAMP);
    }).toThrow(/the operator got a record without a timestamp/);
  });
});
