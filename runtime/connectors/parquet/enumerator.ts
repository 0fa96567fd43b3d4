// Cuts Parquet files into their row groups: the footers are read here, the rows in the slots.

import type { EnumeratorMaker } from '../connector.ts';
import { FileEnumerator, type FileSplit } from '../file/file-enumerator.ts';
import { ParquetFile } from './parquet-file.ts';
import type { ParquetSpec } from './spec.ts';

/** One row group of a file. */
export interface RowGroupSplit extends FileSplit {
  /** Its number in the file, from 0. */
  readonly group: number;
}

/** Makes the enumerator of a `parquet(...)` source. */
export const parquetEnumerator: EnumeratorMaker = (spec, context) => {
  const { path: pattern, discoverIntervalMs } = (spec as ParquetSpec<unknown>).options;
  const cut = async (path: string): Promise<readonly RowGroupSplit[]> => {
    const file = await ParquetFile.open(path, undefined);
    await file.close();
    return file.rowGroups.map(({ bytes }, group) => ({
      id: `${path}#${group}`,
      path,
      bytes,
      group,
    }));
  };
  return new FileEnumerator({ pattern, discoverIntervalMs, cut }, context);
};
