// The examples of Flink's documentation (libs/cep), with the results that it gives for them.

import { describe, expect, it } from 'vitest';
import type { SkipStrategy } from '../../../runtime/operators/pattern-spec.ts';
import { is, type LetterPattern, matchesOf, runPattern } from '../../support/pattern-run.ts';

describe('contiguity between steps: "a b" in a c b1 b2', () => {
  it.each<[string, LetterPattern, string[]]>([
    ['strict', (p) => p.begin('a', is('a')).next('b', is('b')), []],
    ['relaxed', (p) => p.begin('a', is('a')).followedBy('b', is('b')), ['a b1']],
    ['any', (p) => p.begin('a', is('a')).followedByAny('b', is('b')), ['a b1', 'a b2']],
  ])('%s', (_, pattern, matches) => {
    expect(matchesOf(pattern, 'a c b1 b2')).toEqual(matches);
  });
});

describe('contiguity within a loop: "a b+ c" in a b1 d1 b2 d2 b3 c', () => {
  const pattern =
    (contiguity: 'strict' | 'relaxed' | 'any'): LetterPattern =>
    (p) =>
      p
        .begin('a', is('a'))
        .followedByAny('b', { ...is('b'), times: { from: 1 }, contiguity })
        .followedBy('c', is('c'));
  const relaxed = ['a b1 b2 b3 c', 'a b1 b2 c', 'a b1 c', 'a b2 b3 c', 'a b2 c', 'a b3 c'];
  it('relaxed', () => {
    expect(matchesOf(pattern('relaxed'), 'a b1 d1 b2 d2 b3 c')).toEqual(relaxed);
  });
  it('any', () => {
    const matches = matchesOf(pattern('any'), 'a b1 d1 b2 d2 b3 c');
    expect(matches).toEqual([...relaxed, 'a b1 b3 c'].toSorted());
  });
  it('strict, up to a strict c', () => {
    const strict: LetterPattern = (p) =>
      p
        .begin('a', is('a'))
        .followedByAny('b', { ...is('b'), times: { from: 1 }, contiguity: 'strict' })
        .next('c', is('c'));
    expect(matchesOf(strict, 'a b1 d1 b2 d2 b3 c')).toEqual(['a b3 c']);
  });
});

describe('consecutive and allowCombinations: "c a+ b" in c d a1 a2 a3 d a4 b', () => {
  it.each([
    ['strict', ['c a1 a2 a3 b', 'c a1 a2 b', 'c a1 b']],
    ['relaxed', ['c a1 a2 a3 a4 b', 'c a1 a2 a3 b', 'c a1 a2 b', 'c a1 b']],
  ] as const)('%s', (contiguity, matches) => {
    const pattern: LetterPattern = (p) =>
      p
        .begin('c', is('c'))
        .followedBy('a', { ...is('a'), times: { from: 1 }, contiguity })
        .followedBy('b', is('b'));
    expect(matchesOf(pattern, 'c d a1 a2 a3 d a4 b')).toEqual(matches);
  });

  it('any', () => {
    const pattern: LetterPattern = (p) =>
      p
        .begin('c', is('c'))
        .followedByAny('a', { ...is('a'), times: { from: 1 }, contiguity: 'any' })
        .followedBy('b', is('b'));
    // Every set of a's that is not empty: the fifteen that the documentation lists.
    const sets = Array.from({ length: 15 }, (_, set) =>
      [1, 2, 3, 4].filter((number) => ((set + 1) & (1 << (number - 1))) !== 0),
    );
    const matches = sets.map((set) => ['c', ...set.map((number) => `a${number}`), 'b'].join(' '));
    expect(matchesOf(pattern, 'c d a1 a2 a3 d a4 b')).toEqual(matches.toSorted());
  });
});

it('ends a loop by until: "(a+ until b)" in a1 c a2 b a3', () => {
  const pattern: LetterPattern = (p) =>
    p.begin('a', { ...is('a'), times: { from: 1 }, until: is('b').where });
  expect(matchesOf(pattern, 'a1 c a2 b a3')).toEqual(['a1', 'a1 a2', 'a2', 'a3']);
});

describe('skipping after a match: "b+ c" in b1 b2 b3 c', () => {
  it.each<[string, SkipStrategy, string[]]>([
    ['none', 'none', ['b1 b2 b3 c', 'b2 b3 c', 'b3 c']],
    ['to next', 'to-next', ['b1 b2 b3 c', 'b2 b3 c', 'b3 c']],
    ['past the last event', 'past-last-event', ['b1 b2 b3 c']],
    ['to the first b', { toFirst: 'b' }, ['b1 b2 b3 c', 'b2 b3 c', 'b3 c']],
    ['to the last b', { toLast: 'b' }, ['b1 b2 b3 c', 'b3 c']],
  ])('%s', (_, skip, matches) => {
    const pattern: LetterPattern = (p) =>
      p.begin('b', { ...is('b'), times: { from: 1 }, contiguity: 'strict' }).next('c', is('c'));
    expect(runPattern(pattern, 'b1 b2 b3 c', { skip }).matches).toEqual(matches);
  });
});

describe('skipping after a match: "(a | b | c) (b | c) c+.greedy d" in a b c1 c2 c3 d', () => {
  const pattern: LetterPattern = (p) =>
    p
      .begin('first', is('a', 'b', 'c'))
      .next('second', is('b', 'c'))
      .followedBy('c', { ...is('c'), times: { from: 1 }, greedy: true })
      .followedBy('d', is('d'));
  it.each<[string, SkipStrategy, string[]]>([
    ['none', 'none', ['a b c1 c2 c3 d', 'b c1 c2 c3 d', 'c1 c2 c3 d']],
    ['to the first c', { toFirst: 'c' }, ['a b c1 c2 c3 d', 'c1 c2 c3 d']],
  ])('%s', (_, skip, matches) => {
    expect(runPattern(pattern, 'a b c1 c2 c3 d', { skip }).matches).toEqual(matches);
  });
});

describe('skipping after a match: "a b+" in a b1 b2 b3', () => {
  it.each<[string, SkipStrategy, string[]]>([
    ['none', 'none', ['a b1', 'a b1 b2', 'a b1 b2 b3']],
    ['to next', 'to-next', ['a b1']],
  ])('%s', (_, skip, matches) => {
    const pattern: LetterPattern = (p) =>
      p.begin('a', is('a')).followedBy('b', { ...is('b'), times: { from: 1 } });
    expect(runPattern(pattern, 'a b1 b2 b3', { skip }).matches).toEqual(matches);
  });
});
