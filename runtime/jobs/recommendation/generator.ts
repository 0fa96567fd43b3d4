// A shop that does not exist: visits of users who have favourite categories, to items of which a few are popular and most
// are not (Zipf), and a catalogue whose prices and stock change meanwhile. All follows from the index of a record alone.
//   I1. The same index gives the same record, so subtasks make their shares apart and a restarted job makes them again.
//   I2. A record is at most `disorderMs` behind the highest time of the records before it: visits overlap, as in a log.

import type { CatalogueUpdate, Interaction } from './interactions.ts';

/** How large the shop is. */
export interface ShopOptions {
  readonly interactions: number;
  readonly users: number;
  readonly items: number;
  /** The time in which all of it happens, in milliseconds. */
  readonly span: number;
}

const START_MS = Date.UTC(2026, 0, 1);
const STEPS_PER_VISIT = 8;
const STEP_MS_MAX = 180_000;
/** Visits that go on at the same time, and whose records are mixed. */
const VISITS_AT_ONCE = 16;
const CATEGORIES = ['lamp', 'chair', 'book', 'teapot', 'kite', 'clock', 'drum', 'rug'] as const;
const ADJECTIVES = ['Plain', 'Old', 'Blue', 'Tall', 'Quiet', 'Bright', 'Second', 'Northern'];

/** What of a record is drawn: each has numbers of its own. */
const DRAW = { user: 1, category: 2, item: 3, kind: 4, step: 5, favourite: 6, price: 7, stock: 8 };

/** The `index`-th interaction. */
export function interactionAt(index: number, options: ShopOptions): Interaction {
  const group = Math.floor(index / (VISITS_AT_ONCE * STEPS_PER_VISIT));
  const visit = group * VISITS_AT_ONCE + (index % VISITS_AT_ONCE);
  const step = Math.floor(index / VISITS_AT_ONCE) % STEPS_PER_VISIT;
  const user = zipf(options.users, draw(DRAW.user, visit));
  const id = visit * STEPS_PER_VISIT + step;
  const kind = draw(DRAW.kind, id);
  return {
    user: `user-${user}`,
    item: itemName(zipfItem(user, visit, id, options.items)),
    kind: kind < 0.65 ? 'view' : kind < 0.75 ? 'bid' : 'purchase',
    atMs: visitStartMs(visit, options) + Math.floor((step + draw(DRAW.step, id)) * STEP_MS_MAX),
  };
}

/** How many catalogue updates there are: one an item, and as many changes. */
export function countUpdates({ items }: ShopOptions): number {
  return 2 * items;
}

/** The `index`-th update: first each item is entered, then now and then one changes its price, and whether it is there. */
export function updateAt(index: number, { items, span }: ShopOptions): CatalogueUpdate {
  const isChange = index >= items;
  const item = isChange ? Math.floor(draw(DRAW.item, -index) * items) : index;
  const { category, adjective } = natureOf(item);
  return {
    item: itemName(item),
    title: `${adjective} ${category} No. ${item}`,
    category,
    priceCents: 99 + 100 * Math.floor(200 * draw(DRAW.price, index) ** 2),
    isAvailable: draw(DRAW.stock, index) > (isChange ? 0.5 : 0.05),
    atMs: START_MS + Math.floor((span * Math.max(0, index - items + 1)) / (items + 1)),
  };
}

/** I2: as long as the longest visit, and as long as it takes to begin those that go on at once. */
export function disorderMs(options: ShopOptions): number {
  return STEPS_PER_VISIT * STEP_MS_MAX + Math.ceil(VISITS_AT_ONCE * visitEveryMs(options));
}

function visitStartMs(visit: number, options: ShopOptions): number {
  return START_MS + Math.floor(visit * visitEveryMs(options));
}

function visitEveryMs({ interactions, span }: ShopOptions): number {
  return (span * STEPS_PER_VISIT) / Math.max(1, interactions);
}

/** Four visits in five are to one of the user's two favourite categories; in each, low numbers are popular. */
function zipfItem(user: number, visit: number, id: number, items: number): number {
  const taste = draw(DRAW.category, visit);
  const chosen =
    taste < 0.8
      ? draw(DRAW.favourite, user * 2 + (taste < 0.5 ? 0 : 1))
      : draw(DRAW.favourite, -visit);
  const category = Math.floor(chosen * CATEGORIES.length);
  const perCategory = Math.max(1, Math.floor(items / CATEGORIES.length));
  return Math.min(items - 1, zipf(perCategory, draw(DRAW.item, id)) * CATEGORIES.length + category);
}

function natureOf(item: number): { readonly category: string; readonly adjective: string } {
  const category = CATEGORIES[item % CATEGORIES.length] ?? CATEGORIES[0];
  const adjective = ADJECTIVES[Math.floor(item / CATEGORIES.length) % ADJECTIVES.length];
  return { category, adjective: adjective ?? 'Plain' };
}

function itemName(item: number): string {
  return `item-${item}`;
}

/** From 0 to `count - 1`; a number is drawn in inverse proportion to its rank. */
function zipf(count: number, uniform: number): number {
  return Math.min(count - 1, Math.floor((count + 1) ** uniform) - 1);
}

/** A number from 0 to 1, without 1, that follows from what is drawn and for which: the finalizer of murmur3. */
function draw(what: number, index: number): number {
  let hash = Math.imul(index, 0x9e3779b1) ^ Math.imul(what, 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}
