// graph/physical.ts: the channels of every ship strategy, in both directions.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import {
  listChannels,
  type PhysicalPlan,
  type ShipStrategy,
} from '../../../runtime/graph/physical.ts';

/** A plan of one edge, as far as channels need it. */
function planOf(shipStrategy: ShipStrategy, from: number, to: number): PhysicalPlan {
  return {
    tasks: [{ parallelism: from }, { parallelism: to }],
    edges: [{ index: 0, fromTask: 0, toTask: 1, shipStrategy }],
  } as unknown as PhysicalPlan;
}

const pairs = (ship: ShipStrategy, from: number, to: number): [number, number][] =>
  listChannels(planOf(ship, from, to)).map(({ fromSubtask, toSubtask }) => [
    fromSubtask,
    toSubtask,
  ]);

const parallelism = fc.integer({ min: 1, max: 20 });

describe('channels', () => {
  it.each(['HASH', 'REBALANCE', 'SHUFFLE', 'BROADCAST', 'CUSTOM'] as const)(
    'of %s join all with all',
    (ship) => {
      expect(pairs(ship, 2, 3)).toStrictEqual([
        [0, 0],
        [0, 1],
        [0, 2],
        [1, 0],
        [1, 1],
        [1, 2],
      ]);
    },
  );

  it('of FORWARD join equals, of GLOBAL lead to the first', () => {
    expect(pairs('FORWARD', 3, 3)).toStrictEqual([
      [0, 0],
      [1, 1],
      [2, 2],
    ]);
    expect(pairs('GLOBAL', 3, 2)).toStrictEqual([
      [0, 0],
      [1, 0],
      [2, 0],
    ]);
  });

  it.each<[number, number, [number, number][]]>([
    [
      2,
      4,
      [
        [0, 0],
        [0, 1],
        [1, 2],
        [1, 3],
      ],
    ],
    [
      4,
      2,
      [
        [0, 0],
        [1, 0],
        [2, 1],
        [3, 1],
      ],
    ],
    [
      2,
      3,
      [
        [0, 0],
        [0, 1],
        [1, 2],
      ],
    ],
    [
      3,
      2,
      [
        [0, 0],
        [1, 0],
        [2, 1],
      ],
    ],
  ])('of RESCALE %i to %i join neighbours', (from, to, expected) => {
    expect(pairs('RESCALE', from, to)).toStrictEqual(expected);
  });

  it('of RESCALE leave nobody out, spread evenly and cross nobody', () => {
    fc.assert(
      fc.property(parallelism, parallelism, (from, to) => {
        const found = pairs('RESCALE', from, to);
        expect(new Set(found.map(([sender]) => sender)).size).toBe(from);
        expect(new Set(found.map(([, receiver]) => receiver)).size).toBe(to);
        expect(found).toHaveLength(Math.max(from, to));
        const [smaller, index] = from < to ? [from, 0 as const] : [to, 1 as const];
        const loads = Array.from(
          { length: smaller },
          (_, subtask) => found.filter((pair) => pair[index] === subtask).length,
        );
        expect(Math.max(...loads) - Math.min(...loads)).toBeLessThanOrEqual(1);
      }),
      { seed: 20_260_101 },
    );
  });

  it('are numbered through all edges', () => {
    const plan = planOf('HASH', 2, 2);
    const two = { ...plan, edges: [plan.edges[0]!, { ...plan.edges[0]!, index: 1 }] };
    expect(listChannels(two).map(({ number, edge }) => [number, edge])).toStrictEqual(
      Array.from({ length: 8 }, (_, number) => [number, number < 4 ? 0 : 1]),
    );
  });
});
