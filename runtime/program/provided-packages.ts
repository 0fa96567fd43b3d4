// What the engine provides to a job, wherever the job's module lies (the image, a checkout, a volume): its own API under the
// name `millrace`, and zod, which every job needs for its parameters.
//   I1. `millrace` is always the engine that runs: a second copy beside the job would not know this one's streams.
//   I2. Any other package is the job's own; of zod, one beside the job comes first.

import { registerHooks } from 'node:module';

const API = new URL('../index.ts', import.meta.url).href;
const FALLBACKS: readonly string[] = ['zod'];

let isProviding = false;

/** From now on, imports of this thread find what the engine provides. Safe to call again. */
export function provideToJobs(): void {
  if (isProviding) return;
  isProviding = true;
  registerHooks({
    resolve(specifier, context, next) {
      if (specifier === 'millrace') return next(API, context);
      if (!FALLBACKS.includes(specifier)) return next(specifier, context);
      try {
        return next(specifier, context);
      } catch {
        // Not beside the job: the engine's own, or the error that it has none.
        return next(specifier, { ...context, parentURL: import.meta.url });
      }
    },
  });
}
