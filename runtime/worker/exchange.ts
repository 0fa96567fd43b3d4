// Data connections between workers: one TCP connection a pair, all channels multiplexed, credit-based flow control a
// channel (Flink's scheme). The main thread moves whole buffers between sockets and rings; it never looks into one.
//   I1. A receiver grants a credit only for a free buffer of its ring, and only once its deployment has started.
//   I2. A ring's buffer is released after the socket has taken it, so buffers leave the process without a copy.
//   I3. Frames of a deployment that is gone are read and dropped.

import { createConnection, createServer, type Server, type Socket } from 'node:net';
import { EngineError } from '../core/errors.ts';
import type { WorkerId } from '../core/ids.ts';
import type { Log } from '../core/log.ts';
import type { DataAddress, DeploymentId } from '../protocol/control.ts';
import { HELLO } from '../protocol/data-frame.ts';
import { Doorbell } from '../shuffle/doorbell.ts';
import { RingConsumer, RingProducer, type RingMemory } from '../shuffle/ring.ts';
import { ExchangePeer, type FrameHandler } from './exchange-peer.ts';
import { IncomingChannel } from './incoming-channel.ts';
import { OutgoingChannel } from './outgoing-channel.ts';

const SLEEP_MS = 60_000;

/** A channel with one end in another worker. */
export interface RemoteChannel {
  readonly number: number;
  readonly ring: RingMemory;
  /** Of the slot at this worker's end. */
  readonly slotBell: SharedArrayBuffer;
  readonly peer: WorkerId;
}

export interface ExchangeOptions {
  readonly workerId: WorkerId;
  /** The doorbell of the main thread. */
  readonly bell: SharedArrayBuffer;
  readonly log: Log;
  /** A connection failed while a deployment used it. */
  onBroken(deployment: DeploymentId, error: EngineError): void;
}

interface Deployment {
  readonly incoming: Map<number, IncomingChannel>;
  readonly outgoing: Map<number, OutgoingChannel>;
  readonly peers: ReadonlySet<WorkerId>;
}

/** The data side of a worker's main thread. */
export class Exchange implements FrameHandler {
  readonly #options: ExchangeOptions;
  readonly #bell: Doorbell;
  readonly #peers = new Map<WorkerId, ExchangePeer>();
  /** On their way: deployments that begin at the same time share one, or a channel could use two and lose its order. */
  readonly #connecting = new Map<WorkerId, Promise<void>>();
  readonly #deployments = new Map<DeploymentId, Deployment>();
  #server: Server | undefined;
  #isPumping = false;
  #isStopped = false;

  constructor(options: ExchangeOptions) {
    this.#options = options;
    this.#bell = new Doorbell(options.bell);
  }

  /** Takes connections of other workers; resolves with the port. Throws `PORT_IN_USE`. */
  listen(host: string, port: number): Promise<number> {
    const server = createServer({ noDelay: true }, (socket) => {
      this.#greet(socket);
    });
    this.#server = server;
    return new Promise((resolve, reject) => {
      server.once('error', (cause: NodeJS.ErrnoException) => {
        const isTaken = cause.code === 'EADDRINUSE';
        const message = `The data port ${port} cannot be opened (${cause.code ?? cause.message}): set MILLRACE_DATA_PORT to a free one, or 0.`;
        reject(new EngineError(isTaken ? 'PORT_IN_USE' : 'CHANNEL_BROKEN', message, { cause }));
      });
      server.listen(port, host, () => {
        const address = server.address();
        resolve(typeof address === 'object' && address !== null ? address.port : port);
      });
    });
  }

