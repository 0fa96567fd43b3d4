// The reader of files by splits: one range after the other, the next one being opened meanwhile.

import type { SourceMaker } from '../connector.ts';
import { SplitSetReader } from '../split-set-reader.ts';
import type { RangeSplit } from './files-enumerator.ts';
import type { FilesSpec } from './files-spec.ts';
import { RangeLinesReader } from './range-lines.ts';

/** Makes the reader of a `files(...)` source. */
export const filesSource: SourceMaker = (spec, context) => {
  const { options } = spec as FilesSpec<unknown>;
  return new SplitSetReader<RangeSplit>({
    order: 'in-turn',
    context,
    read: (split) => new RangeLinesReader(split, options, context),
  });
};
