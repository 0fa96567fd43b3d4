// How a loop that never waits lets others in: messages, sockets, files and timers are served between two turns of the
// event loop. Kept beside the clock, because a timer of no delay would cost a millisecond each time.

/** Resolves in the next turn of the event loop, after everything that is due now has been served. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
