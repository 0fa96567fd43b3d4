// The ranks of the recommendation job.

import { describe, expect, it } from 'vitest';
import { rankOffers, rankRelated } from '../../../../runtime/jobs/recommendation/ranking.ts';

describe('rankRelated', () => {
  const COUNTS = [
    { other: 'rug', baskets: 2 },
    { other: 'kite', baskets: 4 },
    { other: 'lamp', baskets: 6 },
    { other: 'drum', baskets: 1 },
    { other: 'book', baskets: 2 },
  ];

  it('gives shares of the baskets of the item, ties by name, without the item and what is rare', () => {
    const expected = [
      { item: 'kite', millionths: 666_667 },
      { item: 'book', millionths: 333_333 },
      { item: 'rug', millionths: 333_333 },
    ];
    for (const counts of [COUNTS, COUNTS.toReversed()]) {
      expect(rankRelated('lamp', counts, { related: 9, minTogether: 2 })).toStrictEqual(expected);
    }
  });

  it('keeps no more than asked', () => {
    const items = rankRelated('lamp', COUNTS, { related: 2, minTogether: 1 }).map(
      ({ item }) => item,
    );
    expect(items).toStrictEqual(['kite', 'book']);
  });
});

describe('rankOffers', () => {
  it('adds up in any order, and leaves out what the user has', () => {
    const offers = [
      [
        { item: 'kite', millionths: 100_001 },
        { item: 'rug', millionths: 500_000 },
      ],
      [
        { item: 'kite', millionths: 200_002 },
        { item: 'book', millionths: 300_003 },
      ],
    ];
    const expected = [
      { item: 'book', millionths: 300_003 },
      { item: 'kite', millionths: 300_003 },
    ];
    expect(rankOffers(offers, ['rug'])).toStrictEqual(expected);
    expect(rankOffers(offers.toReversed(), ['rug', 'lamp'])).toStrictEqual(expected);
  });
});
