// checksums: a function that waits, for many records at once.

import { z } from 'zod';
import { defineJob, fromCollection, print } from 'millrace';

async function digest(text: string): Promise<string> {
  const bytes = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return Buffer.from(bytes).toString('hex').slice(0, 12);
}

export default defineJob({
  name: 'checksums',
  parameters: z.object({}),
  build(env) {
    env
      .from(fromCollection(['rye', 'oats', 'spelt', '']))
      .mapAsync(
        async (grain, { attempt, signal }) => {
          signal.throwIfAborted();
          if (grain === 'oats' && attempt === 1) throw new Error('busy, ask again');
          return `${grain} ${await digest(grain)} (attempt ${attempt})`;
        },
        {
          timeoutMs: 5_000,
          onTimeout: (grain) => `${grain} unknown`,
          order: 'ordered',
          capacity: 50,
          retry: { attemptsMax: 3, delayMs: 10, multiplier: 2, delayMsMax: 1_000 },
        },
      )
      .to(print());
  },
});
