// The first n rows of each key in an order, kept up to date.

import { EngineError } from '../core/errors.ts';
import type { Key } from '../core/key-group.ts';
import type { ChangelogOutput } from '../operators/change-spec.ts';
import type { KeySelector, OperatorSpec } from '../operators/spec.ts';
import { ChangelogStream, KeyedChangelog } from './changelog.ts';
import { selectFields } from './key-selector.ts';
import { inputOf, type KeyedRows } from './relational-input.ts';
import { OperatorStream } from './stream.ts';

/** Which rows of a key are kept. */
export interface TopNOptions<T> {
  readonly n: number;
  /** Negative when `left` comes first. Equal rows stand in the order of event time, then of arrival. */
  readonly compare: (left: T, right: T) => number;
  /** `final`: only the rows at the end of a bounded input. @default 'changes' */
  readonly emit?: ChangelogOutput['emit'];
}

/** The fields of T that make the key; of a key made by a function there are none. */
type KeyFieldsOf<T, KeyFields> = keyof KeyFields & keyof T & string;

/**
 * The first `n` rows of each key. With `rankField`, each row has its rank, from 1 on, in that field, and is told again
 * when its rank changes; leave it out when ranks do not matter, and fewer changes are made.
 */
export function topN<T extends object, K extends Key, KeyFields, const Rank extends string>(
  rows: KeyedRows<T, K, KeyFields>,
  options: TopNOptions<T> & { readonly rankField: Rank },
): ChangelogStream<T & Readonly<Record<Rank, number>>, KeyFieldsOf<T, KeyFields> | Rank>;
export function topN<T extends object, K extends Key, KeyFields>(
  rows: KeyedRows<T, K, KeyFields>,
  options: TopNOptions<T> & { readonly n: 1 },
): ChangelogStream<T, KeyFieldsOf<T, KeyFields>>;
export function topN<T extends object, K extends Key>(
  rows: KeyedRows<T, K>,
  options: TopNOptions<T>,
): ChangelogStream<T>;
export function topN<T extends object, K extends Key, KeyFields>(
  rows: KeyedRows<T, K, KeyFields>,
  options: TopNOptions<T> & { readonly rankField?: string },
): ChangelogStream<T> {
  const { n, compare, rankField, emit = 'changes' } = options;
  if (!Number.isInteger(n) || n < 1) {
    throw new EngineError('JOB_INVALID', `topN keeps ${n} rows: use a whole number of 1 or more.`);
  }
  const { handle, input } = inputOf(rows);
  if (rows instanceof KeyedChangelog) rows.askForBefore();
  const output: ChangelogOutput = { emitsBefore: false, emit };
  const primaryKey = outputKey(input.selector, n, rankField);
  const spec: OperatorSpec = {
    kind: 'top-n',
    input,
    n,
    compare: compare as (left: unknown, right: unknown) => number,
    rankField,
    output,
    outputKey: primaryKey,
  };
  const node = handle.add(spec, { name: `top ${n}` });
  const stream = new OperatorStream<never>(handle.stream.builder, node);
  const { fields } = input.selector;
  const routedBy = fields === undefined ? undefined : selectFields(fields);
  return new ChangelogStream(stream, { output, primaryKey, routedBy });
}

/** A row is told apart by its key and rank; of a single row the rank goes without saying. */
function outputKey(
  { fields }: KeySelector,
  n: number,
  rankField: string | undefined,
): KeySelector | undefined {
  if (fields === undefined) return undefined;
  if (rankField !== undefined) return selectFields([...fields, rankField]);
  return n === 1 ? selectFields(fields) : undefined;
}
