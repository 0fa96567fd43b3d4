// Baskets, histories and pairs of the recommendation job: independent of the order in which interactions come.

import { describe, expect, it } from 'vitest';
import {
  type Basket,
  basketOfSession,
  historyOfBaskets,
  pairsOf,
} from '../../../../runtime/jobs/recommendation/baskets.ts';
import type { Interaction } from '../../../../runtime/jobs/recommendation/interactions.ts';

const did = (item: string, kind: Interaction['kind']): Interaction => ({
  user: 'ada',
  item,
  kind,
  atMs: 0,
});
const SESSION = [
  did('lamp', 'view'),
  did('kite', 'purchase'),
  did('lamp', 'bid'),
  did('rug', 'view'),
];

function basketOf(interactions: readonly Interaction[]) {
  return interactions.reduce(
    (basket, one) => basketOfSession.add(basket, one),
    basketOfSession.create(),
  );
}

describe('basketOfSession', () => {
  it('has each item once, and says which were wanted', () => {
    const expected = { seen: ['kite', 'lamp', 'rug'], wanted: ['kite', 'lamp'] };
    expect(basketOfSession.result(basketOf(SESSION))).toStrictEqual(expected);
    expect(basketOfSession.result(basketOf(SESSION.toReversed()))).toStrictEqual(expected);
  });

  it('merges two sessions into what one would have been', () => {
    const merged = basketOfSession.merge?.(
      basketOf(SESSION.slice(2)),
      basketOf(SESSION.slice(0, 2)),
    );
    expect(merged).toStrictEqual(basketOf(SESSION.toReversed()));
  });
});

describe('historyOfBaskets', () => {
  const basket = (endMs: number, seen: string[], wanted: string[]): Basket => ({
    ...{ user: 'ada', endMs, seen, wanted },
  });
  const BASKETS = [
    basket(50, ['lamp', 'rug'], ['lamp']),
    basket(90, ['kite', 'lamp'], []),
    basket(70, ['rug'], ['rug']),
  ];
  const EXPECTED = { lastEndMs: 90, seen: ['kite', 'lamp', 'rug'], wanted: ['lamp', 'rug'] };
  const historyOf = (baskets: readonly Basket[]) =>
    baskets.reduce((history, one) => historyOfBaskets.add(history, one), historyOfBaskets.create());

  it('keeps what was ever wanted, and when the last one ended', () => {
    expect(historyOfBaskets.result(historyOf(BASKETS))).toStrictEqual(EXPECTED);
    expect(historyOfBaskets.result(historyOf(BASKETS.toReversed()))).toStrictEqual(EXPECTED);
  });

  it('merges into the left one and leaves the right one alone, as shared slices need', () => {
    const left = historyOf(BASKETS.slice(0, 1));
    const right = historyOf(BASKETS.slice(1));
    expect(historyOfBaskets.merge?.(left, right)).toBe(left);
    expect(historyOfBaskets.result(left)).toStrictEqual(EXPECTED);
    expect(right).toStrictEqual(historyOf(BASKETS.slice(1)));
  });
});

describe('pairsOf', () => {
  it('pairs what was seen with what was wanted, and each item with itself once', () => {
    expect([...pairsOf({ seen: ['kite', 'lamp', 'rug'], wanted: ['lamp', 'rug'] })]).toStrictEqual([
      { item: 'kite', other: 'kite' },
      { item: 'kite', other: 'lamp' },
      { item: 'kite', other: 'rug' },
      { item: 'lamp', other: 'lamp' },
      { item: 'lamp', other: 'rug' },
      { item: 'rug', other: 'rug' },
      { item: 'rug', other: 'lamp' },
    ]);
  });
});
