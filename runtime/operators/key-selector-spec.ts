// How a keyed operator finds the key of a record. A file of its own, because every spec that is keyed needs it.

import type { Key } from '../core/key-group.ts';

/** How the key of a record is found, and what it is called in results. */
export interface KeySelector {
  readonly keyOf: (value: unknown) => Key;
  /** The fields it is made of, when they are known: one field, or a tuple of several. */
  readonly fields: readonly string[] | undefined;
}
