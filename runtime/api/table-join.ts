// Streams with small tables, whole in every subtask, so that the stream needs no key and does not move: a table that is
// known when the job is described, or one that is a stream of its own.

import type { Key } from '../core/key-group.ts';
import { keyIdentity } from '../core/key-identity.ts';
import type { RelationalSpec } from '../operators/relational-spec.ts';
import { ChangelogStream } from './changelog.ts';
import { OperatorStream, type Stream } from './stream.ts';

type Kind = 'inner' | 'left';

/** What both have. */
export interface TableJoinOptions<L, R, K extends Key, Out, Name extends Kind> {
  readonly left: Stream<L>;
  leftKey(left: L): K;
  rightKey(right: R): K;
  /** Whether records without a row in the table are in the result. @default 'inner' */
  readonly kind?: Name;
  /** The result; in a left join, the row is undefined where there is none. */
  join(left: L, right: Name extends 'left' ? R | undefined : R): Out;
}

/** Joins each record with its row of a table that is known when the job is described and does not change. */
export function lookupTable<L, R, K extends Key, Out, Name extends Kind = 'inner'>(
  options: TableJoinOptions<L, R, K, Out, Name> & {
    /** The rows, each with a key of its own. They are asked for once in every slot, when the first record comes. */
    table(): Iterable<R>;
  },
): OperatorStream<Out> {
  const { left } = options;
  const isOuter = options.kind === 'left';
  let table: ReadonlyMap<unknown, R> | undefined;
  const combine = options.join.bind(options) as (left: L, right: R | undefined) => Out;
  return left
    .process<Out>((row, { emit }) => {
      table ??= new Map(
        [...options.table()].map((each) => [keyIdentity(options.rightKey(each)), each]),
      );
      const found = table.get(keyIdentity(options.leftKey(row)));
      if (found !== undefined || isOuter) emit(combine(row, found));
    })
    .named('lookup table');
}

/**
 * Joins each record with the row that its key has in the table when the record comes: what comes into the table later does
 * not change earlier results. Where the time of both matters, use `temporalJoin`.
 */
export function broadcastJoin<L, R, K extends Key, Out, Name extends Kind = 'inner'>(
  options: TableJoinOptions<L, R, K, Out, Name> & {
    /** Rows that come into the table, replace the one of their key, and go. */
    readonly right: Stream<R> | ChangelogStream<R>;
  },
): OperatorStream<Out> {
  const { left, right } = options;
  const kind = options.kind ?? 'inner';
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
