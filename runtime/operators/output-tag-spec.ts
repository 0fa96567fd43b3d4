// The name of a side output, with the type of its records. Re-exported by `spec.ts`, which is where others find it.

import type { RecordType } from '../types/record-type.ts';

declare const sent: unique symbol;

/** Names a side output, and carries the type of its records: `outputTag<number>('numbers')` makes one. */
export interface OutputTag<T> {
  readonly name: string;
  /** Undefined: inferred from the records. */
  readonly recordType: RecordType | undefined;
  readonly [sent]?: T;
}
