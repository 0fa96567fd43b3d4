// The readers of collections and sequences: each subtask takes one contiguous part, in order.

import type { SourceMaker } from '../connector.ts';
import { contiguousShare, IndexedReader } from '../indexed-reader.ts';
import type { CollectionSpec, SequenceSpec } from './spec.ts';

/** Makes the reader of a `fromCollection(...)` source. */
export const collectionSource: SourceMaker = (spec, { subtaskIndex, parallelism }) => {
  const { items, timestamp } = spec as CollectionSpec<unknown>;
  return new IndexedReader({
    ...contiguousShare(items.length, subtaskIndex, parallelism),
    stride: 1,
    label: 'fromCollection',
    make: (index) => items[index],
    timestamp,
  });
};

/** Makes the reader of a `fromSequence(...)` source. */
export const sequenceSource: SourceMaker = (spec, { subtaskIndex, parallelism }) => {
  const { from, to } = spec as SequenceSpec;
  return new IndexedReader({
    ...contiguousShare(to - from + 1, subtaskIndex, parallelism),
    stride: 1,
    label: 'fromSequence',
    make: (index) => from + index,
  });
};
