// The automaton against a matcher that tries everything: the same matches, for any small pattern and input.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Automaton } from '../../../runtime/cep/automaton.ts';
import { createMatchState, isEmpty } from '../../../runtime/cep/match-state.ts';
import type {
  Contiguity,
  EventStep,
  MatchedEvents,
  NotStep,
  PatternStep,
} from '../../../runtime/operators/pattern-spec.ts';
import { matchNaively } from './naive-matcher.ts';

interface Letter {
  readonly letter: string;
  readonly position: number;
}

const letter = fc.constantFrom('a', 'b', 'c');
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
  .record({ where, contiguity, quantifier })
  .map(({ quantifier: { times, ...rest }, ...step }): Omit<EventStep, 'name'> => ({
    kind: 'event',
    ...step,
    withinPreviousMs: Infinity,
    quantifier: { from: times[0], to: times[1], isGreedy: false, until: undefined, ...rest },
  }));
const notStep = fc.record<Omit<NotStep, 'name'>>({
  kind: fc.constant('not'),
  where,
  contiguity: fc.constantFrom('strict', 'relaxed'),
});

/** Mandatory and optional steps, and now and then what must not come behind a mandatory one. */
const steps = fc
  .array(fc.tuple(eventStep, fc.option(notStep)), { minLength: 1, maxLength: 3 })
  .map((pairs): readonly PatternStep[] =>
    pairs
      .flatMap(([step, not]): Omit<PatternStep, 'name'>[] => {
        if (not === null) return [step];
        // Flink forbids a NOT behind an optional step.
        return [{ ...step, quantifier: { ...step.quantifier, isOptional: false } } as never, not];
      })
      .map((step, index) => ({ ...step, name: `step${index}` }) as PatternStep),
  );

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
      matches.push(taken.map(({ position }) => position).join());
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
