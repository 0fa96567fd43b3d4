// The automaton where the documentation has no table: greed, time, conditions over what was matched, and bounds.

import { describe, expect, it } from 'vitest';
import { isEmpty } from '../../../runtime/cep/match-state.ts';
import { is, type LetterPattern, matchesOf, runPattern } from '../../support/pattern-run.ts';

describe('a greedy loop', () => {
  it.each([
    ['c a1 a2 a3 d', ['c a1 a2 a3 d']],
    ['c x a1 x a2 d', ['c a1 a2 d']],
    ['c d', ['c d']],
  ])('takes all it can, of none or more: c a* d in %s', (input, matches) => {
    const pattern: LetterPattern = (p) =>
      p
        .begin('c', is('c'))
        .followedBy('a', { ...is('a'), times: { from: 1 }, optional: true, greedy: true })
        .followedBy('d', is('d'));
    expect(matchesOf(pattern, input)).toEqual(matches);
  });

  it('leaves the next step only events that it would not take', () => {
    const pattern =
      (greedy: boolean): LetterPattern =>
      (p) =>
        p
          .begin('a', is('a'))
          .next('b', { ...is('b'), times: { from: 1 }, greedy })
          .next('end', is('b', 'c'));
    expect(matchesOf(pattern(false), 'a b1 b2 c')).toEqual(['a b1 b2', 'a b1 b2 c']);
    expect(matchesOf(pattern(true), 'a b1 b2 c')).toEqual(['a b1 b2 c']);
  });

  it('takes as many of a range as there are', () => {
    const pattern: LetterPattern = (p) =>
      p
        .begin('c', is('c'))
        .followedBy('a', { ...is('a'), times: { from: 2, to: 4 }, greedy: true })
        .followedBy('d', is('d'));
    expect(matchesOf(pattern, 'c a1 a2 a3 d')).toEqual(['c a1 a2 a3 d']);
    expect(matchesOf(pattern, 'c a1 d')).toEqual([]);
  });

  it('is over with its until: later events are nobody’s', () => {
    const pattern: LetterPattern = (p) =>
      p
        .begin('a', is('a'))
        .followedBy('b', { ...is('b'), times: { from: 1 }, greedy: true, until: is('u').where })
        .followedBy('c', is('c'));
    expect(matchesOf(pattern, 'a b1 b2 u b3 c')).toEqual(['a b1 b2 c']);
  });
});

describe('conditions', () => {
  it('see what the match at hand has taken, this step included', () => {
    const pattern: LetterPattern = (p) =>
      p
        .begin('a', is('a'))
        .followedBy('b', {
          where: ({ text }, matched) =>
            text.startsWith('b') &&
            Number(text.slice(1)) > Number((matched.b.at(-1) ?? matched.a[0]).text.slice(1)),
          times: { from: 1 },
        })
        .next('end', is('e'));
    expect(matchesOf(pattern, 'a2 b1 b4 b3 b5 e')).toEqual(['a2 b4 b5 e']);
  });

  it('see the time of the event', () => {
    const pattern: LetterPattern = (p) =>
      p.begin('late', { where: (_, __, { timestampMs }) => timestampMs >= 5 });
    expect(matchesOf(pattern, 'a@4 b@5 c@6')).toEqual(['b', 'c']);
  });
});

describe('events that must not come', () => {
  const between: LetterPattern = (p) =>
    p
      .begin('a', is('a'))
      .notFollowedBy('n', is('n'))
      .followedByAny('c', { ...is('c'), optional: true })
      .followedByAny('d', is('d'));
  it('are in force until the next event is taken, also over an optional step', () => {
    expect(matchesOf(between, 'a c n d')).toEqual(['a c d']);
    expect(matchesOf(between, 'a n c d')).toEqual([]);
  });

  it('at the end, complete a match when time is over', () => {
    const pattern: LetterPattern = (p) => p.begin('a', is('a')).notFollowedBy('n', is('n'));
    const run = runPattern(pattern, 'a1@0 x@5 a2@8 n@12 x@40', { withinMs: 10, untilMs: 100 });
    expect(run.matches).toEqual(['a1']);
    expect(run.timedOut).toEqual([]);
  });

  it('win over a step that the same event would complete', () => {
    const pattern: LetterPattern = (p) =>
      p.begin('a', is('a')).notFollowedBy('n', is('b')).followedBy('b', is('b', 'c'));
    expect(matchesOf(pattern, 'a b c')).toEqual([]);
    expect(matchesOf(pattern, 'a c b')).toEqual(['a c']);
  });
});

