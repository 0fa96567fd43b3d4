// What relational operators take: a keyed stream, each record of which is a row that stays, or a keyed changelog.

import type { Key } from '../core/key-group.ts';
import type { RelationalInput } from '../operators/relational-spec.ts';
import { KeyedChangelog } from './changelog.ts';
import type { KeyedStream } from './stream.ts';
import type { KeyedHandle } from './stream-handle.ts';

/** Rows of type T by key. */
export type KeyedRows<T, K extends Key, KeyFields = unknown> =
  KeyedStream<T, K, KeyFields> | KeyedChangelog<T, K, KeyFields>;

/** The graph's side of an input, and what the operator is told of it. */
export function inputOf<T, K extends Key, KeyFields>(
  keyed: KeyedRows<T, K, KeyFields>,
): {
  readonly handle: KeyedHandle;
  readonly input: RelationalInput;
} {
  const { handle } = keyed;
  if (!(keyed instanceof KeyedChangelog)) {
    const { selector } = handle;
    return { handle, input: { selector, isChangelog: false, primaryKey: undefined } };
  }
  const { primaryKey } = keyed.facts;
  return { handle, input: { selector: keyed.rowSelector, isChangelog: true, primaryKey } };
}
