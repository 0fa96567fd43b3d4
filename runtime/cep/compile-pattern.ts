// Steps → states. Each step becomes a chain of states, one for each event that it takes; each state knows where the match
// goes next, so steps are compiled from the last one backwards by asking for "what follows".
//   I1. A `notFollowedBy` is in force in every state that waits for what follows it, until an event is taken.
//   I2. A state that can be left without an event (optional steps, loops) hands ignored events to a twin that cannot: so each
//       way out is taken once for a match (Flink: NFACompiler).
//   I3. Greed is a guard: the state behind a greedy loop does nothing with an event that the loop would take.

import type {
  Condition,
  Contiguity,
  EventStep,
  GroupStep,
  NotStep,
  PatternStep,
  Quantifier,
} from '../operators/pattern-spec.ts';
import {
  reached,
  type State,
  type StateGraph,
  takingNames,
  type Transition,
} from './state-graph.ts';

/** What holds for the state that a match enters. */
interface Terms {
  /** Conditions of `notFollowedBy` that are in force. */
  readonly nots: readonly Condition[];
  /** The condition of a greedy loop before it. */
  readonly guard: Condition | undefined;
}

/** Makes, or finds, the state behind a step. */
type Exit = (terms: Terms) => State;

/** How the first state of a step is entered. */
interface Entry extends Terms {
  readonly contiguity: Contiguity;
  /** Ways around the step. */
  readonly skips: readonly Transition[];
}

/** Steps one after another. */
interface Sequence {
  readonly steps: readonly PatternStep[];
  readonly exit: Exit;
  /** Ends the loop of the group around it. */
  readonly until: Condition | undefined;
  /** Conditions of the `notFollowedBy` right behind it. */
  readonly behind: readonly Condition[];
  /** By step and terms: what a match enters on several ways is one state. */
  readonly entered: Map<string, State>;
}

/** What one state does. */
interface StateParts {
  readonly step: EventStep;
  readonly take: Condition;
  readonly target: State;
  readonly ignore: Condition | undefined | 'never';
  readonly leave: readonly Transition[];
  readonly terms: Terms;
}

const NO_TERMS: Terms = { nots: [], guard: undefined };

/** Compiles the steps of a pattern. They are valid: what is not allowed was refused when the job was described. */
export function compilePattern(steps: readonly PatternStep[]): StateGraph {
  const compiler = new PatternCompiler();
  const start = compiler.compile(steps);
  return { states: compiler.states, start, names: takingNames(steps) };
}

class PatternCompiler {
  readonly states: State[] = [];

  compile(steps: readonly PatternStep[]): State {
    const final = this.#add('', 'final');
    const exit: Exit = ({ nots }) => (nots.length === 0 ? final : this.#pending(nots));
    const sequence = { steps, exit, until: undefined, behind: [], entered: new Map() };
    return this.#enter(sequence, 0, { ...NO_TERMS, contiguity: 'strict', skips: [] });
  }

  /** The state in which a match waits for the step at `index`. */
  #enter(sequence: Sequence, index: number, entry: Entry): State {
    const step = sequence.steps[index];
    if (step === undefined) return sequence.exit(entry);
    const exit: Exit = (terms) => this.#follow(sequence, index + 1, terms);
    switch (step.kind) {
      case 'event':
        return this.#event(step, entry, { exit, ...around(sequence, index) });
      case 'group':
        return this.#group(step, entry, { exit, ...around(sequence, index) });
      case 'not':
        if (step.contiguity === 'strict') return this.#notNext(step, entry, exit);
        return exit({ ...entry, nots: [...entry.nots, step.where] });
    }
  }

