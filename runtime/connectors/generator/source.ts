// The reader of a generator: reads its splits together, each in the order of its indices.

import type { SourceMaker } from '../connector.ts';
import { IndexedReader } from '../indexed-reader.ts';
import { SplitSetReader } from '../split-set-reader.ts';
import type { StridedSplit } from './enumerator.ts';
import type { GeneratorSpec } from './spec.ts';

/** Makes the reader of a `generate(...)` source. */
export const generatorSource: SourceMaker = (spec, context) => {
  const { count, make, timestamp } = (spec as GeneratorSpec<unknown>).options;
  return new SplitSetReader<StridedSplit>({
    order: 'together',
    context,
    read: ({ start, stride }) =>
      new IndexedReader({
        start,
        stride,
        end: count ?? Infinity,
        label: 'generate',
        make,
        timestamp,
      }),
  });
};
