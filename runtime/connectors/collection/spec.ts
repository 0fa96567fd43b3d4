// Describes sources whose records are known when the job is described: a list, or a range of whole numbers.
// Reading is `source.ts`.

import { EngineError } from '../../core/errors.ts';
import type { RecordType } from '../../types/record-type.ts';
import type { SourceSpec } from '../connector.ts';

/** What may be said about a collection. */
export interface CollectionOptions<Out> {
  /** The event time of an item, in milliseconds since the epoch. */
  readonly timestamp?: ((item: Out, index: number) => number) | undefined;
  readonly recordType?: RecordType | undefined;
}

/** A list of items, part of the job itself. */
export interface CollectionSpec<Out> extends SourceSpec<Out> {
  readonly kind: 'collection';
  readonly items: readonly Out[];
  readonly timestamp: ((item: Out, index: number) => number) | undefined;
}

/** The whole numbers of a range, both ends included. */
export interface SequenceSpec extends SourceSpec<number> {
  readonly kind: 'sequence';
  readonly from: number;
  readonly to: number;
}

/** Emits the items in order; read by one subtask, as in Flink, so that the order is the list's. */
export function fromCollection<Out>(
  items: readonly Out[],
  options: CollectionOptions<Out> = {},
): CollectionSpec<Out> {
  return {
    kind: 'collection',
    label: `collection(${items.length})`,
    bounded: true,
    parallelismMax: 1,
    recordType: options.recordType,
    items,
    timestamp: options.timestamp,
  };
}

/** Emits `from`, `from + 1`, ... `to`; each subtask reads one contiguous part. */
export function fromSequence(from: number, to: number): SequenceSpec {
  if (!Number.isSafeInteger(from) || !Number.isSafeInteger(to) || to < from) {
    throw new EngineError(
      'JOB_INVALID',
      `fromSequence(${from}, ${to}): both ends must be whole numbers within 2^53, the first not above the second`,
    );
  }
  return {
    kind: 'sequence',
    label: `sequence(${from}..${to})`,
    bounded: true,
    recordType: { kind: 'int53' },
    from,
    to,
  };
}
