// Baskets: what a user saw and wanted in one session; and what a user's baskets of a longer time come to. As accumulators
// of windows. Items are in the order of their names, so that a basket does not depend on the order of arrival.

import type { AggregateFunction } from 'millrace';
import type { Interaction } from './interactions.ts';

/** What was looked at, bid on or bought, and, of that, what was bid on or bought. */
export interface Items {
  readonly seen: readonly string[];
  readonly wanted: readonly string[];
}

/** A session of a user. */
export interface Basket extends Items {
  readonly user: string;
  /** When the session was over: its last interaction, and the gap. */
  readonly endMs: number;
}

/** How often one item was wanted in baskets in which the other was seen. */
export interface Pair {
  readonly item: string;
  readonly other: string;
}

/** A user's baskets up to a moment. */
export interface History extends Items {
  /** When the last of them ended. */
  readonly lastEndMs: number;
}

/** From items to whether they were wanted. */
type Wishes = Map<string, boolean>;

/** The basket of a session. */
export const basketOfSession: AggregateFunction<Interaction, Wishes, Items> = {
  create: () => new Map(),
  add: (wishes, { item, kind }) => wish(wishes, item, kind !== 'view'),
  merge: (left, right) => mergeWishes(left, right),
  result: itemsOf,
};

interface Past {
  lastEndMs: number;
  readonly wishes: Wishes;
}

/** The history of several baskets. */
export const historyOfBaskets: AggregateFunction<Basket, Past, History> = {
  create: () => ({ lastEndMs: -Infinity, wishes: new Map() }),
  add(past, { seen, wanted, endMs }) {
    for (const item of seen) wish(past.wishes, item, false);
    for (const item of wanted) wish(past.wishes, item, true);
    past.lastEndMs = Math.max(past.lastEndMs, endMs);
    return past;
  },
  merge(left, right) {
    mergeWishes(left.wishes, right.wishes);
    left.lastEndMs = Math.max(left.lastEndMs, right.lastEndMs);
    return left;
  },
  result: ({ lastEndMs, wishes }) => ({ lastEndMs, ...itemsOf(wishes) }),
};

/** Each item seen with each other one wanted; and each with itself, which counts the baskets that it is in. */
export function* pairsOf({ seen, wanted }: Items): Generator<Pair> {
  for (const item of seen) {
    yield { item, other: item };
    for (const other of wanted) if (other !== item) yield { item, other };
  }
}

function wish(wishes: Wishes, item: string, isWanted: boolean): Wishes {
  return wishes.set(item, isWanted || wishes.get(item) === true);
}

function mergeWishes(left: Wishes, right: Wishes): Wishes {
  for (const [item, isWanted] of right) wish(left, item, isWanted);
  return left;
}

function itemsOf(wishes: Wishes): Items {
  const seen = [...wishes.keys()].sort();
  return { seen, wanted: seen.filter((item) => wishes.get(item) === true) };
}
