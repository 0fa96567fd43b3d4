// Each record with a row that is looked up elsewhere, such as in a database, with a cache in front of it.

import { systemClock } from '../core/clock.ts';
import { EngineError } from '../core/errors.ts';
import type { Key } from '../core/key-group.ts';
import { keyIdentity } from '../core/key-identity.ts';
import { type CacheLimits, type Load, LoadingCache } from '../core/loading-cache.ts';
import type { AsyncOptions } from './async-functions.ts';
import type { OperatorStream, Stream } from './stream.ts';

/** How rows are looked up. Each subtask has up to `capacity` records waiting for their row. */
export interface LookupJoinOptions<
  L,
  R,
  K extends Key,
  Out,
  Kind extends 'inner' | 'left',
> extends Pick<AsyncOptions<L, unknown, never>, 'capacity' | 'order' | 'timeoutMs'> {
  readonly left: Stream<L>;
  key(left: L): K;
  /** Undefined when there is no such row. `signal` is aborted when nobody waits for the row any longer. */
  readonly lookup: Load<K, R>;
  /** Rows that were looked up, and that there are none, are used again: up to `entriesMax` in each slot, for `ttlMs`. */
  readonly cache?: CacheLimits;
  readonly retry?: Omit<NonNullable<AsyncOptions<L, unknown, never>['retry']>, 'when'>;
  /** Whether records without a row are in the result. @default 'inner' */
  readonly kind?: Kind;
  /** The result; in a left join, the row is undefined where there is none. */
  join(left: L, right: Kind extends 'left' ? R | undefined : R): Out;
}

/** Joins each record with the row of its key, as it is when it is looked up. */
export function lookupJoin<L, R, K extends Key, Out, Kind extends 'inner' | 'left' = 'inner'>(
  options: LookupJoinOptions<L, R, K, Out, Kind>,
): OperatorStream<Out> {
  const { left, kind, lookup, cache, timeoutMs, capacity, order, retry } = options;
  if (cache !== undefined) checkLimits(cache);
  const rows = cache === undefined ? undefined : new LoadingCache(cache, systemClock, lookup);
  const find = (row: L, signal: AbortSignal): R | undefined | Promise<R | undefined> => {
    const key = options.key(row);
    return rows === undefined ? lookup(key, signal) : rows.get(key, keyIdentity(key), signal);
  };
  const isOuter = kind === 'left';
  const combine = options.join.bind(options) as (row: L, found: R | undefined) => Out;
  const resultsOf = (row: L, found: R | undefined): readonly Out[] =>
    found !== undefined || isOuter ? [combine(row, found)] : [];
  return left
    .mapAsync<readonly Out[]>(
      (row, { signal }) => {
        const found = find(row, signal);
        if (!(found instanceof Promise)) return resultsOf(row, found);
        return found.then((loaded) => resultsOf(row, loaded));
      },
      {
        timeoutMs,
        ...(capacity === undefined ? {} : { capacity }),
        ...(order === undefined ? {} : { order }),
        ...(retry === undefined ? {} : { retry }),
      },
    )
    .named('lookup join')
    .forward()
    .flatMap((results) => results)
    .named('found');
}

function checkLimits({ entriesMax, ttlMs }: CacheLimits): void {
  if (Number.isSafeInteger(entriesMax) && entriesMax > 0 && ttlMs > 0) return;
  throw new EngineError(
    'JOB_INVALID',
    `A lookup join with a cache of ${entriesMax} entries for ${ttlMs} ms: entriesMax is a whole number from 1, ttlMs is ` +
      'positive; leave the cache out to look up every row.',
  );
}
