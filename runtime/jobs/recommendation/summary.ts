// What the recommendation job says at its end: how much it recommends, and the latest offers of the users whom it knows best.

import { readRecommendations, type Recommendation } from './results.ts';

/** Users named in the summary. */
const USERS_SHOWN = 3;

/** A few lines for each of the users whose best offer fits best. */
export async function describeRecommendations(out: string): Promise<readonly string[]> {
  const all = await readRecommendations(out);
  const latest = latestByUser(all);
  const count = all.length.toLocaleString('en');
  return [
    `${count} recommendations for ${latest.length.toLocaleString('en')} users in ${out}/recommendation/offers`,
    ...latest.sort(byBestOffer).slice(0, USERS_SHOWN).flatMap(describe),
  ];
}

function latestByUser(all: readonly Recommendation[]): Recommendation[] {
  const latest = new Map<string, Recommendation>();
  for (const one of all) {
    const before = latest.get(one.user);
    if (before === undefined || one.asOf > before.asOf) latest.set(one.user, one);
  }
  return [...latest.values()];
}

/** Ties by name, so that the summary does not depend on the order of lines. */
function byBestOffer(left: Recommendation, right: Recommendation): number {
  const [leftScore = 0, rightScore = 0] = [left.offers[0]?.score, right.offers[0]?.score];
  return rightScore - leftScore || (left.user < right.user ? -1 : 1);
}

function describe({ user, asOf, offers }: Recommendation): readonly string[] {
  const titles = offers.map(({ title }) => title.length);
  const width = Math.max(...titles);
  return [
    `For ${user}, as of ${asOf.slice(0, 16).replace('T', ' ')}:`,
    ...offers.map(
      ({ title, priceCents, score }) =>
        `  ${title.padEnd(width)}  ${(priceCents / 100).toFixed(2).padStart(7)}  score ${score.toFixed(2)}`,
    ),
  ];
}
