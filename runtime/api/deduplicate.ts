// One row of each key: the first or the last.

import type { Key } from '../core/key-group.ts';
import type { ChangelogOutput } from '../operators/change-spec.ts';
import type { OperatorSpec } from '../operators/spec.ts';
import { ChangelogStream } from './changelog.ts';
import { selectFields } from './key-selector.ts';
import { type KeyedStream, OperatorStream } from './stream.ts';

/** What first and last mean. */
interface Order {
  /** By event time, records that arrive out of order make no difference. @default 'event-time' */
  readonly by?: 'event-time' | 'arrival';
}

/**
 * One row of each key. The first is never taken back: by event time, it is emitted when the watermark reaches it. The last
 * is replaced by later ones.
 */
export function deduplicate<T, K extends Key, KeyFields>(
  rows: KeyedStream<T, K, KeyFields>,
  options: Order & { readonly keep: 'first' },
): OperatorStream<T>;
export function deduplicate<T, K extends Key, KeyFields>(
  rows: KeyedStream<T, K, KeyFields>,
  options: Order & { readonly keep: 'last'; readonly emit?: ChangelogOutput['emit'] },
): ChangelogStream<T, keyof KeyFields & keyof T & string>;
export function deduplicate<T, K extends Key, KeyFields>(
  rows: KeyedStream<T, K, KeyFields>,
  options: Order & { readonly keep: 'first' | 'last'; readonly emit?: ChangelogOutput['emit'] },
): OperatorStream<T> | ChangelogStream<T> {
  const { keep, by = 'event-time', emit = 'changes' } = options;
  const { handle } = rows;
  const { selector, stream } = handle;
  const output: ChangelogOutput = { emitsBefore: false, emit };
  const primaryKey = selector.fields === undefined ? undefined : selectFields(selector.fields);
  const spec: OperatorSpec = {
    kind: 'deduplicate',
    selector,
    by,
    output: keep === 'last' ? output : undefined,
    outputKey: primaryKey,
  };
  const name = `${keep} by ${by}`;
  const outputType = keep === 'first' ? stream.recordType() : undefined;
  const result = new OperatorStream<never>(stream.builder, handle.add(spec, { name, outputType }));
  return keep === 'first' ? result : new ChangelogStream(result, { output, primaryKey });
}
