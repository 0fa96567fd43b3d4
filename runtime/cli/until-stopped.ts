// Waits until a process is told to end: by a signal, or by its parent going away when the parent keeps a channel open.

import { constants } from 'node:os';

/** Resolves once. The channel to the parent is closed then, so that it does not keep the process alive. */
export function untilStopped(): Promise<void> {
  return new Promise((resolve) => {
    // A parent that opened a channel and has gone before anyone listened is not announced again.
    if (process.send !== undefined && !process.connected) resolve();
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.once(signal, () => {
        // The first process of a container ignores a signal that it does not handle.
        process.once(signal, () => process.exit(128 + constants.signals[signal]));
        if (process.connected) process.disconnect();
        resolve();
      });
    }
    process.once('disconnect', () => {
      resolve();
    });
  });
}
