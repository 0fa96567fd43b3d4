// The versions of an item: a moment is answered with what held then, in whatever order the updates came.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addVersion,
  offersAt,
  versionAt,
} from '../../../../runtime/jobs/recommendation/catalogue.ts';
import type { CatalogueUpdate } from '../../../../runtime/jobs/recommendation/interactions.ts';

const update = (atMs: number, priceCents = atMs, isAvailable = true): CatalogueUpdate => ({
  ...{ item: 'lamp', title: `Lamp of ${atMs}`, category: 'lamp', priceCents, isAvailable, atMs },
});

function versionsOf(updates: readonly CatalogueUpdate[], watermarkMs = -Infinity) {
  return updates.reduce<readonly CatalogueUpdate[]>(
    (versions, one) => addVersion(versions, one, watermarkMs),
    [],
  );
}

describe('addVersion', () => {
  it('keeps versions in order of time, the later of one time last (I1)', () => {
    const versions = versionsOf([update(30), update(10), update(20, 1), update(20, 2)]);
    expect(versions.map(({ atMs }) => atMs)).toStrictEqual([10, 20, 20, 30]);
    expect(versionAt(versions, 29)?.priceCents).toBe(2);
    expect(versionAt(versions, 10)?.priceCents).toBe(10);
    expect(versionAt(versions, 9)).toBeUndefined();
  });

  it('forgets only what no later moment can ask for', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 1 }),
        fc.integer({ min: 0, max: 60 }),
        fc.integer({ min: 1, max: 60 }),
        (times, watermarkMs, later) => {
          const updates = times.map((atMs, index) => update(atMs, index));
          const timeMs = watermarkMs + later;
          const all = versionsOf(updates);
          const kept = versionsOf(updates, watermarkMs);
          expect(versionAt(kept, timeMs)).toStrictEqual(versionAt(all, timeMs));
          expect(kept.filter(({ atMs }) => atMs <= watermarkMs).length).toBeLessThanOrEqual(1);
        },
      ),
    );
  });
});

describe('offersAt', () => {
  const SHELF = new Map([
    ['lamp', [update(0, 500), update(100, 400)]],
    ['kite', [update(0, 700), update(50, 700, false)]],
    ['rug', [update(0, 900)]],
  ]);
  const CANDIDATES = ['kite', 'lost', 'lamp', 'rug'].map((item) => ({
    item,
    millionths: 1_250_000,
  }));
  const namesAt = (timeMs: number, top: number) =>
    offersAt(timeMs, CANDIDATES, top, (item) => SHELF.get(item)).map(({ item }) => item);

  it('offers what was there at the time, with its price then', () => {
    expect(namesAt(49, 9)).toStrictEqual(['kite', 'lamp', 'rug']);
    expect(namesAt(50, 9)).toStrictEqual(['lamp', 'rug']);
    expect(offersAt(99, CANDIDATES, 1, (item) => SHELF.get(item))).toStrictEqual([
      { item: 'lamp', title: 'Lamp of 0', category: 'lamp', priceCents: 500, score: 1.25 },
    ]);
  });

  it('goes on to the next when one is missing', () => {
    expect(namesAt(60, 2)).toStrictEqual(['lamp', 'rug']);
  });
});
