// The shop that the recommendation job makes up: the same for the same index, within its bound of disorder, and uneven as
// shops are.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  countUpdates,
  disorderMs,
  interactionAt,
  type ShopOptions,
  updateAt,
} from '../../../../runtime/jobs/recommendation/generator.ts';
import {
  CatalogueUpdate,
  Interaction,
} from '../../../../runtime/jobs/recommendation/interactions.ts';

const DAY_MS = 86_400_000;
const SHOP: ShopOptions = { interactions: 5_000, users: 200, items: 96, span: DAY_MS };

const anyShop = fc.record({
  interactions: fc.integer({ min: 1, max: 2_000 }),
  users: fc.integer({ min: 1, max: 500 }),
  items: fc.integer({ min: 1, max: 300 }),
  span: fc.integer({ min: 1, max: 10 * DAY_MS }),
});

function listInteractions(options: ShopOptions): readonly Interaction[] {
  return Array.from({ length: options.interactions }, (_, index) => interactionAt(index, options));
}

function countBy(values: readonly string[]): readonly number[] {
  const groups = Map.groupBy(values, (value) => value);
  return [...groups.values()].map(({ length }) => length).toSorted((a, b) => b - a);
}

describe('interactionAt', () => {
  it('gives the same record again (I1)', () => {
    expect(interactionAt(1_234, SHOP)).toStrictEqual(interactionAt(1_234, { ...SHOP }));
  });

  it('makes records that its schema takes, out of order by no more than it says (I2)', () => {
    fc.assert(
      fc.property(anyShop, (options) => {
        let highestMs = -Infinity;
        for (const one of listInteractions(options)) {
          expect(Interaction.parse(one)).toStrictEqual(one);
          expect(one.atMs).toBeGreaterThanOrEqual(highestMs - disorderMs(options));
          highestMs = Math.max(highestMs, one.atMs);
        }
      }),
      { numRuns: 30 },
    );
  });

  it('is out of order', () => {
    const times = listInteractions(SHOP).map(({ atMs }) => atMs);
    expect(times.some((atMs, index) => atMs < (times[index - 1] ?? 0))).toBe(true);
  });

  it('has a few popular items and users, and many others', () => {
    const all = listInteractions(SHOP);
    const items = countBy(all.map(({ item }) => item));
    const users = countBy(all.map(({ user }) => user));
    for (const counts of [items, users]) {
      expect(counts.length).toBeGreaterThan(60);
      const tenth = counts.slice(0, counts.length / 10).reduce((sum, count) => sum + count, 0);
      expect(tenth / all.length).toBeGreaterThan(0.3);
    }
  });

  it('has more looks than wishes, of every kind', () => {
    const kinds = Map.groupBy(listInteractions(SHOP), ({ kind }) => kind);
    expect([...kinds.keys()].toSorted()).toStrictEqual(['bid', 'purchase', 'view']);
    expect(kinds.get('view')?.length).toBeGreaterThan(SHOP.interactions / 2);
  });
});

describe('updateAt', () => {
  it('enters every item and then changes some, in order of time', () => {
    const updates = Array.from({ length: countUpdates(SHOP) }, (_, n) => updateAt(n, SHOP));
    for (const update of updates) expect(CatalogueUpdate.parse(update)).toStrictEqual(update);
    expect(new Set(updates.slice(0, SHOP.items).map(({ item }) => item)).size).toBe(SHOP.items);
    const times = updates.map(({ atMs }) => atMs);
    expect(times).toStrictEqual(times.toSorted((a, b) => a - b));
    const last = new Map(updates.map((update) => [update.item, update.isAvailable]));
    expect(new Set(last.values())).toStrictEqual(new Set([true, false]));
  });

  it('keeps the title and category of an item', () => {
    const updates = Array.from({ length: countUpdates(SHOP) }, (_, n) => updateAt(n, SHOP));
    const natures = new Set(
      updates.map(({ item, title, category }) => `${item} ${title} ${category}`),
    );
    expect(natures.size).toBe(SHOP.items);
  });
});
