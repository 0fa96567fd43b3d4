// Runs the automaton of a pattern over the events of one key, in order of time. Pure: state and event in, matches out.
//   I1. A match may begin with every event: the start is not kept, it is always there.
//   I2. Partial and completed matches stay in the order of their first events.
//   I3. A partial match is over when the pattern's time, counted from its first event, has passed: events at that moment or
//       later never belong to it.

import { EngineError } from '../core/errors.ts';
import type {
  Condition,
  MatchedEvents,
  PatternSpec,
  PatternTime,
} from '../operators/pattern-spec.ts';
import { compilePattern } from './compile-pattern.ts';
import { invariant } from '../core/invariant.ts';
import {
  addEntry,
  eventsOf,
  hold,
  type MatchState,
  NO_ENTRY,
  type PartialMatch,
  release,
} from './match-state.ts';
import { skipBefore } from './skip.ts';
import { reachable, reached, type State, type StateGraph } from './state-graph.ts';

/** What came of an event, or of time that has passed. */
export interface Detections {
  readonly matches: readonly MatchedEvents[];
  readonly timedOut: readonly TimedOut[];
}

/** A partial match that time ran out on. */
export interface TimedOut {
  readonly matched: MatchedEvents;
  /** When it did. */
  readonly timeMs: number;
}

/** An event in hand. */
interface Offered {
  readonly event: unknown;
  readonly timestampMs: number;
  readonly sequence: number;
  readonly time: PatternTime;
}

/** What becomes of a partial match. */
interface Outcome {
  readonly partial: PartialMatch[];
  readonly completed: PartialMatch[];
}

/** The automaton of one pattern; it keeps nothing of any key. */
export class Automaton {
  readonly #pattern: PatternSpec;
  readonly #graph: StateGraph;
  /** By state: the longest time that may pass before no way on is left. */
  readonly #patienceMs: readonly number[];
  readonly #hasPatience: boolean;
  /** By state: complete when time runs out. */
  readonly #isPending: readonly boolean[];
  readonly #matched: MatchedSoFar;

