// worker/deployment.ts: the shares of two workers fit together.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { JobId, WorkerId } from '../../../runtime/core/ids.ts';
import { listChannels } from '../../../runtime/graph/physical.ts';
import type { DeployMessage } from '../../../runtime/protocol/control.ts';
import { countRings, shareOut } from '../../../runtime/worker/deployment.ts';
import { keyedPlan } from '../../support/test-plan.ts';

const WORKERS: readonly WorkerId[] = ['worker-a' as WorkerId, 'worker-b' as WorkerId];

/** A deployment whose slots are on the workers that `places` says. */
function deploymentOf(places: readonly number[]): DeployMessage {
  const { plan } = keyedPlan(places.length);
  const placement = plan.tasks.map(() =>
    places.map((worker, slot) => ({ workerId: WORKERS[worker]!, slot })),
  );
  return {
    kind: 'deploy',
    jobId: 'job' as JobId,
    deployment: 1,
    program: { module: '', parameters: {}, parallelism: places.length },
    plan,
    placement,
    peers: [],
  };
}

function share(message: DeployMessage, workerId: WorkerId) {
  const mainBell = new SharedArrayBuffer(8);
  const bells = new Map<number, SharedArrayBuffer>();
  const bellOf = (slot: number): SharedArrayBuffer => {
    const bell = bells.get(slot) ?? new SharedArrayBuffer(8);
    bells.set(slot, bell);
    return bell;
  };
  const shares = shareOut(message, workerId, {
    buffersPerRing: 2,
    bufferBytes: 64,
    mainBell,
    bellOf,
  });
  return { shares, mainBell, bellOf };
}

describe('a deployment', () => {
  it('gives every channel its ends, in whichever worker they are', () => {
    const places = fc.array(fc.constantFrom(0, 1), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(places, (list) => {
        const message = deploymentOf(list);
        const numbers = listChannels(message.plan).map(({ number }) => number);
        const both = WORKERS.map((workerId) => share(message, workerId).shares);
        const ends = (side: 'inputs' | 'outputs'): number[] =>
          both
            .flatMap(({ slots }) => slots.flatMap((slot) => slot[side].map(({ number }) => number)))
            .sort((a, b) => a - b);
        expect(ends('inputs')).toStrictEqual(numbers);
        expect(ends('outputs')).toStrictEqual(numbers);
        const crossing = (index: 0 | 1, way: 'incoming' | 'outgoing'): number[] =>
          both[index]![way].map(({ number }) => number);
        expect(crossing(0, 'outgoing')).toStrictEqual(crossing(1, 'incoming'));
        expect(crossing(1, 'outgoing')).toStrictEqual(crossing(0, 'incoming'));
        const subtasks = both.flatMap(({ slots }) => slots.flatMap((slot) => slot.subtasks));
        expect(subtasks).toHaveLength(2 * list.length);
      }),
      { seed: 20_260_101, numRuns: 50 },
    );
  });

  it('counts a ring for each channel that touches the worker', () => {
    const message = deploymentOf([0, 1]);
    expect(countRings(message, WORKERS[0]!)).toBe(3);
    expect(countRings(message, 'worker-c' as WorkerId)).toBe(0);
    expect(share(message, 'worker-c' as WorkerId).shares).toStrictEqual({
      slots: [],
      incoming: [],
      outgoing: [],
    });
  });

  it('joins two slots of a worker by one ring, each ringing the other', () => {
    const { shares, bellOf } = share(deploymentOf([0, 0]), WORKERS[0]!);
    const [first, second] = shares.slots;
    const output = first!.outputs.find(({ number }) => number === 1)!; // from subtask 0 to subtask 1
    const input = second!.inputs.find(({ number }) => number === 1)!;
    expect(output.ring.shared).toBe(input.ring.shared);
    expect(output.peerBell).toBe(bellOf(1));
    expect(input.peerBell).toBe(bellOf(0));
    expect([shares.incoming, shares.outgoing]).toStrictEqual([[], []]);
  });

  it('joins a slot and the main thread where a channel leaves the worker', () => {
    const { shares, mainBell, bellOf } = share(deploymentOf([0, 1]), WORKERS[0]!);
    const [leaving] = shares.outgoing;
    const output = shares.slots[0]!.outputs.find(({ number }) => number === leaving!.number)!;
    expect(output.ring.shared).toBe(leaving!.ring.shared);
    expect([output.peerBell, leaving!.slotBell, leaving!.peer]).toStrictEqual([
      mainBell,
      bellOf(0),
      WORKERS[1],
    ]);
  });

  it('refuses a placement that leaves a subtask out', () => {
    const message = deploymentOf([0, 0]);
    expect(() =>
      countRings({ ...message, placement: [message.placement[0]!] }, WORKERS[0]!),
    ).toThrow('every subtask of the plan is placed');
  });
});
