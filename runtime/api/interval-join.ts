// Pairs of records of two keyed streams that are close in event time.

import { EngineError } from '../core/errors.ts';
import type { Key } from '../core/key-group.ts';
import {
  LATE_LEFT_OUTPUT,
  LATE_RIGHT_OUTPUT,
  type RelationalSpec,
} from '../operators/relational-spec.ts';
import { type KeyedStream, OperatorStream, Stream } from './stream.ts';
import { StreamHandle } from './stream-handle.ts';

/** Which records belong together: `left + lowerMs <= right <= left + upperMs`, in event time. */
export interface IntervalJoinOptions<L, R, K extends Key, Out> {
  readonly left: KeyedStream<L, K, unknown>;
  readonly right: KeyedStream<R, K, unknown>;
  /** Negative: the right record may be before the left one. */
  readonly lowerMs: number;
  readonly upperMs: number;
  /** The bound itself does not belong to it. @default false */
  readonly lowerExclusive?: boolean;
  /** @default false */
  readonly upperExclusive?: boolean;
  /** The result of a pair; its timestamp is the later one of the two. */
  join(left: L, right: R): Out;
}

/** The pairs, and what came too late to be in any. */
export class IntervalJoinStream<Out, L, R> extends OperatorStream<Out> {
  /** Left records behind the watermark. Without a reader they are dropped and counted as `numLateRecordsDropped`. */
  lateLeft(): Stream<L> {
    return this.#output(LATE_LEFT_OUTPUT);
  }

  /** Right records behind the watermark. */
  lateRight(): Stream<R> {
    return this.#output(LATE_RIGHT_OUTPUT);
  }

  #output<Side>(output: string): Stream<Side> {
    return new Stream(new StreamHandle(this.handle.builder, [{ node: this.node, output }]));
  }
}

/** Joins records of equal key whose times are close. Records are kept only for as long as a partner can come. */
export function intervalJoin<L, R, K extends Key, Out>(
  options: IntervalJoinOptions<L, R, K, Out>,
): IntervalJoinStream<Out, L, R> {
  const { left, right, lowerExclusive = false, upperExclusive = false } = options;
  const lowerMs = options.lowerMs + (lowerExclusive ? 1 : 0);
  const upperMs = options.upperMs - (upperExclusive ? 1 : 0);
  const areWhole = Number.isSafeInteger(lowerMs) && Number.isSafeInteger(upperMs);
  if (!areWhole || lowerMs > upperMs) {
    throw new EngineError(
      'JOB_INVALID',
      `An interval join from ${options.lowerMs} ms to ${options.upperMs} ms holds no time: both must be whole numbers, ` +
        'and lowerMs at most upperMs, without the bounds that are exclusive.',
    );
  }
  const spec: RelationalSpec = {
    kind: 'interval-join',
    left: left.handle.selector,
    right: right.handle.selector,
    lowerMs,
    upperMs,
    combine: options.join.bind(options) as (left: unknown, right: unknown) => unknown,
  };
  const { builder } = left.handle.stream;
  const inputs = [...left.handle.edges(0), ...right.handle.edges(1)];
  return new IntervalJoinStream(builder, builder.add(spec, { name: 'interval join', inputs }));
}
