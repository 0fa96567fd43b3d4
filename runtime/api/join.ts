// The incremental join: two keyed streams or changelogs, of which every pair of rows with the same key is in the result for
// as long as both are. A free function, because it is about two streams.

import { EngineError } from '../core/errors.ts';
import type { Key } from '../core/key-group.ts';
import type { ChangelogOutput } from '../operators/change-spec.ts';
import type {
  JoinSideSpec,
  RelationalInput,
  RelationalSpec,
} from '../operators/relational-spec.ts';
import { ChangelogStream, KeyedChangelog } from './changelog.ts';
import { inputOf, type KeyedRows } from './relational-input.ts';
import { type KeyedStream, OperatorStream } from './stream.ts';

type JoinSpec = Extract<RelationalSpec, { kind: 'join' }>;

/** Which rows are in the result without a match: none, those of one side, or of both. */
export type JoinKind = 'inner' | 'left' | 'right' | 'full';

/** A row of the left side as `join` sees it: undefined for a right row without a match. */
type LeftRow<L, Kind> = Kind extends 'right' | 'full' ? L | undefined : L;
type RightRow<R, Kind> = Kind extends 'left' | 'full' ? R | undefined : R;

/** What is joined, and what of it. */
export interface JoinOptions<Left, Right, L, R, Out, Kind extends JoinKind> {
  readonly left: Left;
  readonly right: Right;
  /** @default 'inner' */
  readonly kind?: Kind;
  /** What else has to be true of a pair, besides the key. */
  where?(left: L, right: R): boolean;
  /** The result of a pair; in outer joins, the other row is undefined for a row without a match. */
  join(left: LeftRow<L, Kind>, right: RightRow<R, Kind>): Out;
  /**
   * How long a row waits for matches, in event time after its timestamp; without it, for ever. Rows that have waited for
   * so long are forgotten; the results that were made with them stay.
   */
  readonly retainMs?: { readonly left?: number; readonly right?: number };
}

/** Joins rows of equal key. Of two streams, the inner join is a stream again: nothing is ever taken back. */
export function join<L, R, K extends Key, Out>(
  options: JoinOptions<KeyedStream<L, K, unknown>, KeyedStream<R, K, unknown>, L, R, Out, 'inner'>,
): OperatorStream<Out>;
export function join<L, R, K extends Key, Out, Kind extends JoinKind = 'inner'>(
  options: JoinOptions<KeyedRows<L, K>, KeyedRows<R, K>, L, R, Out, Kind>,
): ChangelogStream<Out>;
export function join<L, R, K extends Key, Out, Kind extends JoinKind>(
  options: JoinOptions<KeyedRows<L, K>, KeyedRows<R, K>, L, R, Out, Kind>,
): OperatorStream<Out> | ChangelogStream<Out> {
  const { retainMs } = options;
  const kind: JoinKind = options.kind ?? 'inner';
  const left = inputOf(options.left);
  const right = inputOf(options.right);
  const isAppendOnly = kind === 'inner' && !left.input.isChangelog && !right.input.isChangelog;
  const output: ChangelogOutput = { emitsBefore: false, emit: 'changes' };
  const spec: JoinSpec = {
    kind: 'join',
    left: sideOf(left.input, kind === 'left' || kind === 'full', retainMs?.left),
    right: sideOf(right.input, kind === 'right' || kind === 'full', retainMs?.right),
    where: options.where?.bind(options) as JoinSpec['where'],
    combine: options.join.bind(options) as JoinSpec['combine'],
    output: isAppendOnly ? undefined : output,
  };
  for (const side of [options.left, options.right]) {
    if (side instanceof KeyedChangelog && side.facts.primaryKey === undefined) side.askForBefore();
  }
  const { builder } = left.handle.stream;
  const inputs = [...left.handle.edges(0), ...right.handle.edges(1)];
  const stream = new OperatorStream<never>(
    builder,
    builder.add(spec, { name: `${kind} join`, inputs }),
  );
  return isAppendOnly ? stream : new ChangelogStream(stream, { output, primaryKey: undefined });
}

function sideOf(
  input: RelationalInput,
  isOuter: boolean,
  retainMs: number | undefined,
): JoinSideSpec {
  if (retainMs !== undefined && !(retainMs >= 0)) {
    throw new EngineError('JOB_INVALID', `A join retains rows for ${retainMs} ms: use 0 or more.`);
  }
  const fields = input.primaryKey?.fields;
  const isUnique =
    fields !== undefined &&
    fields.length === input.selector.fields?.length &&
    fields.every((field) => input.selector.fields?.includes(field) === true);
  return { ...input, isUnique, isOuter, retainMs };
}
