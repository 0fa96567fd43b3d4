// The plain loops that the recommendation job is compared with, against an answer worked out by hand.

import { describe, expect, it } from 'vitest';
import { expectedRecommendations } from '../../../../runtime/jobs/recommendation/expected.ts';
import type { Interaction } from '../../../../runtime/jobs/recommendation/interactions.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 1_440 * MINUTE_MS;
const OPTIONS = {
  ...{ gap: 30 * MINUTE_MS, every: DAY_MS, horizon: 2 * DAY_MS },
  ...{ related: 10, minTogether: 1, top: 5 },
};

const did = (user: string, minute: number, item: string, kind: Interaction['kind']) => ({
  ...{ user, item, kind, atMs: minute * MINUTE_MS },
});

const CATALOGUE = ['kite', 'lamp', 'rug'].map((item) => ({
  ...{
    item,
    title: item.toUpperCase(),
    category: 'any',
    priceCents: 100,
    isAvailable: true,
    atMs: 0,
  },
}));

function summaryOf(interactions: readonly Interaction[], options = OPTIONS, catalogue = CATALOGUE) {
  return expectedRecommendations(interactions, catalogue, options).map(
    ({ asOf, user, offers }) =>
      `${asOf.slice(0, 10)} ${user}: ${offers.map(({ item, score }) => `${item} ${score}`).join()}`,
  );
}

describe('expectedRecommendations', () => {
  const DAY_ONE = [
    did('ada', 0, 'lamp', 'view'),
    did('ada', 30, 'kite', 'purchase'), // exactly the gap: one session
    did('bob', 5, 'lamp', 'view'),
    did('bob', 6, 'rug', 'bid'),
    did('cat', 9, 'lamp', 'view'),
  ];

  it('shares what others wanted with the same item', () => {
    expect(summaryOf(DAY_ONE)).toStrictEqual([
      '1970-01-02 ada: rug 0.333333',
      '1970-01-02 bob: kite 0.333333',
      '1970-01-02 cat: kite 0.333333,rug 0.333333',
    ]);
  });

  it('cuts sessions after the gap', () => {
    const apart = DAY_ONE.with(1, did('ada', 31, 'kite', 'purchase'));
    expect(summaryOf(apart)).toStrictEqual([
      '1970-01-02 ada: rug 0.333333',
      '1970-01-02 cat: rug 0.333333',
    ]);
  });

  it('counts a session for the day in which it ends, and forgets it after the horizon', () => {
    const days = [0, 1, 2].map((day) => did('dot', 1_440 * day + 600, 'lamp', 'view'));
    expect(summaryOf([...DAY_ONE, ...days])).toStrictEqual([
      '1970-01-02 ada: rug 0.25',
      '1970-01-02 bob: kite 0.25',
      '1970-01-02 cat: kite 0.25,rug 0.25',
      '1970-01-02 dot: kite 0.25,rug 0.25',
      '1970-01-03 dot: kite 0.2,rug 0.2',
    ]);
    const nextDay = summaryOf(
      DAY_ONE.map((one) => ({ ...one, atMs: one.atMs + 1_400 * MINUTE_MS })),
    );
    expect(nextDay).toStrictEqual(['1970-01-02 cat: rug 0.5', '1970-01-03 ada: rug 0.333333']);
  });

  it('leaves out what is not there at the end of the day', () => {
    const gone = { ...CATALOGUE[2]!, isAvailable: false, atMs: DAY_MS - 1 };
    expect(summaryOf(DAY_ONE, OPTIONS, [...CATALOGUE, gone])).toStrictEqual([
      '1970-01-02 bob: kite 0.333333',
      '1970-01-02 cat: kite 0.333333',
    ]);
    const later = { ...gone, atMs: DAY_MS };
    expect(summaryOf(DAY_ONE, OPTIONS, [...CATALOGUE, later])).toStrictEqual(summaryOf(DAY_ONE));
  });
});
