// The automaton of a pattern as data: states, and what an event may do to a partial match that waits in one.
//   I1. `proceed` consumes nothing: the same event is offered to the target as well. Following it never comes back.
//   I2. `stop` ends the partial match, whatever else the event does to it.

import type { Condition, PatternStep } from '../operators/pattern-spec.ts';

/** One thing that an event may do. */
export interface Transition {
  /** `take` adds the event to the match, `ignore` leaves it out, `proceed` offers it to another state, `stop` ends the match. */
  readonly action: 'take' | 'ignore' | 'proceed' | 'stop';
  readonly target: State;
  /** Undefined: always. */
  readonly condition: Condition | undefined;
}

/** Where a partial match may wait. */
export interface State {
  readonly index: number;
  /** The step whose event it waits for; of the final state, the empty text. */
  readonly name: string;
  /** `deciding`: the next event says which way on, if any, is open. `pending`: complete as soon as time runs out. */
  readonly kind: 'waiting' | 'deciding' | 'pending' | 'final';
  /** For an event to be taken here, less than this may have passed since the match's last one. */
  readonly withinPreviousMs: number;
  readonly transitions: Transition[];
}

/** The automaton. */
export interface StateGraph {
  readonly states: readonly State[];
  readonly start: State;
  /** The names of the steps that take events. */
  readonly names: readonly string[];
}

/** The names of the steps that take events, in order. */
export function takingNames(steps: readonly PatternStep[]): readonly string[] {
  return steps.flatMap((step) => {
    if (step.kind === 'group') return takingNames(step.steps);
    return step.kind === 'event' ? [step.name] : [];
  });
}

/** The states that a match in `state` has reached without waiting for an event, `state` included. */
export function reached(state: State): readonly State[] {
  return follow(state, ({ kind }) => kind !== 'deciding');
}

/** The states that may be offered the next event of a match in `state`, which is included. */
export function reachable(state: State): readonly State[] {
  return follow(state, () => true);
}

function follow(from: State, isLeft: (state: State) => boolean): readonly State[] {
  const found = [from];
  for (const state of found) {
    if (!isLeft(state)) continue;
    for (const { action, target } of state.transitions) {
      if (action === 'proceed' && !found.includes(target)) found.push(target);
    }
  }
  return found;
}
