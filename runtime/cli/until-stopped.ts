// Waits until a process is told to end: by a signal, or by its parent going away when the parent keeps a channel open.

/** Resolves once, with why. */
export function untilStopped(): Promise<'signal' | 'parent'> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.once(signal, () => {
        resolve('signal');
      });
    }
    process.once('disconnect', () => {
      resolve('parent');
    });
  });
}
