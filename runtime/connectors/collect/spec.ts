// Describes a sink that hands its records to whoever started the job: for tests and short results. Writing is `sink.ts`.

import type { SinkSpec } from '../connector.ts';

/** Results come back with the job's result, at most `collectRowsMax` of them. */
export function collect<In>(): SinkSpec<In> {
  return { kind: 'collect', label: 'collect' };
}
