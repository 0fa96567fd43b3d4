// What a pattern means, told without an automaton: all ways to choose events for its steps, one after another, kept if what
// lies between the chosen ones is allowed. Flink's documentation, read literally; exponential, for a handful of events.
//   strict   nothing lies between
//   relaxed  nothing lies between that the step could have taken instead
//   any      anything may lie between

import type { EventStep, PatternStep } from '../../../runtime/operators/pattern-spec.ts';

/** Positions in the input, of one match. */
type Chosen = readonly number[];

interface Place {
  /** Of the last chosen event; -1 before the first. */
  readonly at: number;
  readonly chosen: Chosen;
  /** A `notNext` and `notFollowedBy`s that lie between the last chosen event and the next. */
  readonly nots: readonly PatternStep[];
}

/** The matches, each as the positions of its events. */
export function matchNaively(
  steps: readonly PatternStep[],
  events: readonly unknown[],
  withinEvents = Infinity,
): readonly Chosen[] {
  const matches: Chosen[] = [];
  const fits = (step: PatternStep, position: number): boolean =>
    step.kind !== 'group' && step.where(events[position], {}, { timestampMs: 0, nowMs: 0 });

  /** Whether `step` may take the event at `position` when the event before in the match is at `place.at`. */
  const mayTake = (
    step: EventStep,
    contiguity: string,
    place: Place,
    position: number,
  ): boolean => {
    if (!fits(step, position)) return false;
    if (place.at < 0) return true; // a match begins anywhere
    const first = place.chosen[0] ?? position;
    if (position - first >= withinEvents) return false;
    const between = Array.from({ length: position - place.at - 1 }, (_, i) => place.at + 1 + i);
    if (contiguity === 'strict' && between.length > 0) return false;
    if (contiguity === 'relaxed' && between.some((other) => fits(step, other))) return false;
    return place.nots.every((not) => {
      // What must not come may not be the event that comes, either.
      const forbidden = [...between, position];
      const looked = not.contiguity === 'strict' ? [place.at + 1] : forbidden;
      return !looked.some((other) => fits(not, other));
    });
  };

  /** A match may end before a NOT: one event further on, or when its time is over. */
  const mayEnd = ({ at, chosen, nots }: Place): boolean =>
    nots.every((not) => {
      const endAt = (chosen[0] ?? 0) + withinEvents;
      if (not.contiguity === 'strict') {
        return at + 1 < Math.min(endAt, events.length) && !fits(not, at + 1);
      }
      if (withinEvents === Infinity) return false;
      return !events.some((_, other) => other > at && other < endAt && fits(not, other));
    });

  const visit = (index: number, place: Place): void => {
    const step = steps[index];
    if (step === undefined) {
      if (place.chosen.length > 0 && mayEnd(place)) matches.push(place.chosen);
      return;
    }
    if (step.kind === 'not') {
      visit(index + 1, { ...place, nots: [...place.nots, step] });
      return;
    }
    if (step.kind === 'group') throw new Error('no groups here');
    if (step.quantifier.isOptional) visit(index + 1, place);
    repeat(index, step, place, 0);
  };

  const repeat = (index: number, step: EventStep, place: Place, count: number): void => {
    const { from, to, contiguity } = step.quantifier;
    if (count >= from) visit(index + 1, place);
    if (count === to) return;
    // What must not come behind a repeated step ends it as well, wherever a match may stop repeating.
    const behind = followingNots(steps.slice(index + 1));
    const inForce = behind.filter((not) => not.contiguity === 'relaxed' || count >= from);
    const nots = count === 0 ? place.nots : inForce;
    for (let position = place.at + 1; position < events.length; position++) {
      const between = count === 0 ? step.contiguity : contiguity;
      if (!mayTake(step, between, { ...place, nots }, position)) continue;
      const chosen = [...place.chosen, position];
      repeat(index, step, { at: position, chosen, nots: [] }, count + 1);
    }
  };

  visit(0, { at: -1, chosen: [], nots: [] });
  return matches;
}

function followingNots(steps: readonly PatternStep[]): readonly PatternStep[] {
  const end = steps.findIndex(({ kind }) => kind !== 'not');
  return end < 0 ? steps : steps.slice(0, end);
}
