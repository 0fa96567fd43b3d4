// The writer that keeps nothing; nothing to commit, nothing to abort.

import type { SinkMaker, SinkWriter } from '../connector.ts';

const nothing = (): Promise<void> => Promise.resolve();

const discardWriter: SinkWriter<unknown> = {
  open: nothing,
  write: () => undefined,
  isFull: false,
  prepare: nothing,
  commit: nothing,
  abort: nothing,
};

/** Makes the writer of a `discard()` sink. */
export const discardSink: SinkMaker = () => discardWriter;
