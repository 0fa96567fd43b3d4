// coordinator/placement.ts: for any plan and any free slots.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { fromSequence } from '../../../runtime/connectors/collection/spec.ts';
import { discard } from '../../../runtime/connectors/discard/spec.ts';
import { decidePlacement, type FreeSlots } from '../../../runtime/coordinator/placement.ts';
import type { WorkerId } from '../../../runtime/core/ids.ts';
import { planOf } from '../../support/test-plan.ts';

/** A chain of operators, each with its own parallelism and group. */
function plan(operators: readonly { readonly parallelism: number; readonly group: string }[]) {
  return planOf((env) => {
    let stream = env.from(fromSequence(1, 10)).parallelism(1);
    for (const { parallelism, group } of operators) {
      stream = stream
        .map((value) => value)
        .parallelism(parallelism)
        .slotSharingGroup(group);
    }
    stream.rebalance().to(discard());
  }, 1).plan;
}

const operators = fc.array(
  fc.record({
    parallelism: fc.integer({ min: 1, max: 4 }),
    group: fc.constantFrom('default', 'x', 'y'),
  }),
  { maxLength: 4 },
);
const workers: fc.Arbitrary<FreeSlots[]> = fc
  .array(fc.uniqueArray(fc.integer({ min: 0, max: 7 })), { maxLength: 5 })
  .map((lists) =>
    lists.map((slots, index) => ({ workerId: `worker-${index}` as WorkerId, slots })),
  );

describe('placement', () => {
  it('places every subtask in a free slot, or says what is short', () => {
    fc.assert(
      fc.property(operators, workers, (list, offered) => {
        const job = plan(list);
        const decision = decidePlacement(job, offered);
        const free = offered.flatMap(({ workerId, slots }) =>
          slots.map((slot) => `${workerId}/${slot}`),
        );
        if (decision.kind === 'short') {
          expect(decision).toStrictEqual({
            kind: 'short',
            needed: job.slotsNeeded,
            free: free.length,
          });
          expect(free.length).toBeLessThan(job.slotsNeeded);
          return;
        }
        const groupOf = new Map<string, string>();
        for (const task of job.tasks) {
          const places = decision.placement[task.index]!.map(
            ({ workerId, slot }) => `${workerId}/${slot}`,
          );
          expect(new Set(places).size).toBe(task.parallelism);
          for (const place of places) {
            expect(free).toContain(place);
            expect(groupOf.get(place) ?? task.slotSharingGroup).toBe(task.slotSharingGroup); // I1
            groupOf.set(place, task.slotSharingGroup);
          }
        }
        expect(groupOf.size).toBe(job.slotsNeeded);
        expect(decidePlacement(job, [...offered].reverse())).toStrictEqual(decision);
      }),
      { seed: 20_260_101, numRuns: 300 },
    );
  });

  it('puts subtask i of a group into one slot (I1)', () => {
    const job = plan([
      { parallelism: 3, group: 'default' },
      { parallelism: 2, group: 'default' },
    ]);
    const slots = { workerId: 'w' as WorkerId, slots: [0, 1, 2] };
    const decision = decidePlacement(job, [slots]);
    expect(
      decision.kind === 'placed' &&
        decision.placement.map((places) => places.map(({ slot }) => slot)),
    ).toStrictEqual(job.tasks.map((task) => [0, 1, 2].slice(0, task.parallelism)));
  });

  it('fills the worker with the most free slots first (I2)', () => {
    const job = plan([{ parallelism: 3, group: 'default' }]);
    const decision = decidePlacement(job, [
      { workerId: 'a' as WorkerId, slots: [0] },
      { workerId: 'b' as WorkerId, slots: [4, 5] },
    ]);
    const widest = decision.kind === 'placed' ? decision.placement[1] : [];
    expect(widest).toStrictEqual([
      { workerId: 'b', slot: 4 },
      { workerId: 'b', slot: 5 },
      { workerId: 'a', slot: 0 },
    ]);
  });
});