  /** The same for a step that is not the first: its own contiguity holds, and each state is made once. */
  #follow(sequence: Sequence, index: number, terms: Terms): State {
    const step = sequence.steps[index];
    if (step === undefined) return sequence.exit(terms);
    const key = `${index}:${terms.nots.length}:${terms.guard === undefined ? 'free' : 'guarded'}`;
    let state = sequence.entered.get(key);
    if (state === undefined) {
      state = this.#enter(sequence, index, { ...terms, contiguity: step.contiguity, skips: [] });
      sequence.entered.set(key, state);
    }
    return state;
  }

  #event(step: EventStep, entry: Entry, surroundings: Surroundings): State {
    const { quantifier, where } = step;
    const { until, following } = surroundings;
    const { from, to } = quantifier;
    const stop = anyOf(quantifier.until, until);
    const take = unless(where, stop);
    const inner = ignoreCondition(quantifier.contiguity, where, stop);
    const innerTerms = { nots: following, guard: undefined };
    const leave = this.#leave(quantifier, where, surroundings.exit);
    const after = leave([]);
    const isLoop = to === Infinity;
    let target = isLoop
      ? this.#loop({ step, take, ignore: inner, leave: after, terms: innerTerms })
      : surroundings.exit({ nots: [], guard: greedyGuard(quantifier, where) });
    for (let count = isLoop ? from : to; count > 1; count--) {
      const parts = { step, take, target, ignore: inner, terms: innerTerms };
      target = this.#step({ ...parts, leave: !isLoop && count > from ? after : [] });
    }
    return this.#step({
      step,
      take,
      target,
      ignore: ignoreCondition(entry.contiguity, where, until),
      leave: [...(quantifier.isOptional ? leave(entry.nots) : []), ...entry.skips],
      terms: entry,
    });
  }

  /** The ways out of a step that needs no more events. An event that ends a greedy loop ends its greed as well. */
  #leave(quantifier: Quantifier, where: Condition, exit: Exit) {
    const guard = greedyGuard(quantifier, where);
    const { until } = quantifier;
    return (nots: readonly Condition[]): readonly Transition[] => {
      const guarded = { action: 'proceed', target: exit({ nots, guard }) } as const;
      if (guard === undefined || until === undefined) return [{ ...guarded, condition: undefined }];
      const free = { action: 'proceed', target: exit({ nots, guard: undefined }) } as const;
      return [
        { ...guarded, condition: not(until) },
        { ...free, condition: until },
      ];
    };
  }

  /** A state that takes events as long as they come. */
  #loop(parts: Omit<StateParts, 'target'>): State {
    const { step, take, ignore, leave, terms } = parts;
    const loop = this.#add(step.name, 'waiting', step.withinPreviousMs);
    loop.transitions.push({ action: 'take', target: loop, condition: take }, ...leave);
    this.#finish(loop, { step, take, target: loop, ignore, leave, terms });
    return loop;
  }

  /** A state that takes one event. */
  #step(parts: StateParts): State {
    const state = this.#add(parts.step.name, 'waiting', parts.step.withinPreviousMs);
    const take: Transition = { action: 'take', target: parts.target, condition: parts.take };
    state.transitions.push(take, ...parts.leave);
    this.#finish(state, parts);
    return state;
  }

  /** Adds what ends a match and what it may ignore, then puts the state under its guard. */
  #finish(state: State, parts: StateParts): void {
    const { step, take, target, ignore, leave, terms } = parts;
    const stops = terms.nots.map((condition): Transition => ({
      action: 'stop',
      target: state,
      condition,
    }));
    state.transitions.push(...stops);
    if (ignore !== 'never') {
      const waits =
        leave.length === 0 ? state : this.#add(step.name, 'waiting', step.withinPreviousMs);
      if (waits !== state) {
        waits.transitions.push({ action: 'take', target, condition: take }, ...stops);
        waits.transitions.push({ action: 'ignore', target: waits, condition: ignore });
      }
      state.transitions.push({ action: 'ignore', target: waits, condition: ignore });
    }
    guardTransitions(state, terms.guard);
  }

  #group(step: GroupStep, entry: Entry, surroundings: Surroundings): State {
    const { from, to, contiguity, isOptional, until: ownUntil } = step.quantifier;
    const { exit, following } = surroundings;
    const until = anyOf(ownUntil, surroundings.until);
    const enter = (copyExit: Exit, copyEntry: Entry): State => {
      const around = { exit: copyExit, until, behind: following };
      const copy = { steps: step.steps, ...around, entered: new Map() };
      return this.#enter(copy, 0, copyEntry);
    };
    const leave = (nots: readonly Condition[]): Transition => ({
      action: 'proceed',
      target: exit({ nots, guard: undefined }),
      condition: undefined,
    });
    const inner = { nots: following, guard: undefined, contiguity };
    // What follows the last copy that must be there.
    let next = exit;
    if (to === Infinity) {
      const again = this.#add('', 'waiting');
      const head = enter(() => again, { ...inner, skips: [leave([])] });
      again.transitions.push({ action: 'proceed', target: head, condition: undefined });
      next = () => again;
    }
    for (let count = to === Infinity ? from : to; count > 1; count--) {
      const skips = count > from ? [leave([])] : [];
      const head = enter(next, { ...inner, skips });
      next = () => head;
    }
    const skips = isOptional ? [leave(entry.nots)] : [];
    return enter(next, { ...entry, skips: [...skips, ...entry.skips] });
  }

  /** The next event decides: it ends the match, or what follows may have it. */
  #notNext(step: NotStep, entry: Entry, exit: Exit): State {
    const state = this.#add(step.name, 'deciding');
    const target = exit({ nots: entry.nots, guard: undefined });
    const allowed = not(step.where);
    for (const condition of [step.where, ...entry.nots])
      state.transitions.push({ action: 'stop', target: state, condition });
    state.transitions.push({ action: 'proceed', target, condition: allowed });
    // Where the pattern may end here, the event that was allowed completes the match without being a part of it.
    const final = reached(target).find(({ kind }) => kind === 'final');
    if (final !== undefined) {
      state.transitions.push({ action: 'ignore', target: final, condition: allowed });
    }
    guardTransitions(state, entry.guard);
    return state;
  }

  #pending(nots: readonly Condition[]): State {
    const state = this.#add('', 'pending');
    for (const condition of nots)
      state.transitions.push({ action: 'stop', target: state, condition });
    state.transitions.push({ action: 'ignore', target: state, condition: undefined });
    return state;
  }

  #add(name: string, kind: State['kind'], withinPreviousMs = Infinity): State {
    const state = { index: this.states.length, name, kind, withinPreviousMs, transitions: [] };
    this.states.push(state);
    return state;
  }
}

