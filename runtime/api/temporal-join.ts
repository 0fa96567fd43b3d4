// A keyed stream with the rows that were valid at its records' times: orders with the exchange rate of their moment.

import type { Key } from '../core/key-group.ts';
import type { RelationalSpec } from '../operators/relational-spec.ts';
import { inputOf, type KeyedRows } from './relational-input.ts';
import { type KeyedStream, OperatorStream } from './stream.ts';

/** What is joined. */
export interface TemporalJoinOptions<L, R, K extends Key, Out, Kind extends 'inner' | 'left'> {
  readonly left: KeyedStream<L, K, unknown>;
  /**
   * Each record of a stream is the version of its key's row from its timestamp on. A changelog by primary key can end a
   * version without another.
   */
  readonly versions: KeyedRows<R, K>;
  /** Whether records without a valid version are in the result. @default 'inner' */
  readonly kind?: Kind;
  /** The result; in a left join, the version is undefined where none is valid. */
  join(left: L, version: Kind extends 'left' ? R | undefined : R): Out;
}

/** Joins each left record with the version that is valid at its time. It waits until the watermark has reached that time. */
export function temporalJoin<L, R, K extends Key, Out, Kind extends 'inner' | 'left' = 'inner'>(
  options: TemporalJoinOptions<L, R, K, Out, Kind>,
): OperatorStream<Out> {
  const { left } = options;
  const kind = options.kind ?? 'inner';
  const versions = inputOf(options.versions);
  const spec: RelationalSpec = {
    kind: 'temporal-join',
    left: left.handle.selector,
    versions: versions.input,
    isOuter: kind === 'left',
    combine: options.join.bind(options) as (left: unknown, version: unknown) => unknown,
  };
  const { builder } = left.handle.stream;
  const inputs = [...left.handle.edges(0), ...versions.handle.edges(1)];
  return new OperatorStream(builder, builder.add(spec, { name: `${kind} temporal join`, inputs }));
}
