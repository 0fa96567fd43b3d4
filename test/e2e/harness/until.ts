// Waiting for something to become true of a cluster: looked at again and again, up to a deadline, and never for a fixed time.

import { setTimeout as pause } from 'node:timers/promises';

const LOOK_AGAIN_MS = 250;

/** Resolves with what `look` finds. After `deadlineMs` rejects with `what`, and with the last failure of `look` as its cause. */
export async function until<Found>(
  what: string,
  look: () => Promise<Found | undefined | false>,
  deadlineMs = 60_000,
): Promise<Found> {
  const endMs = performance.now() + deadlineMs;
  let failure: unknown;
  for (;;) {
    try {
      const found = await look();
      if (found !== undefined && found !== false) return found;
      failure = undefined;
    } catch (error) {
      failure = error;
    }
    if (performance.now() > endMs) {
      throw new Error(`not within ${deadlineMs / 1_000} s: ${what}`, { cause: failure });
    }
    await pause(LOOK_AGAIN_MS);
  }
}
