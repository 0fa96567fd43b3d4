// Makes the reader of Parquet rows: in the order of the files, or replayed in an order of their own.

import type { SourceMaker } from '../connector.ts';
import { ParquetOrderedReader } from './ordered-reader.ts';
import type { ParquetSpec } from './spec.ts';
import { ParquetSplitReader } from './split-reader.ts';

/** Makes the reader of a `parquet(...)` source. */
export const parquetSource: SourceMaker = (spec, context) => {
  const { options } = spec as ParquetSpec<unknown>;
  return options.orderBy === undefined
    ? new ParquetSplitReader(options, context)
    : new ParquetOrderedReader(options, options.orderBy, context);
};
