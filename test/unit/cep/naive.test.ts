// The automaton against a matcher that tries everything: the same matches, for any small pattern and input.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Automaton } from '../../../runtime/cep/automaton.ts';
import { createMatchState, isEmpty } from '../../../runtime/cep/match-state.ts';
import type {
  Contiguity,
  EventStep,
  GroupStep,
  MatchedEvents,
  NotStep,
  PatternStep,
} from '../../../runtime/operators/pattern-spec.ts';
import { matchNaively } from './naive-matcher.ts';

interface Letter {
  readonly letter: string;
  readonly position: number;
}

const letter = fc.constantFrom<string[]>('a', 'b', 'c');
const contiguity = fc.constantFrom<Contiguity>('strict', 'relaxed', 'any');
const where = fc
  .uniqueArray(letter, { minLength: 1, maxLength: 2 })
  .map((letters) => (event: unknown) => letters.includes((event as Letter).letter));
const quantifier = fc.record({
  times: fc.constantFrom<readonly [number, number]>(
    [1, 1],
    [1, 1],
    [2, 2],
    [1, 2],
    [1, Infinity],
    [2, Infinity],
  ),
  isOptional: fc.boolean(),
  contiguity,
});

const eventStep = fc
  .record({ where, contiguity, quantifier, until: fc.option(where, { nil: undefined }) })
  .map(({ quantifier: { times, ...rest }, until, ...step }): Omit<EventStep, 'name'> => ({
    kind: 'event',
    ...step,
    withinPreviousMs: Infinity,
    quantifier: {
      from: times[0],
      to: times[1],
      isGreedy: false,
      until: times[1] === Infinity ? until : undefined,
      ...rest,
    },
  }));
const notStep = fc.record<Omit<NotStep, 'name'>>({
  kind: fc.constant('not'),
  where,
  contiguity: fc.constantFrom('strict', 'relaxed'),
});

type Unnamed = Omit<EventStep, 'name'> | Omit<NotStep, 'name'> | Omit<GroupStep, never>;

/** Flink forbids a NOT behind an optional step, and a group needs a step that is not. */
function mandatory<Step extends EventStep | GroupStep>(step: Omit<Step, 'name'>): Step {
  return { ...step, quantifier: { ...step.quantifier, isOptional: false } } as Step;
}

const group = fc
  .record({
    head: eventStep,
    tail: fc.array(eventStep, { maxLength: 1 }),
    not: fc.option(notStep),
    contiguity,
    quantifier,
  })
  .map(({ head, tail, not, contiguity: entered, quantifier: { times, ...rest } }): GroupStep => {
    const last = tail.map((step) => mandatory<EventStep>(step));
    const between = not === null || tail.length === 0 ? [] : [not];
    const first = between.length > 0 || tail.length === 0 ? mandatory<EventStep>(head) : head;
    return {
      kind: 'group',
      steps: [first, ...between, ...last] as PatternStep[],
      contiguity: entered,
      quantifier: { from: times[0], to: times[1], isGreedy: false, until: undefined, ...rest },
    };
  });

/** Steps and groups, some optional, and now and then what must not come behind one that is not. */
const steps = fc
  .array(
    fc.tuple(
      fc.oneof({ arbitrary: eventStep, weight: 3 }, { arbitrary: group, weight: 1 }),
      fc.array(notStep, { maxLength: 2 }),
    ),
    { minLength: 1, maxLength: 3 },
  )
  .map((pairs): readonly PatternStep[] =>
    named(
      pairs.flatMap(([step, nots]): readonly Unnamed[] =>
        nots.length === 0 ? [step] : [mandatory(step as GroupStep), ...nots],
      ),
    ),
  );

function named(unnamed: readonly Unnamed[], prefix = 'step'): readonly PatternStep[] {
  return unnamed.map((step, index): PatternStep => {
    const name = `${prefix}-${index}`;
    if (step.kind === 'group') return { ...step, steps: named(step.steps, name) };
    return { ...step, name };
  });
}

const input = fc.array(letter, { maxLength: 6 });

function run(pattern: readonly PatternStep[], letters: readonly string[], withinMs: number) {
  const automaton = new Automaton({
    steps: pattern,
    withinMs,
    skip: 'none',
    partialMatchesMax: 10_000,
  });
  const state = createMatchState();
  const matches: string[] = [];
  const add = (found: readonly MatchedEvents[]): void => {
    for (const match of found) {
      const taken = Object.values(match).flat() as Letter[];
      const positions = taken.map(({ position }) => position);
      matches.push(positions.toSorted((left, right) => left - right).join());
    }
  };
  for (const [position, text] of letters.entries()) {
    const event: Letter = { letter: text, position };
    add(automaton.advance(state, position).matches);
    add(automaton.process(state, event, { timestampMs: position, nowMs: 0 }));
  }
  add(automaton.advance(state, Number.MAX_SAFE_INTEGER).matches);
  return { matches: matches.toSorted(), state };
}

describe('the automaton', () => {
  it('finds the matches that the contiguity of the steps allows, each once for each way', () => {
    fc.assert(
      fc.property(steps, input, fc.constantFrom(Infinity, 3), (pattern, letters, within) => {
        const events = letters.map((text, position): Letter => ({ letter: text, position }));
        const expected = matchNaively(pattern, events, within).map((match) => match.join());
        expect(run(pattern, letters, within).matches).toEqual(expected.toSorted());
      }),
      { numRuns: 3_000 },
    );
  });

  it('finds none with greed that it does not find without', () => {
    fc.assert(
      fc.property(steps, input, (pattern, letters) => {
        const rest = [...run(pattern, letters, 5).matches];
        for (const match of run(pattern.map(greedy), letters, 5).matches) {
          const index = rest.indexOf(match);
          expect(index).toBeGreaterThanOrEqual(0);
          rest.splice(index, 1);
        }
      }),
    );
  });

  it('keeps nothing of matches that are over', () => {
    fc.assert(
      fc.property(steps, input, (pattern, letters) => {
        const { state } = run(pattern, letters, 5);
        expect(isEmpty(state)).toBe(true);
        expect([state.entries.size, state.events.size]).toEqual([0, 0]);
      }),
    );
  });
});

function greedy(step: PatternStep): PatternStep {
  if (step.kind !== 'event') return step;
  return { ...step, quantifier: { ...step.quantifier, isGreedy: true } };
}
