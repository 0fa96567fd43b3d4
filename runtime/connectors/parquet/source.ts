// The reader of Parquet rows by splits: one row group after the other, the next one being decoded meanwhile.

import type { SourceMaker } from '../connector.ts';
import { SplitSetReader } from '../split-set-reader.ts';
import type { RowGroupSplit } from './enumerator.ts';
import { ParquetInput } from './parquet-input.ts';
import { RowGroupReader } from './row-group-reader.ts';
import type { ParquetSpec } from './spec.ts';

/** Makes the reader of a `parquet(...)` source without an order. */
export const parquetSource: SourceMaker = (spec, context) => {
  const input = new ParquetInput((spec as ParquetSpec<unknown>).options, context);
  return new SplitSetReader<RowGroupSplit>({
    order: 'in-turn',
    context,
    read: (split) => new RowGroupReader(split, input),
  });
};
