// Who belongs to the cluster: registered workers, their connections and their last heartbeat.
//   I1. A worker is lost when its connection closes or its heartbeats stop, whichever comes first; it is reported once.

import type { Socket } from 'node:net';
import type { Clock } from '../core/clock.ts';
import { EngineError } from '../core/errors.ts';
import type { WorkerId } from '../core/ids.ts';
import type { CoordinatorMessage, RegisterMessage } from '../protocol/control.ts';
import { encodeMessage } from '../protocol/message-frame.ts';

/** One registered worker. */
export interface Member {
  readonly id: WorkerId;
  readonly facts: RegisterMessage;
  readonly socket: Socket;
  lastHeartbeatMs: number;
  residentBytes: number;
  /** It was told to stop: it takes no new subtasks. */
  isDraining: boolean;
}

export interface MembershipOptions {
  readonly clock: Clock;
  readonly heartbeatTimeoutMs: number;
  onLost(workerId: WorkerId, error: EngineError): void;
}

/** The registered workers. */
export class Membership {
  readonly #options: MembershipOptions;
  readonly #members = new Map<WorkerId, Member>();
  #cancelTimer: () => void = () => undefined;

  constructor(options: MembershipOptions) {
    this.#options = options;
    this.#watch();
  }

  list(): readonly Member[] {
    return [...this.#members.values()];
  }

  find(workerId: WorkerId): Member | undefined {
    return this.#members.get(workerId);
  }

  /** A worker that comes back over another connection has given up what it ran: first it is lost. */
  add(facts: RegisterMessage, socket: Socket): void {
    const before = this.#members.get(facts.workerId);
    if (before !== undefined && before.socket !== socket) {
      this.#lose(facts.workerId, 'it has opened another connection and begun anew');
    }
    this.#members.set(facts.workerId, {
      id: facts.workerId,
      facts,
      socket,
      lastHeartbeatMs: this.#options.clock.nowMs(),
      residentBytes: 0,
      isDraining: false,
    });
  }

  beat(workerId: WorkerId, residentBytes: number): void {
    const member = this.#members.get(workerId);
    if (member === undefined) return;
    member.lastHeartbeatMs = this.#options.clock.nowMs();
    member.residentBytes = residentBytes;
  }

  drain(workerId: WorkerId): void {
    const member = this.#members.get(workerId);
    if (member !== undefined) member.isDraining = true;
  }

  /** A connection has closed; it matters only if the worker has not come back over another one. */
  disconnect(workerId: WorkerId, socket: Socket): void {
    const member = this.#members.get(workerId);
    if (member?.socket !== socket) return;
    this.#lose(
      workerId,
      member.isDraining
        ? 'it was told to stop, and has'
        : 'its connection to the coordinator closed: the process ended, or the network failed',
    );
  }

  send(workerId: WorkerId, message: CoordinatorMessage): void {
    const socket = this.#members.get(workerId)?.socket;
    if (socket?.writable === true) socket.write(encodeMessage(message));
  }

  stop(): void {
    this.#cancelTimer();
    for (const { socket } of this.#members.values()) socket.destroy();
    this.#members.clear();
  }

  #watch(): void {
    const { clock, heartbeatTimeoutMs } = this.#options;
    this.#cancelTimer = clock.after(heartbeatTimeoutMs / 4, () => {
      for (const { id, lastHeartbeatMs } of this.list()) {
        const silentMs = clock.nowMs() - lastHeartbeatMs;
        if (silentMs > heartbeatTimeoutMs)
          this.#lose(id, `it sent no heartbeat for ${silentMs} ms`);
      }
      this.#watch();
    });
  }

  #lose(workerId: WorkerId, reason: string): void {
    const member = this.#members.get(workerId);
    if (member === undefined) return;
    this.#members.delete(workerId);
    member.socket.destroy();
    const { pid, dataHost, dataPort } = member.facts;
    const message = `${workerId} (pid ${pid}, ${dataHost}:${dataPort}) is lost: ${reason}.`;
    this.#options.onLost(workerId, new EngineError('WORKER_LOST', message));
  }
}
