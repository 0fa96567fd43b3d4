// The reader of a generator: subtask i of p makes the records i, i + p, i + 2p and so on, at its share of the rate.

import type { SourceMaker } from '../connector.ts';
import { IndexedReader } from '../indexed-reader.ts';
import { Pace } from './pace.ts';
import type { GeneratorSpec } from './spec.ts';

/** Makes the reader of a `generate(...)` source. */
export const generatorSource: SourceMaker = (spec, context) => {
  const { count, recordsPerSecond, make, timestamp } = (spec as GeneratorSpec<unknown>).options;
  const { subtaskIndex, parallelism, clock } = context;
  return new IndexedReader({
    start: subtaskIndex,
    end: count ?? Infinity,
    stride: parallelism,
    label: 'generate',
    make,
    timestamp,
    pace:
      recordsPerSecond === undefined ? undefined : new Pace(clock, recordsPerSecond / parallelism),
  });
};
