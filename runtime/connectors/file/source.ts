// Makes the reader of a source of lines: one that ends with the files, or one that follows them.

import type { SourceMaker } from '../connector.ts';
import { FiniteLinesReader } from './finite-lines.ts';
import { FollowedLinesReader } from './followed-lines.ts';
import type { LinesSpec } from './spec.ts';

/** Makes the reader of a `lines(...)` source. */
export const linesSource: SourceMaker = (spec, context) => {
  const { options } = spec as LinesSpec;
  return options.follow === true
    ? new FollowedLinesReader(options, context)
    : new FiniteLinesReader(options, context);
};
