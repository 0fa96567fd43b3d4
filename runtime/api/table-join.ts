// Streams with small tables, whole in every subtask, so that the stream needs no key and does not move: a table that is
// known when the job is described, or one that is a stream of its own.

import type { Key } from '../core/key-group.ts';
import { keyIdentity } from '../core/key-identity.ts';
import type { RelationalSpec } from '../operators/relational-spec.ts';
import { ChangelogStream } from './changelog.ts';
import { OperatorStream, type Stream } from './stream.ts';

/** What both have. */
interface TableJoinOptions<L, R, K extends Key> {
  readonly left: Stream<L>;
  leftKey(left: L): K;
  rightKey(right: R): K;
}

interface Inner<L, R, Out> {
  /** Whether records without a row in the table are in the result. @default 'inner' */
  readonly kind?: 'inner';
  join(left: L, right: R): Out;
}

interface Outer<L, R, Out> {
  readonly kind: 'left';
  join(left: L, right: R | undefined): Out;
}

/** The table: its rows, each with a key of its own. It is asked for once in every slot, when the first record comes. */
interface Table<R> {
  table(): Iterable<R>;
}

/** Joins each record with its row of a table that is known when the job is described and does not change. */
export function lookupTable<L, R, K extends Key, Out>(
  options: TableJoinOptions<L, R, K> & Table<R> & Inner<L, R, Out>,
): OperatorStream<Out>;
export function lookupTable<L, R, K extends Key, Out>(
  options: TableJoinOptions<L, R, K> & Table<R> & Outer<L, R, Out>,
): OperatorStream<Out>;
export function lookupTable<L, R, K extends Key, Out>(
  options: TableJoinOptions<L, R, K> & Table<R> & (Inner<L, R, Out> | Outer<L, R, Out>),
): OperatorStream<Out> {
  const { left, kind = 'inner' } = options;
  let table: ReadonlyMap<unknown, R> | undefined;
  const combine = options.join.bind(options) as (left: L, right: R | undefined) => Out;
  return left
    .process<Out>((row, { emit }) => {
      table ??= new Map(
        [...options.table()].map((each) => [keyIdentity(options.rightKey(each)), each]),
      );
      const found = table.get(keyIdentity(options.leftKey(row)));
      if (found !== undefined || kind === 'left') emit(combine(row, found));
    })
    .named('lookup table');
}

/** The table: rows that come, replace the one of their key, and go. */
interface BroadcastSide<R> {
  readonly right: Stream<R> | ChangelogStream<R, never>;
}

/**
 * Joins each record with the row that its key has in the table when the record comes: what comes into the table later does
 * not change earlier results. Where the time of both matters, use `temporalJoin`.
 */
export function broadcastJoin<L, R, K extends Key, Out>(
  options: TableJoinOptions<L, R, K> & BroadcastSide<R> & Inner<L, R, Out>,
): OperatorStream<Out>;
export function broadcastJoin<L, R, K extends Key, Out>(
  options: TableJoinOptions<L, R, K> & BroadcastSide<R> & Outer<L, R, Out>,
): OperatorStream<Out>;
export function broadcastJoin<L, R, K extends Key, Out>(
  options: TableJoinOptions<L, R, K> & BroadcastSide<R> & (Inner<L, R, Out> | Outer<L, R, Out>),
): OperatorStream<Out> {
  const { left, right, kind = 'inner' } = options;
  const isChangelog = right instanceof ChangelogStream;
  const table = isChangelog ? right.changes : right.handle;
  if (isChangelog) right.askForBefore();
  const spec: RelationalSpec = {
    kind: 'broadcast-join',
    leftKey: options.leftKey.bind(options) as (row: unknown) => Key,
    rightKey: options.rightKey.bind(options) as (row: unknown) => Key,
    isChangelog,
    isOuter: kind === 'left',
    combine: options.join.bind(options) as (left: unknown, right: unknown) => unknown,
  };
  const { builder } = left.handle;
  const inputs = [...left.handle.edges(0), ...table.partitioned({ kind: 'broadcast' }).edges(1)];
  return new OperatorStream(builder, builder.add(spec, { name: `${kind} broadcast join`, inputs }));
}
