// coordinator/membership.ts: real sockets, a clock moved by hand.

import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { Membership } from '../../../runtime/coordinator/membership.ts';
import { ManualClock } from '../../../runtime/core/clock.ts';
import type { WorkerId } from '../../../runtime/core/ids.ts';
import { PROTOCOL_VERSION, type RegisterMessage } from '../../../runtime/protocol/control.ts';
import { MessageReader } from '../../../runtime/protocol/message-frame.ts';

const TIMEOUT_MS = 1000;

function facts(workerId: string): RegisterMessage {
  const memory = {
    limitBytes: 1,
    overheadBytes: 1,
    networkBytes: 1,
    stateBytes: 1,
    heapBytesPerSlot: 1,
  };
  return {
    kind: 'register',
    protocolVersion: PROTOCOL_VERSION,
    workerId: workerId as WorkerId,
    codeHash: undefined,
    pid: 7,
    slots: 2,
    cpuCores: 1,
    memory,
    dataHost: 'host',
    dataPort: 9,
  };
}

const A = 'worker-a' as WorkerId;
let server: Server;
let clock: ManualClock;
let members: Membership;
let lost: string[];
const clients: Socket[] = [];

beforeEach(async () => {
  server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  clock = new ManualClock(5000);
  lost = [];
  members = new Membership({
    clock,
    heartbeatTimeoutMs: TIMEOUT_MS,
    onLost: (workerId, error) => lost.push(`${workerId} ${error.code}: ${error.message}`),
  });
});

afterEach(() => {
  members.stop();
  for (const client of clients.splice(0)) client.destroy();
  server.close();
});

/** The coordinator's end of a new connection, and the worker's. */
async function open(): Promise<{ socket: Socket; client: Socket }> {
  const { port } = server.address() as { port: number };
  const accepted = once(server, 'connection');
  const client = connect(port, '127.0.0.1');
  clients.push(client);
  const [socket] = (await accepted) as [Socket];
  return { socket, client };
}

describe('membership', () => {
  it('loses a worker whose heartbeats stop, once (I1)', async () => {
    const { socket } = await open();
    members.add(facts(A), socket);
    for (let beat = 0; beat < 5; beat++) {
      clock.advance(TIMEOUT_MS - 1);
      members.beat(A, beat);
    }
    expect(lost).toStrictEqual([]);
    expect(members.find(A)).toMatchObject({ residentBytes: 4, lastHeartbeatMs: clock.nowMs() });
    clock.advance(TIMEOUT_MS * 1.25);
    expect(lost).toHaveLength(1);
    expect(lost[0]).toMatch(
      /^worker-a WORKER_LOST: worker-a \(pid 7, host:9\) is lost: it sent no heartbeat for \d+ ms\.$/,
    );
    expect(members.list()).toStrictEqual([]);
    expect(socket.destroyed).toBe(true);
    members.disconnect(A, socket);
    members.beat(A, 1);
    clock.advance(TIMEOUT_MS * 10);
    expect(lost).toHaveLength(1);
  });

  it('loses a worker whose connection closes (I1)', async () => {
    const { socket } = await open();
    members.add(facts(A), socket);
    members.disconnect(A, socket);
    expect(lost).toStrictEqual([
      expect.stringContaining('its connection to the coordinator closed'),
    ]);
  });

  it('loses what a worker ran before it came back over a new connection', async () => {
    const [first, second] = [await open(), await open()];
    members.add(facts(A), first.socket);
    members.add(facts(A), second.socket);
    expect(lost).toStrictEqual([expect.stringContaining('opened another connection')]);
    expect(first.socket.destroyed).toBe(true);
    members.disconnect(A, first.socket); // the old connection closes late
    expect(members.list().map(({ id }) => id)).toStrictEqual([A]);
    expect(lost).toHaveLength(1);
  });

  it('sends to whom it knows', async () => {
    const { socket, client } = await open();
    members.add(facts(A), socket);
    members.send(A, { kind: 'start', deployment: 3 });
    members.send('worker-b' as WorkerId, { kind: 'start', deployment: 3 });
    const [chunk] = (await once(client, 'data')) as [Buffer];
    expect(new MessageReader().push(chunk)).toStrictEqual([{ kind: 'start', deployment: 3 }]);
  });

  it('reports nobody after it was stopped', async () => {
    const { socket } = await open();
    members.add(facts(A), socket);
    members.stop();
    clock.advance(TIMEOUT_MS * 10);
    members.disconnect(A, socket);
    expect([lost, members.list()]).toStrictEqual([[], []]);
  });
});
