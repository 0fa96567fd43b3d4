// The writer that hands records to whoever started the job. It hands each on at once, so that an unbounded job can be
// watched; whoever started the job throws the rows of a failed one away. The bound is the engine's, behind `collect`.

import type { SinkMaker } from '../connector.ts';

const nothing = (): Promise<void> => Promise.resolve();

/** Makes the writer of a `collect()` sink. */
export const collectSink: SinkMaker = (_spec, context) => ({
  open: nothing,
  write: (value) => {
    context.collect(value);
  },
  isFull: false,
  prepare: nothing,
  commit: nothing,
  abort: nothing,
});