/** What a step must know of the sequence it is in. */
interface Surroundings {
  readonly exit: Exit;
  readonly until: Condition | undefined;
  /** Conditions of the `notFollowedBy` right behind the step: they end its repetition as well. */
  readonly following: readonly Condition[];
}

function around({ steps, until, behind }: Sequence, index: number): Omit<Surroundings, 'exit'> {
  const following: Condition[] = [];
  for (const step of steps.slice(index + 1)) {
    if (step.kind !== 'not') return { until, following };
    if (step.contiguity === 'relaxed') following.push(step.where);
  }
  return { until, following: [...following, ...behind] };
}

/** Undefined when the step always takes the same number of events: there is nothing to be greedy about. */
function greedyGuard({ isGreedy, from, to }: Quantifier, where: Condition): Condition | undefined {
  return isGreedy && to > from ? where : undefined;
}

function guardTransitions({ transitions }: State, guard: Condition | undefined): void {
  if (guard === undefined) return;
  for (const [index, transition] of transitions.entries()) {
    const { condition = () => true } = transition;
    transitions[index] = { ...transition, condition: unless(condition, guard) };
  }
}

/** Which events may lie before the next one that is taken; `undefined` for all. */
function ignoreCondition(
  contiguity: Contiguity,
  where: Condition,
  until: Condition | undefined,
): Condition | undefined | 'never' {
  if (contiguity === 'strict') return 'never';
  if (contiguity === 'relaxed') return unless(not(where), until);
  return until === undefined ? undefined : not(until);
}

function not(condition: Condition): Condition {
  return (event, matched, time) => !condition(event, matched, time);
}

function unless(condition: Condition, exception: Condition | undefined): Condition {
  if (exception === undefined) return condition;
  return (event, matched, time) =>
    !exception(event, matched, time) && condition(event, matched, time);
}

function anyOf(left: Condition | undefined, right: Condition | undefined): Condition | undefined {
  if (left === undefined || right === undefined) return left ?? right;
  return (event, matched, time) => left(event, matched, time) || right(event, matched, time);
}
