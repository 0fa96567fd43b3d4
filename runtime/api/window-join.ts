// Two keyed streams joined window by window. Both go through one window operator as tagged records, so that every kind of
// windows joins, and late records of either side can be read.

import type { Key } from '../core/key-group.ts';
import type { TimeWindow } from '../operators/spec.ts';
import type { LogicalNode } from '../graph/logical.ts';
import type { GraphBuilder } from './graph-builder.ts';
import type { WindowOptions } from './window-functions.ts';
import { type KeyedStream, OperatorStream, Stream, type WindowStream } from './stream.ts';

/** A record of either side with its key. */
type Tagged<L, R, K> =
  | { readonly side: 'left'; readonly key: K; readonly row: L }
  | { readonly side: 'right'; readonly key: K; readonly row: R };

/** Whatever windows keyed streams have. */
type AnyWindows = Parameters<KeyedStream<unknown, Key, unknown>['window']>[0];

interface WindowInputs<L, R, K extends Key> {
  readonly left: KeyedStream<L, K, unknown>;
  readonly right: KeyedStream<R, K, unknown>;
  readonly window: AnyWindows;
  /** A trigger, which sees the records of both sides, or an allowed lateness. */
  readonly windowOptions?: Pick<WindowOptions<unknown>, 'trigger' | 'allowedLatenessMs'>;
}

/** The results of windows of two streams; what is said of the operator is said of its windows. */
export class CoGroupStream<Out, L, R> extends OperatorStream<Out> {
  readonly #windows: WindowStream<unknown, Tagged<L, R, Key>>;

  constructor(
    builder: GraphBuilder,
    node: LogicalNode,
    windows: WindowStream<unknown, Tagged<L, R, Key>>,
  ) {
    super(builder, node);
    this.#windows = windows;
  }

  override uid(uid: string): this {
    this.#windows.uid(uid);
    return this;
  }

  override parallelism(subtasks: number): this {
    this.#windows.parallelism(subtasks);
    return super.parallelism(subtasks);
  }

  override maxParallelism(keyGroups: number): this {
    this.#windows.maxParallelism(keyGroups);
    return super.maxParallelism(keyGroups);
  }

  /** Left records that came after their windows. Without a reader they are dropped and counted as `numLateRecordsDropped`. */
  lateLeft(): Stream<L> {
    return this.#windows.late().flatMap(({ side, row }) => (side === 'left' ? [row] : []));
  }

  /** Right records that came after their windows. */
  lateRight(): Stream<R> {
    return this.#windows.late().flatMap(({ side, row }) => (side === 'right' ? [row] : []));
  }
}

/**
 * The records of both sides that share a key and a window, once the window is over: a side without records is empty, so
 * that outer joins can be written by hand. Results have the last millisecond of the window as their timestamp.
 */
export function coGroup<L, R, K extends Key, Out>(
  options: WindowInputs<L, R, K> & {
    coGroup(
      left: readonly L[],
      right: readonly R[],
      context: { readonly key: K; readonly window: TimeWindow },
    ): Iterable<Out>;
  },
): CoGroupStream<Out, L, R> {
  const { left, right, window, windowOptions = {} } = options;
  const tagged = tag<L, K, Tagged<L, R, K>>(left, (key, row) => ({ side: 'left', key, row })).union(
    tag<R, K, Tagged<L, R, K>>(right, (key, row) => ({ side: 'right', key, row })),
  );
  const windows = tagged
    .keyBy(({ key }) => key)
    .window(window, windowOptions)
    .accumulate(
      {
        create: (): Sides<L, R> => ({ left: [], right: [] }),
        add: (sides, record) => {
          if (record.side === 'left') sides.left.push(record.row);
          else sides.right.push(record.row);
          return sides;
        },
        result: (sides) => sides,
      },
      (sides, key, bounds) => ({ sides, key, window: bounds }),
    )
    .named('window: co-group');
  const results = windows
    .forward()
    .flatMap(({ sides, key, window: bounds }) =>
      options.coGroup(sides.left, sides.right, { key, window: bounds }),
    );
  return new CoGroupStream(results.handle.builder, results.node, windows);
}

/** Every pair of records that share a key and a window (inner join). */
export function windowJoin<L, R, K extends Key, Out>(
  options: WindowInputs<L, R, K> & { join(left: L, right: R): Out },
): CoGroupStream<Out, L, R> {
  const { left, right, window, windowOptions = {} } = options;
  return coGroup({
    left,
    right,
    window,
    windowOptions,
    *coGroup(lefts, rights) {
      for (const one of lefts) for (const other of rights) yield options.join(one, other);
    },
  }).named('window join');
}

interface Sides<L, R> {
  readonly left: L[];
  readonly right: R[];
}

function tag<T, K extends Key, Out>(
  { handle }: KeyedStream<T, K, unknown>,
  wrap: (key: K, row: T) => Out,
): Stream<Out> {
  const { keyOf } = handle.selector;
  return new Stream<T>(handle.stream).map((row) => wrap(keyOf(row) as K, row)).named('tag');
}
