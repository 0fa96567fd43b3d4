// What one deployment means for one worker: which subtasks go to which slot, and which channels need which rings. Pure
// besides allocating the rings.

import { invariant } from '../core/invariant.ts';
import type { WorkerId } from '../core/ids.ts';
import { listChannels, type PlannedChannel } from '../graph/physical.ts';
import type { DeployMessage, SlotAddress } from '../protocol/control.ts';
import { allocateRing, type RingMemory } from '../shuffle/ring.ts';
import type { RemoteChannel } from './exchange.ts';
import type { SlotChannel } from './slot-message.ts';
import type { SubtaskAddress } from './subtask.ts';

/** What one slot gets. */
export interface SlotShare {
  readonly slot: number;
  readonly subtasks: SubtaskAddress[];
  readonly inputs: SlotChannel[];
  readonly outputs: SlotChannel[];
}

/** What the worker must set up. */
export interface WorkerShare {
  readonly slots: readonly SlotShare[];
  readonly incoming: readonly RemoteChannel[];
  readonly outgoing: readonly RemoteChannel[];
}

interface ChannelEnds {
  readonly channel: PlannedChannel;
  readonly from: SlotAddress;
  readonly to: SlotAddress;
}

/** How many rings this worker needs: one a channel that begins or ends here. */
export function countRings(message: DeployMessage, workerId: WorkerId): number {
  return endsOf(message).filter(
    ({ from, to }) => from.workerId === workerId || to.workerId === workerId,
  ).length;
}

/** `bellOf` gives the doorbell of a slot; `mainBell` is the main thread's. */
export function shareOut(
  message: DeployMessage,
  workerId: WorkerId,
  options: {
    readonly buffersPerRing: number;
    readonly bufferBytes: number;
    readonly mainBell: SharedArrayBuffer;
    bellOf(slot: number): SharedArrayBuffer;
  },
): WorkerShare {
  const slots = new Map<number, SlotShare>();
  const shareOf = (slot: number): SlotShare => {
    const share = slots.get(slot) ?? { slot, subtasks: [], inputs: [], outputs: [] };
    slots.set(slot, share);
    return share;
  };
  for (const [task, addresses] of message.placement.entries()) {
    for (const [subtask, address] of addresses.entries()) {
      if (address.workerId === workerId) shareOf(address.slot).subtasks.push({ task, subtask });
    }
  }
  const incoming: RemoteChannel[] = [];
  const outgoing: RemoteChannel[] = [];
  for (const { channel, from, to } of endsOf(message)) {
    const startsHere = from.workerId === workerId;
    const endsHere = to.workerId === workerId;
    if (!startsHere && !endsHere) continue;
    const ring: RingMemory = allocateRing(options.buffersPerRing, options.bufferBytes);
    const { number } = channel;
    if (startsHere) {
      const peerBell = endsHere ? options.bellOf(to.slot) : options.mainBell;
      shareOf(from.slot).outputs.push({ number, ring, peerBell });
    }
    if (endsHere) {
      const peerBell = startsHere ? options.bellOf(from.slot) : options.mainBell;
      shareOf(to.slot).inputs.push({ number, ring, peerBell });
    }
    if (startsHere && !endsHere) {
      outgoing.push({ number, ring, slotBell: options.bellOf(from.slot), peer: to.workerId });
    }
    if (endsHere && !startsHere) {
      incoming.push({ number, ring, slotBell: options.bellOf(to.slot), peer: from.workerId });
    }
  }
  return { slots: [...slots.values()], incoming, outgoing };
}

function endsOf({ plan, placement }: DeployMessage): readonly ChannelEnds[] {
  return listChannels(plan).map((channel) => {
    const edge = plan.edges[channel.edge];
    const from = placement[edge?.fromTask ?? -1]?.[channel.fromSubtask];
    const to = placement[edge?.toTask ?? -1]?.[channel.toSubtask];
    invariant(from !== undefined && to !== undefined, 'every subtask of the plan is placed');
    return { channel, from, to };
  });
}
