// Which other matches go when one was found (Flink: AfterMatchSkipStrategy).

import { EngineError } from '../core/errors.ts';
import type { SkipStrategy } from '../operators/pattern-spec.ts';
import { entriesOf, type MatchState, type PartialMatch } from './match-state.ts';

/** Matches whose first event has a smaller sequence number are dropped; undefined: none. */
export function skipBefore(
  strategy: SkipStrategy,
  state: MatchState,
  match: PartialMatch,
): number | undefined {
  if (strategy === 'none') return undefined;
  if (strategy === 'to-next') return match.firstSequence + 1;
  const entries = entriesOf(state, match.entry);
  if (strategy === 'past-last-event') {
    const last = entries.next();
    return last.done === true ? undefined : last.value.sequence + 1;
  }
  const [name, isFirst] =
    'toFirst' in strategy ? [strategy.toFirst, true] : [strategy.toLast, false];
  let found: number | undefined;
  for (const { step, sequence } of entries) {
    if (step !== name) continue;
    found = sequence;
    if (!isFirst) break; // the last one comes first
  }
  if (strategy.orFail === true) checkProgress(name, found, match);
  return found;
}

function checkProgress(name: string, found: number | undefined, match: PartialMatch): void {
  if (found === undefined) {
    throw new EngineError(
      'JOB_INVALID',
      `A match cannot be skipped to "${name}", of which it has no event: make the step mandatory, or leave out orFail.`,
    );
  }
  if (found !== match.firstSequence) return;
  throw new EngineError(
    'JOB_INVALID',
    `A match cannot be skipped to "${name}", with which it begins: the same match would be found for ever. Name a later ` +
      'step, or leave out orFail.',
  );
}
