// What a pattern means, told without an automaton: all ways to choose events for its steps, one after another, kept if what
// lies between the chosen ones is allowed. Flink's documentation, read literally; exponential, for a handful of events.
//   strict   nothing lies between
//   relaxed  nothing lies between that the step could have taken instead
//   any      anything may lie between

import type {
  Condition,
  Contiguity,
  EventStep,
  GroupStep,
  NotStep,
  PatternStep,
} from '../../../runtime/operators/pattern-spec.ts';

/** Positions in the input, of one match. */
type Chosen = readonly number[];
type Steps = readonly PatternStep[];

/** How far a match has come. */
interface Place {
  /** Of the last chosen event; -1 before the first. */
  readonly at: number;
  readonly chosen: Chosen;
  /** What must not come between the last chosen event and the next. */
  readonly nots: readonly NotStep[];
}

/** The matches, each as the positions of its events, when an event comes every millisecond. */
export function matchNaively(
  steps: Steps,
  events: readonly unknown[],
  withinMs = Infinity,
): readonly Chosen[] {
  const matches: Chosen[] = [];

  const fits = (step: EventStep | NotStep, position: number): boolean =>
    step.where(events[position], {}, NO_TIME);

  const mayTake = (step: EventStep, place: Place, position: number): boolean => {
    const { until } = step.quantifier;
    if (!fits(step, position) || until?.(events[position], {}, NO_TIME) === true) return false;
    if (place.at < 0) return true; // a match begins anywhere
    if (position - (place.chosen[0] ?? position) >= withinMs) return false;
    const between = Array.from({ length: position - place.at - 1 }, (_, i) => place.at + 1 + i);
    if (step.contiguity === 'strict' && between.length > 0) return false;
    if (step.contiguity === 'relaxed' && between.some((other) => fits(step, other))) return false;
    // What must not come may not be the event that comes, either.
    return place.nots.every((not) => {
      const watched = not.contiguity === 'strict' ? [place.at + 1] : [...between, position];
      return !watched.some((other) => fits(not, other));
    });
  };

  /** A match may end before a NOT: with the next event, or when its time is over. */
  const mayEnd = ({ at, chosen, nots }: Place): boolean =>
    nots.every((not) => {
      const endAt = (chosen[0] ?? 0) + withinMs;
      if (not.contiguity === 'strict') {
        return at + 1 < Math.min(endAt, events.length) && !fits(not, at + 1);
      }
      if (withinMs === Infinity) return false;
      return !events.some((_, other) => other > at && other < endAt && fits(not, other));
    });

  const visit = ([step, ...rest]: Steps, place: Place): void => {
    if (step === undefined) {
      if (place.chosen.length > 0 && mayEnd(place)) matches.push(place.chosen);
    } else if (step.kind === 'not') {
      visit(rest, { ...place, nots: [...place.nots, step] });
    } else {
      if (step.quantifier.isOptional) visit(rest, place);
      const most = Math.min(step.quantifier.to, events.length);
      for (let count = step.quantifier.from; count <= most; count++) {
        if (step.kind === 'group') visit([...copies(step, count, rest), ...rest], place);
        else if (isOnce(step)) take(step, rest, place);
        else visit([...repeated(step, count, rest), ...rest], place);
      }
    }
  };

  const take = (step: EventStep, rest: Steps, place: Place): void => {
    for (let position = place.at + 1; position < events.length; position++) {
      if (!mayTake(step, place, position)) continue;
      visit(rest, { at: position, chosen: [...place.chosen, position], nots: [] });
    }
  };

  visit(steps, { at: -1, chosen: [], nots: [] });
  return matches;
}

const NO_TIME = { timestampMs: 0, nowMs: 0 };
const ONCE = { from: 1, to: 1, isOptional: false, isGreedy: false } as const;

function isOnce({ quantifier: { from, to, isOptional } }: EventStep): boolean {
  return from === 1 && to === 1 && !isOptional;
}

/** The step, so often. */
function repeated(step: EventStep, count: number, rest: Steps): Steps {
  const { from, contiguity, until } = step.quantifier;
  return Array.from({ length: count }, (_, index): Steps => {
    const one = index === 0 ? step : { ...step, contiguity };
    const once = { ...one, quantifier: { ...ONCE, contiguity, until } };
    return index === 0 ? [once] : [...notsWithin(rest, index >= from), ...ended(until), once];
  }).flat();
}

/** After its first event, what ends a loop is like what must not come. */
function ended(until: Condition | undefined): readonly NotStep[] {
  if (until === undefined) return [];
  return [{ kind: 'not', name: 'until', where: until, contiguity: 'relaxed' }];
}

/** The steps of the group, so often. */
function copies(group: GroupStep, count: number, rest: Steps): Steps {
  const { from, contiguity } = group.quantifier;
  return Array.from({ length: count }, (_, index): Steps => {
    const [head, ...others] = group.steps;
    const entered = index === 0 ? group.contiguity : contiguity;
    const nots = index === 0 ? [] : notsWithin(rest, index >= from);
    return [...nots, withContiguity(head as EventStep, entered), ...others];
  }).flat();
}

function withContiguity(step: EventStep, contiguity: Contiguity): EventStep {
  return { ...step, contiguity };
}

/** What must not come behind a repetition ends it as well, the next event only where the repetition may be over. */
function notsWithin(rest: Steps, mayBeOver: boolean): readonly NotStep[] {
  const nots: NotStep[] = [];
  for (const step of rest) {
    if (step.kind !== 'not') break;
    if (step.contiguity === 'relaxed' || mayBeOver) nots.push(step);
  }
  return nots;
}
