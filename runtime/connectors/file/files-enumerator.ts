// Cuts files of lines into ranges of bytes.
//   I1. The ranges of a file are all of its bytes, in order; a compressed file, and one whose records may span lines, is one.

import type { EnumeratorMaker } from '../connector.ts';
import { isCompressed } from './byte-stream.ts';
import { identifyFile } from './discover.ts';
import { FileEnumerator, type FileSplit } from './file-enumerator.ts';
import { type FilesSpec, SPLIT_BYTES } from './files-spec.ts';

/** A range of a file: the lines that begin in it. */
export interface RangeSplit extends FileSplit {
  readonly start: number;
  /** Exclusive; absent: to the end of the file. */
  readonly end?: number;
}

/** Makes the enumerator of a `files(...)` source. */
export const filesEnumerator: EnumeratorMaker = (spec, context) => {
  const { options } = spec as FilesSpec<unknown>;
  const { path: pattern, discoverIntervalMs, splitBytes = SPLIT_BYTES } = options;
  const isWhole = options.format === 'csv' && options.multiline === true;
  const cut = async (path: string): Promise<readonly RangeSplit[]> => {
    const sizeBytes = (await identifyFile(path))?.sizeBytes ?? 0;
    return cutIntoRanges(path, sizeBytes, isWhole || isCompressed(path) ? Infinity : splitBytes);
  };
  return new FileEnumerator({ pattern, discoverIntervalMs, cut }, context);
};

/** Ranges of about equal length, none longer than `splitBytes`. */
export function cutIntoRanges(
  path: string,
  sizeBytes: number,
  splitBytes: number,
): readonly RangeSplit[] {
  if (sizeBytes === 0) return [];
  if (splitBytes === Infinity) return [{ id: path, path, bytes: sizeBytes, start: 0 }];
  const count = Math.ceil(sizeBytes / Math.ceil(splitBytes));
  const length = Math.ceil(sizeBytes / count); // whole, so that nothing is lost to rounding
  return Array.from({ length: count }, (_, index) => {
    const start = index * length;
    const end = Math.min(sizeBytes, start + length);
    return { id: `${path}:${start}-${end}`, path, bytes: end - start, start, end };
  });
}
