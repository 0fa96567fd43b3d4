// From counts to ranks: which items go with an item, and which of them a user is offered. Scores are whole millionths until
// the very end, so that sums do not depend on the order of what is added, and ties are broken by name.

/** An item and how well it fits, in millionths. */
export interface Scored {
  readonly item: string;
  readonly millionths: number;
}

/** In how many baskets with an item another one was wanted; of the item with itself, in how many it is. */
export interface PairCount {
  readonly other: string;
  readonly baskets: number;
}

/** How many related items are kept, and of how many baskets they must have been wanted in. */
export interface RelatedOptions {
  readonly related: number;
  readonly minTogether: number;
}

const MILLION = 1_000_000;

/** The share of an item's baskets in which each other item was wanted; the largest shares first. */
export function rankRelated(
  item: string,
  counts: readonly PairCount[],
  { related, minTogether }: RelatedOptions,
): readonly Scored[] {
  const own = counts.find(({ other }) => other === item)?.baskets ?? 0;
  return counts
    .filter(({ other, baskets }) => other !== item && baskets >= minTogether)
    .map(({ other, baskets }) => ({
      item: other,
      millionths: Math.round((baskets * MILLION) / own),
    }))
    .sort(byScore)
    .slice(0, related);
}

/** Adds up what several items of a user offer, without what the user has; the best first. */
export function rankOffers(
  offers: readonly (readonly Scored[])[],
  owned: readonly string[],
): readonly Scored[] {
  const totals = new Map<string, number>();
  for (const { item, millionths } of offers.flat()) {
    totals.set(item, (totals.get(item) ?? 0) + millionths);
  }
  for (const item of owned) totals.delete(item);
  return [...totals].map(([item, millionths]) => ({ item, millionths })).sort(byScore);
}

function byScore(left: Scored, right: Scored): number {
  return right.millionths - left.millionths || (left.item < right.item ? -1 : 1);
}
