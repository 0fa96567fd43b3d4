// coordinator/coordinator.ts: whom it takes in, over a real socket; a clock that stands still.

import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { Coordinator } from '../../../runtime/coordinator/coordinator.ts';
import { ManualClock } from '../../../runtime/core/clock.ts';
import type { WorkerId } from '../../../runtime/core/ids.ts';
import { silentLog } from '../../../runtime/core/log.ts';
import { SeededRandom } from '../../../runtime/core/random.ts';
import {
  PROTOCOL_VERSION,
  type CoordinatorMessage,
  type WorkerMessage,
} from '../../../runtime/protocol/control.ts';
import { encodeMessage, MessageReader } from '../../../runtime/protocol/message-frame.ts';

const A = 'worker-a' as WorkerId;

let coordinator: Coordinator;
let socket: Socket;
afterEach(() => {
  socket.destroy();
  coordinator.stop();
});

/** A worker made by hand: what it says, and what it is answered. */
async function join(facts: { readonly codeHash?: string; readonly protocolVersion?: number }) {
  coordinator = new Coordinator({
    version: '0.0.0',
    codeHash: 'abc',
    heartbeatIntervalMs: 1_000,
    heartbeatTimeoutMs: 10_000,
    slotRequestTimeoutMs: 1_000,
    collectRowsMax: 1,
    clock: new ManualClock(1_000),
    random: new SeededRandom(1),
    log: silentLog,
    enumerators: {},
  });
  const port = await coordinator.listen('127.0.0.1', 0);
  socket = connect(port, '127.0.0.1');
  const reader = new MessageReader();
  const heard: CoordinatorMessage[] = [];
  socket.on('data', (chunk) => {
    for (const json of reader.push(chunk)) heard.push(json as CoordinatorMessage);
  });
  const say = async (message: WorkerMessage): Promise<CoordinatorMessage> => {
    socket.write(encodeMessage(message));
    await once(socket, 'data');
    return heard.at(-1)!;
  };
  const answer = await say({
    kind: 'register',
    protocolVersion: PROTOCOL_VERSION,
    workerId: A,
    codeHash: 'abc',
    pid: 7,
    slots: 2,
    cpuCores: 1,
    memory: {
      limitBytes: 1,
      overheadBytes: 1,
      networkBytes: 1,
      stateBytes: 1,
      heapBytesPerSlot: 1,
    },
    dataHost: 'host',
    dataPort: 9,
    ...facts,
  });
  return { answer, say };
}

describe('a worker that registers', () => {
  it('is told to give up before it is given up, and hears that it is heard', async () => {
    const { answer, say } = await join({});
    expect(answer).toEqual({ kind: 'welcome', heartbeatIntervalMs: 1_000, silenceMaxMs: 7_500 });
    expect(await say({ kind: 'heartbeat', residentBytes: 5 })).toEqual({ kind: 'heartbeat' });
  });

  it.each([
    [
      { codeHash: 'other' },
      'the coordinator runs the code abc, the worker other: run the same image',
    ],
    [
      { protocolVersion: 1 },
      `the coordinator speaks protocol ${PROTOCOL_VERSION}, the worker 1: run the same image`,
    ],
  ])('is refused with %j', async (facts, reason) => {
    const { answer } = await join(facts);
    expect(answer).toEqual({ kind: 'refused', reason });
    expect(coordinator.snapshot().workers).toEqual([]);
  });

  it('has no free slots from the moment it drains', async () => {
    const { say } = await join({});
    expect(coordinator.snapshot().workers[0]).toMatchObject({ isDraining: false, freeSlots: 2 });
    socket.write(encodeMessage({ kind: 'draining' } satisfies WorkerMessage));
    await say({ kind: 'heartbeat', residentBytes: 5 });
    expect(coordinator.snapshot().workers[0]).toMatchObject({ isDraining: true, freeSlots: 0 });
  });
});
