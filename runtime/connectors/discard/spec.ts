// Describes a sink that drops everything: for measuring a job without its output. Writing is `sink.ts`.

import type { SinkSpec } from '../connector.ts';

/** Takes every record and keeps none. */
export function discard<In>(): SinkSpec<In> {
  return { kind: 'discard', label: 'discard' };
}