describe('time', () => {
  const pattern: LetterPattern = (p) =>
    p
      .begin('a', is('a'))
      .followedBy('b', { ...is('b'), optional: true })
      .followedBy('c', is('c'));

  it('runs out when the whole of withinMs has passed', () => {
    expect(matchesOf(pattern, 'a@0 b@5 c@9', { withinMs: 10 })).toEqual(['a b c', 'a c']);
    expect(matchesOf(pattern, 'a@0 b@5 c@10', { withinMs: 10 })).toEqual([]);
  });

  it('tells matches that it ran out on, at the moment when it did', () => {
    const run = runPattern(pattern, 'a1@0 b@5 a2@8', { withinMs: 10, untilMs: 30 });
    expect(run.timedOut).toEqual(['a1 b @10', 'a1 @10', 'a2 @18']);
    expect(isEmpty(run.state)).toBe(true);
  });

  it('may be limited from one event to the next', () => {
    const loop: LetterPattern = (p) =>
      p
        .begin('a', is('a'))
        .followedBy('b', { ...is('b'), times: { from: 1 }, withinPreviousMs: 5 })
        .followedBy('c', is('c'));
    expect(matchesOf(loop, 'a@0 b1@4 b2@8 b3@13 c@90')).toEqual(['a b1 b2 c', 'a b1 c']);
    expect(runPattern(loop, 'a1@0 a2@3 b@7', { untilMs: 50 }).timedOut).toEqual(['a1 @5']);
    const { timedOut, state } = runPattern(loop, 'a@0 x@2', { untilMs: 50 });
    expect(timedOut).toEqual(['a @5']);
    expect(isEmpty(state)).toBe(true);
  });
});

describe('skipping', () => {
  const loop: LetterPattern = (p) =>
    p.begin('b', { ...is('b'), times: { from: 1 } }).followedBy('c', is('c'));

  it('lets a match wait for those that began before it', () => {
    // b1 may still take a b: its matches come first, and could end the one of b2.
    const options = { skip: { toFirst: 'b' }, withinMs: 10 } as const;
    const early = runPattern(loop, 'b1 b2 c', options);
    expect(early.matches).toEqual(['b1 b2 c', 'b1 c']);
    const { matches, state } = runPattern(loop, 'b1 b2 c', { ...options, untilMs: 10 });
    expect(matches).toEqual(['b1 b2 c', 'b1 c', 'b2 c']);
    expect(state.completed).toEqual([]);
  });

  it('drops nothing when the match lacks the step, or fails when that was asked for', () => {
    const pattern: LetterPattern = (p) =>
      p
        .begin('a', is('a'))
        .next('b', { ...is('b'), optional: true })
        .next('c', is('c'));
    expect(runPattern(pattern, 'a c', { skip: { toFirst: 'b' } }).matches).toEqual(['a c']);
    expect(() => runPattern(pattern, 'a c', { skip: { toFirst: 'b', orFail: true } })).toThrow(
      /skipped to "b"/,
    );
    expect(() => runPattern(pattern, 'a b c', { skip: { toLast: 'a', orFail: true } })).toThrow(
      /with which it begins/,
    );
  });
});

it('bounds the partial matches of a key', () => {
  const pattern: LetterPattern = (p) =>
    p.begin('a', { ...is('a'), times: { from: 1 }, contiguity: 'any' }).next('c', is('c'));
  const input = Array.from({ length: 12 }, (_, index) => `a${index}`).join(' ');
  expect(() => runPattern(pattern, input, { partialMatchesMax: 1_000 })).toThrow(
    /more than 1000 partial matches/,
  );
  expect(runPattern(pattern, input, { partialMatchesMax: 100_000 }).matches).toEqual([]);
});

it('shares what matches have in common, and keeps each event once', () => {
  const pattern: LetterPattern = (p) =>
    p
      .begin('a', is('a'))
      .followedBy('b', { ...is('b'), times: { from: 1 } })
      .next('c', is('c'));
  const { state } = runPattern(pattern, `a ${'b '.repeat(100)}`);
  expect(state.events.size).toBe(101);
  expect(state.entries.size).toBe(101);
  expect(structuredClone(state)).toEqual(state);
});