  constructor(pattern: PatternSpec) {
    this.#pattern = pattern;
    this.#graph = compilePattern(pattern.steps);
    this.#patienceMs = this.#graph.states.map((state) => patienceMs(state));
    this.#hasPatience = this.#patienceMs.some((ms) => ms !== Infinity);
    this.#isPending = this.#graph.states.map((state) =>
      reached(state).some(({ kind }) => kind === 'pending'),
    );
    this.#matched = new MatchedSoFar(this.#graph.names);
  }

  /** Offers an event, after `advance` to its time. */
  process(state: MatchState, event: unknown, time: PatternTime): readonly MatchedEvents[] {
    const { timestampMs } = time;
    const offered = { event, timestampMs, sequence: state.nextSequence++, time };
    const outcome: Outcome = { partial: [], completed: [] };
    for (const match of state.partial) {
      this.#offer(state, match, offered, outcome);
      release(state, match.entry);
    }
    this.#offer(state, undefined, offered, outcome);
    state.partial = outcome.partial;
    this.#checkBound(state);
    return this.#settle(state, outcome.completed);
  }

  /** Time has come to `timeMs`; no earlier event follows. */
  advance(state: MatchState, timeMs: number): Detections {
    if (this.nextExpiryMs(state) > timeMs) return NOTHING;
    const timedOut: TimedOut[] = [];
    const completed: PartialMatch[] = [];
    state.partial = state.partial.filter((match) => {
      const expiryMs = this.#expiryMs(match);
      if (expiryMs > timeMs) return true;
      if (this.#isPending[match.state] === true) {
        completed.push(match);
        return false;
      }
      timedOut.push({
        matched: eventsOf(state, match.entry, this.#graph.names),
        timeMs: expiryMs,
      });
      release(state, match.entry);
      return false;
    });
    return { matches: this.#settle(state, completed), timedOut };
  }

  /** When `advance` has something to do next; `Infinity` for never. */
  nextExpiryMs(state: MatchState): number {
    const [first] = state.partial;
    if (first === undefined) return Infinity;
    if (!this.#hasPatience) return first.firstMs + this.#pattern.withinMs;
    return state.partial.reduce((ms, match) => Math.min(ms, this.#expiryMs(match)), Infinity);
  }

  #expiryMs(match: PartialMatch): number {
    const byPattern = match.firstMs + this.#pattern.withinMs;
    if (!this.#hasPatience) return byPattern;
    return Math.min(byPattern, match.lastMs + (this.#patienceMs[match.state] ?? Infinity));
  }

  /** Adds to `outcome` what the event makes of a match, or of the start. */
  #offer(
    state: MatchState,
    match: PartialMatch | undefined,
    offered: Offered,
    outcome: Outcome,
  ): void {
    const [partial, completed] = [outcome.partial.length, outcome.completed.length];
    this.#matched.point(state, match?.entry ?? NO_ENTRY);
    let isStopped = false;
    const visited = [match === undefined ? this.#graph.start : this.#stateOf(match)];
    for (const from of visited) {
      for (const { action, target, condition } of from.transitions) {
        if (action === 'take' && isTooLate(from, match, offered)) continue;
        if (!this.#holds(condition, offered)) continue;
        if (action === 'take') this.#take(state, match, { from, target, offered }, outcome);
        else if (action === 'stop') isStopped = true;
        else if (action === 'ignore' && match !== undefined)
          this.#move(state, match, target, outcome);
        else if (action === 'proceed' && !visited.includes(target)) visited.push(target);
      }
    }
    if (!isStopped) return;
    for (const { entry } of outcome.partial.splice(partial)) release(state, entry);
    for (const { entry } of outcome.completed.splice(completed)) release(state, entry);
  }

  #take(
    state: MatchState,
    match: PartialMatch | undefined,
    step: { readonly from: State; readonly target: State; readonly offered: Offered },
    outcome: Outcome,
  ): void {
    const { from, target, offered } = step;
    const entry = addEntry(state, from.name, match?.entry ?? NO_ENTRY, offered);
    const next = {
      state: target.index,
      entry,
      firstSequence: match?.firstSequence ?? offered.sequence,
      firstMs: match?.firstMs ?? offered.timestampMs,
      lastMs: offered.timestampMs,
    };
    this.#move(state, next, target, outcome);
    if (target.kind !== 'final' && this.#isFinal(target, offered)) {
      hold(state, entry);
      outcome.completed.push(next);
    }
  }

  #move(state: MatchState, match: PartialMatch, target: State, outcome: Outcome): void {
    hold(state, match.entry);
    const list = target.kind === 'final' ? outcome.completed : outcome.partial;
    list.push({ ...match, state: target.index });
  }

  /** The final state can be reached without another event. */
  #isFinal(from: State, offered: Offered): boolean {
    if (from.kind === 'deciding') return false;
    return from.transitions.some(
      ({ action, target, condition }) =>
        action === 'proceed' &&
        this.#holds(condition, offered) &&
        (target.kind === 'final' || this.#isFinal(target, offered)),
    );
  }

  #holds(condition: Condition | undefined, { event, time }: Offered): boolean {
    return condition === undefined || condition(event, this.#matched.events, time);
  }

  /** Matches that may be told; the others wait until those that began before them have ended. */
  #settle(state: MatchState, completed: readonly PartialMatch[]): readonly MatchedEvents[] {
    if (completed.length === 0 && state.completed.length === 0) return NONE;
    const matches: MatchedEvents[] = [];
    const { skip } = this.#pattern;
    state.completed.push(...completed);
    state.completed.sort((left, right) => left.firstSequence - right.firstSequence);
    for (;;) {
      const [match] = state.completed;
      if (match === undefined) return matches;
      const earliest = state.partial[0]?.firstSequence ?? Infinity;
      if (skip !== 'none' && match.firstSequence > earliest) return matches;
      state.completed.shift();
      matches.push(eventsOf(state, match.entry, this.#graph.names));
      const before = skipBefore(skip, state, match);
      if (before !== undefined) {
        state.partial = dropBefore(state, state.partial, before);
        state.completed = dropBefore(state, state.completed, before);
      }
      release(state, match.entry);
    }
  }

  #checkBound(state: MatchState): void {
    const { partialMatchesMax } = this.#pattern;
    if (state.partial.length + state.completed.length <= partialMatchesMax) return;
    throw new EngineError(
      'MEMORY_EXCEEDED',
      `One key has more than ${partialMatchesMax} partial matches: end them sooner (withinMs, until, a skip strategy, ` +
        'consecutive repetition), or raise partialMatchesMax.',
    );
  }

  #stateOf(match: PartialMatch): State {
    const state = this.#graph.states[match.state];
    invariant(state !== undefined, 'a partial match waits in a state of its automaton');
    return state;
  }
}

const NONE: readonly MatchedEvents[] = [];
const NOTHING: Detections = { matches: NONE, timedOut: [] };

function isTooLate(
  from: State,
  match: PartialMatch | undefined,
  { timestampMs }: Offered,
): boolean {
  return match !== undefined && timestampMs - match.lastMs >= from.withinPreviousMs;
}

/** A match may wait as long as any of its ways on allows. */
function patienceMs(state: State): number {
  const ways = reachable(state).flatMap(({ kind, transitions, withinPreviousMs }) => {
    if (kind === 'pending' || kind === 'final') return [Infinity];
    return transitions.some(({ action }) => action === 'take') ? [withinPreviousMs] : [];
  });
  return ways.length === 0 ? Infinity : Math.max(...ways);
}

function dropBefore(
  state: MatchState,
  matches: readonly PartialMatch[],
  sequence: number,
): PartialMatch[] {
  return matches.filter((match) => {
    if (match.firstSequence >= sequence) return true;
    release(state, match.entry);
    return false;
  });
}

/** The events of the match at hand, looked up only when a condition asks for them. */
class MatchedSoFar {
  readonly events: MatchedEvents;
  #state: MatchState | undefined;
  #entry = NO_ENTRY;
  #found: MatchedEvents | undefined;

  constructor(names: readonly string[]) {
    const events = {};
    for (const name of names) {
      Object.defineProperty(events, name, {
        enumerable: true,
        get: (): readonly unknown[] => this.#find(names)[name] ?? [],
      });
    }
    this.events = events;
  }

  point(state: MatchState, entry: number): void {
    this.#state = state;
    this.#entry = entry;
    this.#found = undefined;
  }

  #find(names: readonly string[]): MatchedEvents {
    invariant(this.#state !== undefined, 'conditions are asked about an event in hand');
    return (this.#found ??= eventsOf(this.#state, this.#entry, names));
  }
}
