// Describes a source that is several sources one after the other: the archive first, then what is new. Reading is
// `source.ts`, changing over `enumerator.ts`.

import { EngineError } from '../../core/errors.ts';
import type { SourceSpec } from '../connector.ts';

/** Sources that are read one after the other. */
export interface HybridSpec<Out> extends SourceSpec<Out> {
  readonly kind: 'hybrid';
  readonly parts: readonly SourceSpec<unknown>[];
}

/**
 * Reads the first source to its end, then the next, and so on, without a restart. All but the last are bounded. The next
 * one begins when all subtasks have finished the one before.
 */
export function hybrid<Out>(sources: readonly SourceSpec<Out>[]): HybridSpec<Out> {
  // The parts of a hybrid source that is a part are parts like the others.
  const parts = sources.flatMap((source) =>
    source.kind === 'hybrid' ? (source.parts ?? []) : [source],
  );
  const last = parts.at(-1);
  if (last === undefined) throw invalid('there is no source');
  for (const { label, bounded, recordsPerSecond } of parts) {
    if (recordsPerSecond !== undefined) {
      throw invalid(`${label} has a rate of its own; give one to env.from(hybrid(...)) instead`);
    }
    if (!bounded && label !== last.label) {
      throw invalid(`${label} has no end, so what comes after it would never be read`);
    }
  }
  const limits = parts.flatMap(({ parallelismMax }) => parallelismMax ?? []);
  const types = new Set(parts.map(({ recordType }) => JSON.stringify(recordType)));
  return {
    kind: 'hybrid',
    label: `hybrid(${parts.map(({ label }) => label).join(', ')})`,
    bounded: last.bounded,
    parallelismMax: limits.length === 0 ? undefined : Math.min(...limits),
    recordType: types.size === 1 ? last.recordType : undefined,
    parts,
  };
}

function invalid(problem: string): EngineError {
  return new EngineError('JOB_INVALID', `hybrid: ${problem}`);
}
