// Which slot runs which subtask. Pure: a plan and the free slots in, a placement or the shortage out.
//   I1. Subtask i of every task of one slot sharing group shares a slot; different groups never do.
//   I2. Slots of one worker are filled before the next is used, most free slots first: neighbours exchange records through
//       shared memory.

import type { WorkerId } from '../core/ids.ts';
import type { PhysicalPlan } from '../graph/physical.ts';
import type { SlotAddress } from '../protocol/control.ts';

/** Free slots of one worker, by number. */
export interface FreeSlots {
  readonly workerId: WorkerId;
  readonly slots: readonly number[];
}

export type PlacementDecision =
  | {
      readonly kind: 'placed';
      /** By task index, then subtask index. */
      readonly placement: readonly (readonly SlotAddress[])[];
    }
  | { readonly kind: 'short'; readonly needed: number; readonly free: number };

/** Same facts, same placement. */
export function decidePlacement(
  plan: PhysicalPlan,
  workers: readonly FreeSlots[],
): PlacementDecision {
  const free = workers
    .toSorted((left, right) => right.slots.length - left.slots.length || compareIds(left, right))
    .flatMap(({ workerId, slots }) => slots.map((slot): SlotAddress => ({ workerId, slot })));
  if (free.length < plan.slotsNeeded) {
    return { kind: 'short', needed: plan.slotsNeeded, free: free.length };
  }
  const slotsOfGroup = new Map<string, readonly SlotAddress[]>();
  let used = 0;
  for (const { slotSharingGroup: group } of plan.tasks) {
    if (slotsOfGroup.has(group)) continue;
    const members = plan.tasks.filter((task) => task.slotSharingGroup === group);
    const size = Math.max(...members.map((task) => task.parallelism));
    slotsOfGroup.set(group, free.slice(used, used + size));
    used += size;
  }
  const placement = plan.tasks.map((task) =>
    (slotsOfGroup.get(task.slotSharingGroup) ?? []).slice(0, task.parallelism),
  );
  return { kind: 'placed', placement };
}

function compareIds(left: FreeSlots, right: FreeSlots): number {
  return left.workerId < right.workerId ? -1 : 1;
}
