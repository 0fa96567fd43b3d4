// Waits until a process is told to end: by a signal, or by its parent going away when the parent keeps a channel open.

/** Resolves once. The channel to the parent is closed then, so that it does not keep the process alive. */
export function untilStopped(): Promise<void> {
  return new Promise((resolve) => {
    // A parent that opened a channel and has gone before anyone listened is not announced again.
    if (process.send !== undefined && !process.connected) resolve();
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.once(signal, () => {
        if (process.connected) process.disconnect();
        resolve();
      });
    }
    process.once('disconnect', () => {
      resolve();
    });
  });
}