  /** Registers the remote channels of a deployment and connects to the peers they lead to. */
  async open(
    deployment: DeploymentId,
    channels: {
      readonly incoming: readonly RemoteChannel[];
      readonly outgoing: readonly RemoteChannel[];
    },
    addresses: readonly DataAddress[],
  ): Promise<void> {
    const incoming = new Map<number, IncomingChannel>();
    const outgoing = new Map<number, OutgoingChannel>();
    const peers = new Set<WorkerId>();
    for (const { number, ring, slotBell, peer } of channels.incoming) {
      const producer = new RingProducer(ring, new Doorbell(slotBell));
      incoming.set(
        number,
        new IncomingChannel({ deployment, number, peer, bufferCount: ring.bufferCount }, producer),
      );
      peers.add(peer);
    }
    for (const { number, ring, slotBell, peer } of channels.outgoing) {
      const consumer = new RingConsumer(ring, new Doorbell(slotBell));
      outgoing.set(number, new OutgoingChannel({ deployment, number, peer }, consumer));
      peers.add(peer);
    }
    this.#deployments.set(deployment, { incoming, outgoing, peers });
    await Promise.all([...peers].map((peer) => this.#connect(peer, addresses)));
  }

  /** Every worker has registered its channels: let records flow. */
  start(deployment: DeploymentId): void {
    const found = this.#deployments.get(deployment);
    if (found === undefined) return;
    for (const channel of found.incoming.values()) channel.start();
    if (found.peers.size > 0) this.#startPumping();
  }

  close(deployment: DeploymentId): void {
    this.#deployments.delete(deployment);
  }

  stop(): void {
    this.#isStopped = true;
    this.#bell.ring();
    this.#server?.close();
    for (const peer of this.#peers.values()) peer.destroy();
  }

  /** A peer's frame has arrived in part: where its payload goes, or undefined to drop it. */
  incoming(deployment: DeploymentId, channel: number): IncomingChannel | undefined {
    return this.#deployments.get(deployment)?.incoming.get(channel);
  }

  onCredit(deployment: DeploymentId, channel: number, credits: number): void {
    this.#deployments.get(deployment)?.outgoing.get(channel)?.addCredits(credits);
    this.#bell.ring();
  }

  #greet(socket: Socket): void {
    const peer = new ExchangePeer(socket, this);
    peer.onHello = (workerId) => {
      this.#adopt(workerId, peer);
    };
  }

  #adopt(workerId: WorkerId, peer: ExchangePeer): void {
    this.#peers.set(workerId, peer);
    this.#bell.ring();
    peer.onClosed = (reason) => {
      this.#lose(workerId, peer, reason);
    };
  }

  /** The lower id connects, so that a pair has one connection whoever needs it first. */
  async #connect(peerId: WorkerId, addresses: readonly DataAddress[]): Promise<void> {
    if (this.#peers.has(peerId) || this.#options.workerId > peerId) return;
    let connecting = this.#connecting.get(peerId);
    if (connecting === undefined) {
      connecting = this.#connectAnew(peerId, addresses).finally(() => {
        this.#connecting.delete(peerId);
      });
      this.#connecting.set(peerId, connecting);
    }
    await connecting;
  }

  async #connectAnew(peerId: WorkerId, addresses: readonly DataAddress[]): Promise<void> {
    const address = addresses.find((other) => other.workerId === peerId);
    if (address === undefined) {
      throw new EngineError('PROTOCOL_VIOLATION', `No data address of ${peerId} was given.`);
    }
    const socket = await connect(address);
    const peer = new ExchangePeer(socket, this);
    this.#adopt(peerId, peer);
    peer.send({ kind: HELLO, deployment: 0, channel: 0 }, Buffer.from(this.#options.workerId));
  }

  #lose(workerId: WorkerId, peer: ExchangePeer, reason: string): void {
    if (this.#peers.get(workerId) === peer) this.#peers.delete(workerId);
    if (this.#isStopped) return;
    for (const [deployment, { peers }] of this.#deployments) {
      if (!peers.has(workerId)) continue;
      const message = `The data connection to ${workerId} is broken: ${reason}.`;
      this.#options.onBroken(deployment, new EngineError('CHANNEL_BROKEN', message));
    }
  }

  /** A pump that sleeps, for this deployment or since an earlier one, must look at the new channels too. */
  #startPumping(): void {
    if (this.#isPumping) {
      this.#bell.ring();
      return;
    }
    this.#isPumping = true;
    void this.#pump();
  }

  /** Moves buffers while any deployment has remote channels. */
  async #pump(): Promise<void> {
    while (!this.#isStopped && this.#hasRemoteChannels()) {
      const seen = this.#bell.read();
      for (const { incoming, outgoing } of this.#deployments.values()) {
        for (const channel of outgoing.values()) channel.send(this.#peers.get(channel.peer));
        for (const channel of incoming.values()) this.#grantCredits(channel);
      }
      await this.#bell.sleep(seen, SLEEP_MS);
    }
    this.#isPumping = false;
  }

  #grantCredits(channel: IncomingChannel): void {
    const peer = this.#peers.get(channel.peer);
    const credits = peer === undefined ? 0 : channel.takeCredits();
    if (credits > 0) peer?.sendCredit(channel.deployment, channel.number, credits);
  }

  #hasRemoteChannels(): boolean {
    return [...this.#deployments.values()].some(({ peers }) => peers.size > 0);
  }
}

function connect({ workerId, host, port }: DataAddress): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = createConnection({ host, port, noDelay: true });
    socket.once('connect', () => {
      socket.removeAllListeners('error');
      resolve(socket);
    });
    socket.once('error', (cause) => {
      const message = `No data connection to ${workerId} at ${host}:${port}: ${cause.message}.`;
      reject(new EngineError('CHANNEL_BROKEN', message, { cause }));
    });
  });
}
