// api/changelog.ts, join.ts, group-aggregate.ts, top-n.ts, deduplicate.ts and the other joins: what a job may write, what the
// compiler makes of it, and what is asked of the operators.

import { describe, expect, expectTypeOf, it } from 'vitest';

import {
  average,
  count,
  countDistinct,
  filtered,
  max,
  min,
  sum,
} from '../../../runtime/api/aggregate.ts';
import { ChangelogStream, fromChanges, type Upsert } from '../../../runtime/api/changelog.ts';
import { deduplicate } from '../../../runtime/api/deduplicate.ts';
import { Environment } from '../../../runtime/api/environment.ts';
import { groupAggregate } from '../../../runtime/api/group-aggregate.ts';
import { intervalJoin } from '../../../runtime/api/interval-join.ts';
import { join } from '../../../runtime/api/join.ts';
import { lookupJoin } from '../../../runtime/api/lookup-join.ts';
import { OperatorStream } from '../../../runtime/api/stream.ts';
import { topN } from '../../../runtime/api/top-n.ts';
import { collect } from '../../../runtime/connectors/collect/spec.ts';
import { fromCollection } from '../../../runtime/connectors/collection/spec.ts';
import type { SinkSpec } from '../../../runtime/connectors/connector.ts';
import type { Change } from '../../../runtime/operators/change-spec.ts';

interface Bid {
  readonly auction: number;
  readonly bidder: string;
  readonly price: number;
  readonly tip?: number;
}

const invalid: unknown = expect.objectContaining({ code: 'JOB_INVALID' });
const bids = () => new Environment().from(fromCollection<Bid>([]));
const totals = () => groupAggregate(bids().keyBy('auction'), { total: sum('price') });

/** Whether the operator of a changelog was asked for the rows before updates. */
const isAsked = (changelog: { readonly facts: { readonly output: { emitsBefore: boolean } } }) =>
  changelog.facts.output.emitsBefore;

describe('the types of results', () => {
  it('follow from keys and columns', () => {
    const rows = groupAggregate(bids().keyBy(['auction', 'bidder']), {
      bids: count(),
      dear: filtered(count(), (bid) => bid.price > 100),
      dearest: filtered(max('price'), ({ price }) => price > 100),
      name: min('bidder'),
      bidders: countDistinct('bidder'),
      tip: average('tip'),
    });
    expectTypeOf(rows.collapse()).toExtend<
      OperatorStream<{
        auction: number;
        bidder: string;
        bids: number;
        dear: number;
        dearest: number | undefined;
        name: string;
        bidders: number;
        tip: number | undefined;
      }>
    >();
    type Sink = Parameters<typeof rows.toUpsert>[0];
    type Written = Sink extends SinkSpec<infer Record> ? Record : never;
    expectTypeOf<Written['key']>().toExtend<{ auction: number; bidder: string }>();
    expectTypeOf<keyof Written['key']>().toEqualTypeOf<'auction' | 'bidder'>();
    // @ts-expect-error -- there is no sum of names
    groupAggregate(bids().keyBy('auction'), { names: sum('bidder') });
    // @ts-expect-error -- there is no such field
    groupAggregate(bids().keyBy('auction'), { names: countDistinct('names') });
  });

  it('are streams where nothing is taken back, changelogs elsewhere', () => {
    const left = bids().keyBy('auction');
    const inner = join({ left, right: bids().keyBy('auction'), join: (one) => one });
    expectTypeOf(inner).toEqualTypeOf<OperatorStream<Bid>>();
    expect(inner).toBeInstanceOf(OperatorStream);
    const outer = join({
      kind: 'left',
      left,
      right: bids().keyBy('auction'),
      join: (one, other) => {
        expectTypeOf(one).toEqualTypeOf<Bid>();
        expectTypeOf(other).toEqualTypeOf<Bid | undefined>();
        return one;
      },
    });
    expectTypeOf(outer).toEqualTypeOf<ChangelogStream<Bid>>();
    expect(outer).toBeInstanceOf(ChangelogStream);
    expectTypeOf(deduplicate(left, { keep: 'first' })).toEqualTypeOf<OperatorStream<Bid>>();
    const last = deduplicate(left, { keep: 'last' });
    expectTypeOf(last).toEqualTypeOf<ChangelogStream<Bid, 'auction'>>();
    // @ts-expect-error -- a number is never equal to a text
    join({ left, right: bids().keyBy('bidder'), join: () => 0 });
  });

  it('know the rank and the primary key', () => {
    const options = { n: 3, compare: (left: Bid, right: Bid) => left.price - right.price };
    const ranked = topN(bids().keyBy('auction'), { ...options, rankField: 'rank' });
    expectTypeOf(ranked).toEqualTypeOf<
      ChangelogStream<Bid & Readonly<Record<'rank', number>>, 'auction' | 'rank'>
    >();
    const sink = collect<Upsert<{ auction: number; total: number }, 'auction'>>();
    expect(() => totals().toUpsert(sink)).not.toThrow();
  });
});

describe('rows before updates', () => {
  it('are asked for by those who cannot do without', () => {
    const readers: readonly ((changelog: ReturnType<typeof totals>) => unknown)[] = [
      (changelog) => changelog.toStream(),
      (changelog) => changelog.filter(() => true),
      (changelog) => changelog.map(({ total }) => total).collapse(),
      (changelog) => changelog.keyBy('total'),
      (changelog) => groupAggregate(changelog.keyBy('auction'), { rows: count() }),
      (changelog) => topN(changelog.keyBy('auction'), { n: 1, compare: () => 0 }),
    ];
    for (const read of readers) {
      const changelog = totals();
      read(changelog);
      expect(isAsked(changelog), read.toString()).toBe(true);
    }
  });

  it('are not, by those who find rows by their primary key', () => {
    const changelog = totals();
    changelog.collapse();
    changelog.toUpsert(collect());
    changelog.map((row) => ({ ...row, more: true }), { keepsKey: true }).collapse();
    const right = changelog.keyBy('auction');
    join({ left: bids().keyBy('auction'), right, join: (one) => one });
    expect(isAsked(changelog)).toBe(false);
  });
});

describe('mistakes', () => {
  it('are told before anything runs', () => {
    const keyed = bids().keyBy('auction');
    const pair = { left: keyed, right: keyed, join: () => 0 };
    expect(() => join({ ...pair, retainMs: { left: -1 } })).toThrow(invalid);
    expect(() => intervalJoin({ ...pair, lowerMs: 5, upperMs: 4 })).toThrow(invalid);
    expect(() => intervalJoin({ ...pair, lowerMs: 0, upperMs: 0, lowerExclusive: true })).toThrow(
      invalid,
    );
    expect(() => topN(keyed, { n: 0, compare: () => 0 })).toThrow(invalid);
    expect(() => groupAggregate(keyed, { auction: count() })).toThrow(invalid);
    const lookup = { left: bids(), key: () => 1, lookup: () => Promise.resolve(1), join: () => 1 };
    expect(() =>
      lookupJoin({ ...lookup, timeoutMs: 1, cache: { entriesMax: 0, ttlMs: 1 } }),
    ).toThrow(invalid);
    const keyless = fromChanges(new Environment().from(fromCollection<Change<Bid>>([])));
    expect(() => keyless.toUpsert(collect())).toThrow(/withPrimaryKey/);
  });
});
