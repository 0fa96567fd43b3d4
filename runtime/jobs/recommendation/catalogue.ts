// The versions of an item in the catalogue, by the time from which they hold: what a moment of event time is answered from,
// whenever the updates arrived.
//   I1. Versions are in order of time; of one time, in order of arrival, and the last one holds.

import { z } from 'zod';
import type { CatalogueUpdate } from './interactions.ts';
import type { Scored } from './ranking.ts';

/** What a user is offered. */
export const Offer = z.object({
  item: z.string(),
  title: z.string(),
  category: z.string(),
  priceCents: z.int(),
  score: z.number(),
});
export type Offer = z.output<typeof Offer>;

/** The versions with one more, without those that no moment after the watermark can ask for. */
export function addVersion(
  versions: readonly CatalogueUpdate[],
  update: CatalogueUpdate,
  watermarkMs: number,
): readonly CatalogueUpdate[] {
  const after = versions.findIndex(({ atMs }) => atMs > update.atMs); // I1
  const all = versions.toSpliced(after < 0 ? versions.length : after, 0, update);
  const current = all.findLastIndex(({ atMs }) => atMs <= watermarkMs);
  return all.slice(Math.max(0, current));
}

/** The version that held at a time, if the item was known by then. */
export function versionAt(
  versions: readonly CatalogueUpdate[] | undefined,
  timeMs: number,
): CatalogueUpdate | undefined {
  return versions?.findLast(({ atMs }) => atMs <= timeMs);
}

/** The first `top` candidates that were there at a time, with what they were called and cost then. */
export function offersAt(
  timeMs: number,
  candidates: readonly Scored[],
  top: number,
  versionsOf: (item: string) => readonly CatalogueUpdate[] | undefined,
): Offer[] {
  const offers: Offer[] = [];
  for (const { item, millionths } of candidates) {
    if (offers.length === top) break;
    const version = versionAt(versionsOf(item), timeMs);
    if (version?.isAvailable !== true) continue;
    const { title, category, priceCents } = version;
    offers.push({ item, title, category, priceCents, score: millionths / 1_000_000 });
  }
  return offers;
}
