// Patterns as a job writes them: what the compiler infers of a match, and what is refused.

import { describe, expect, expectTypeOf, it } from 'vitest';
import {
  checkSteps,
  type DescribePattern,
  type Pattern,
  PatternStart,
} from '../../../runtime/api/pattern.ts';

interface Login {
  readonly kind: 'login';
  readonly user: string;
}
interface Order {
  readonly kind: 'order';
  readonly amount: number;
}
type Event = Login | Order;

function steps<M>(describePattern: DescribePattern<Event, unknown, M>) {
  return describePattern(new PatternStart()).steps;
}

/** A value of the type of a match, for the compiler only. */
function matchOf<M>(_pattern: Pattern<Event, M>): M {
  return undefined as M;
}

describe('the type of a match', () => {
  const start = new PatternStart<Event, unknown>();

  it('has a tuple of one for a step that takes one event, narrowed by a type guard', () => {
    const pattern = start
      .begin('login', { where: (event) => event.kind === 'login' })
      .next('any')
      .followedBy('order', { where: (event): event is Order => event.kind === 'order' });
    expectTypeOf(matchOf(pattern)).toHaveProperty('login').toEqualTypeOf<readonly [Login]>();
    expectTypeOf(matchOf(pattern)).toHaveProperty('any').toEqualTypeOf<readonly [Event]>();
    expectTypeOf(matchOf(pattern)).toHaveProperty('order').toEqualTypeOf<readonly [Order]>();
  });

  it('has at least one event for a repeated step, and perhaps none for an optional one', () => {
    const pattern = start
      .begin('many', { times: { from: 1 } })
      .next('two', { times: 2, optional: false })
      .next('maybe', { optional: true });
    expectTypeOf(matchOf(pattern))
      .toHaveProperty('many')
      .toEqualTypeOf<readonly [Event, ...Event[]]>();
    expectTypeOf(matchOf(pattern))
      .toHaveProperty('two')
      .toEqualTypeOf<readonly [Event, ...Event[]]>();
    expectTypeOf(matchOf(pattern)).toHaveProperty('maybe').toEqualTypeOf<readonly Event[]>();
  });

  it('knows the steps of groups, and what conditions may look at', () => {
    const pattern = start
      .begin('first', { where: ({ kind }) => kind === 'login' })
      .next(
        (group) =>
          group.begin('left').next('right', {
            where: (event, matched, { timestampMs }) => {
              expectTypeOf(event).toEqualTypeOf<Event>();
              expectTypeOf(matched.first).toEqualTypeOf<readonly [Event]>();
              expectTypeOf(matched.left).toEqualTypeOf<readonly [Event]>();
              expectTypeOf(matched.right).toEqualTypeOf<readonly Event[]>();
              // @ts-expect-error: not a step
              return matched.later === timestampMs;
            },
          }),
        { times: { from: 1, to: 3 } },
      )
      .next((group) => group.begin('extra'), { optional: true })
      .notFollowedBy('not', { where: (_, matched) => matched.right.length > 1 })
      .next('last');
    const match = expectTypeOf(matchOf(pattern));
    match.toHaveProperty('left').toEqualTypeOf<readonly [Event, ...Event[]]>();
    match.toHaveProperty('extra').toEqualTypeOf<readonly Event[]>();
    match.not.toHaveProperty('not');
  });
});

describe('what is refused', () => {
  const where = () => true;
  const refused: readonly [string, DescribePattern<Event, unknown, unknown>, RegExp][] = [
    ['two steps of one name', (p) => p.begin('a').next('a'), /name of its own/],
    [
      'one name inside and outside of a group',
      (p) => p.begin('a').next((g) => g.begin('a')),
      /name of its own/,
    ],
    ['no name', (p) => p.begin(''), /name of its own/],
    ['no times', (p) => p.begin('a', { times: 0 }), /at least 1/],
    ['times that fall', (p) => p.begin('a', { times: { from: 3, to: 2 } }), /not fall/],
    ['half times', (p) => p.begin('a', { times: 1.5 }), /whole/],
    ['until without a loop', (p) => p.begin('a', { times: 2, until: where }), /until/],
    ['greed for one number of events', (p) => p.begin('a', { greedy: true }).next('b'), /greedy/],
    ['greed at the end', (p) => p.begin('a', { times: { from: 1 }, greedy: true }), /must follow/],
    [
      'greed before nothing that must be',
      (p) => p.begin('a', { times: { from: 1 }, greedy: true }).next('b', { optional: true }),
      /must follow/,
    ],
    [
      'a not after an optional step',
      (p) => p.begin('a', { optional: true }).notNext('n', { where }).next('b'),
      /before it/,
    ],
    [
      'a last notFollowedBy without a time limit',
      (p) => p.begin('a').notFollowedBy('n', { where }),
      /withinMs/,
    ],
    [
      'a group of optional steps',
      (p) => p.begin((g) => g.begin('a', { optional: true })),
      /not optional/,
    ],
    [
      'a group that ends with a not',
      (p) => p.begin((g) => g.begin('a').notNext('n', { where })).next('b'),
      /must not come/,
    ],
    ['no time between events', (p) => p.begin('a').next('b', { withinPreviousMs: 0 }), /positive/],
  ];

  it.each(refused)('%s', (_, pattern, why) => {
    expect(() => {
      checkSteps(steps(pattern), Infinity);
    }).toThrow(why);
  });

  it('nothing that a last notFollowedBy needs', () => {
    const pattern = steps((p) => p.begin('a').notFollowedBy('n', { where }));
    expect(() => {
      checkSteps(pattern, 1_000);
    }).not.toThrow();
  });
});
