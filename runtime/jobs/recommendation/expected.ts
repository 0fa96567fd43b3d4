// The recommendations by plain loops over all interactions, for comparing the engine's with. Nothing of the engine is in
// here, and of the job only the shapes of records: sessions are cut from sorted lists, pairs counted in one map a day.

import type { CatalogueUpdate, Interaction } from './interactions.ts';
import type { Recommendation } from './results.ts';

/** The job's parameters that decide its results. */
export interface RecommendationOptions {
  readonly gap: number;
  readonly every: number;
  readonly horizon: number;
  readonly related: number;
  readonly minTogether: number;
  readonly top: number;
}

interface Visit {
  readonly user: string;
  readonly seen: ReadonlySet<string>;
  readonly wanted: ReadonlySet<string>;
  readonly endMs: number;
}

/** Every recommendation, by time and user. */
export function expectedRecommendations(
  interactions: readonly Interaction[],
  catalogue: readonly CatalogueUpdate[],
  options: RecommendationOptions,
): readonly Recommendation[] {
  const { every, horizon } = options;
  const visits = cutVisits(interactions, options.gap);
  // A session belongs to the day of the last millisecond in which it could have gone on.
  const days = new Set(visits.map(({ endMs }) => Math.floor((endMs - 1) / every) * every + every));
  return [...days]
    .sort((left, right) => left - right)
    .flatMap((dayMs) => {
      const recent = visits.filter(({ endMs }) => endMs > dayMs - horizon && endMs <= dayMs);
      return recommendDay(dayMs, recent, catalogue, options);
    });
}

function cutVisits(interactions: readonly Interaction[], gapMs: number): readonly Visit[] {
  const visits: Visit[] = [];
  for (const [user, own] of Map.groupBy(interactions, (one) => one.user)) {
    const inTime = own.toSorted((left, right) => left.atMs - right.atMs);
    let first = 0;
    for (let next = 1; next <= inTime.length; next++) {
      const lastMs = inTime[next - 1]?.atMs ?? 0;
      const nextMs = inTime[next]?.atMs ?? Infinity;
      if (nextMs - lastMs <= gapMs) continue;
      const visit = inTime.slice(first, next);
      const wanted = visit.filter(({ kind }) => kind !== 'view');
      visits.push({
        user,
        seen: new Set(visit.map(({ item }) => item)),
        wanted: new Set(wanted.map(({ item }) => item)),
        endMs: lastMs + gapMs,
      });
      first = next;
    }
  }
  return visits;
}

function recommendDay(
  dayMs: number,
  recent: readonly Visit[],
  catalogue: readonly CatalogueUpdate[],
  options: RecommendationOptions,
): readonly Recommendation[] {
  const fits = fitsOf(recent, options);
  const shelf = new Map<string, CatalogueUpdate>();
  for (const update of catalogue.toSorted((left, right) => left.atMs - right.atMs)) {
    if (update.atMs < dayMs) shelf.set(update.item, update);
  }
  const results: Recommendation[] = [];
  for (const [user, own] of Map.groupBy(recent, (visit) => visit.user)) {
    if (own.every(({ endMs }) => endMs <= dayMs - options.every)) continue;
    const offers = rank(scoresOf(own, fits))
      .flatMap(([item, millionths]) => {
        const { title = '', category = '', priceCents = 0, isAvailable } = shelf.get(item) ?? {};
        const score = millionths / 1_000_000;
        return isAvailable === true ? [{ item, title, category, priceCents, score }] : [];
      })
      .slice(0, options.top);
    if (offers.length > 0) results.push({ asOf: new Date(dayMs).toISOString(), user, offers });
  }
  return results.sort((left, right) => (left.user < right.user ? -1 : 1));
}

/** For each item the others that go with it, in millionths. */
function fitsOf(
  recent: readonly Visit[],
  { related, minTogether }: RecommendationOptions,
): ReadonlyMap<string, ReadonlyMap<string, number>> {
  const baskets = new Map<string, number>();
  const together = new Map<string, Map<string, number>>();
  for (const { seen, wanted } of recent) {
    for (const item of seen) {
      baskets.set(item, (baskets.get(item) ?? 0) + 1);
      const others = together.get(item) ?? new Map<string, number>();
      together.set(item, others);
      for (const other of wanted) others.set(other, (others.get(other) ?? 0) + 1);
    }
  }
  const fits = new Map<string, ReadonlyMap<string, number>>();
  for (const [item, others] of together) {
    const shares = new Map<string, number>();
    for (const [other, count] of others) {
      const share = Math.round((count * 1_000_000) / (baskets.get(item) ?? 0));
      if (other !== item && count >= minTogether) shares.set(other, share);
    }
    fits.set(item, new Map(rank(shares).slice(0, related)));
  }
  return fits;
}

function scoresOf(
  own: readonly Visit[],
  fits: ReadonlyMap<string, ReadonlyMap<string, number>>,
): ReadonlyMap<string, number> {
  const scores = new Map<string, number>();
  const owned = new Set(own.flatMap(({ wanted }) => [...wanted]));
  for (const item of new Set(own.flatMap(({ seen }) => [...seen]))) {
    for (const [other, share] of fits.get(item) ?? []) {
      if (!owned.has(other)) scores.set(other, (scores.get(other) ?? 0) + share);
    }
  }
  return scores;
}

/** The highest first; of equal ones, by name. */
function rank(scores: ReadonlyMap<string, number>): readonly (readonly [string, number])[] {
  return [...scores].sort(
    ([leftItem, left], [rightItem, right]) => right - left || (leftItem < rightItem ? -1 : 1),
  );
}
