// The worker's connection to the coordinator: registers, sends heartbeats, and comes back with growing pauses when the
// coordinator is away.

import { createConnection, type Socket } from 'node:net';
import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import type { Random } from '../core/random.ts';
import {
  type CoordinatorMessage,
  readCoordinatorMessage,
  type RegisterMessage,
  type WorkerMessage,
} from '../protocol/control.ts';
import { encodeMessage, MessageReader } from '../protocol/message-frame.ts';

const RETRY_FIRST_MS = 50;
const RETRY_MAX_MS = 5_000;
const RETRY_GROWTH = 1.5;
const RETRY_JITTER = 0.2;

export interface ControlConnectionOptions {
  readonly host: string;
  readonly port: number;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  register(): RegisterMessage;
  residentBytes(): number;
  onMessage(message: CoordinatorMessage): void;
  onRegistered(): void;
  /** The connection is gone; everything deployed is void. Resolves once nothing of it is left, so that slots are free. */
  onLost(reason: string): Promise<void>;
}

/** One connection at a time, for the life of the worker. */
export class ControlConnection {
  readonly #options: ControlConnectionOptions;
  #socket: Socket | undefined;
  #isRegistered = false;
  #isStopped = false;
  #retryMs = RETRY_FIRST_MS;
  #cancelTimer: () => void = () => undefined;

  constructor(options: ControlConnectionOptions) {
    this.#options = options;
  }

  get isRegistered(): boolean {
    return this.#isRegistered;
  }

  /** Connects, and again whenever the connection is lost, until `stop`. */
  start(): void {
    const { host, port } = this.#options;
    const socket = createConnection({ host, port, noDelay: true });
    const reader = new MessageReader();
    let reason = 'the coordinator closed the connection';
    this.#socket = socket;
    socket.on('connect', () => {
      this.send(this.#options.register());
    });
    socket.on('data', (chunk) => {
      try {
        for (const json of reader.push(chunk)) this.#receive(readCoordinatorMessage(json));
      } catch (error) {
        reason = error instanceof Error ? error.message : String(error);
        socket.destroy();
      }
    });
    socket.on('error', (error) => {
      reason = error.message;
    });
    socket.on('close', () => {
      void this.#lose(reason);
    });
  }

  send(message: WorkerMessage): void {
    if (this.#socket?.writable === true) this.#socket.write(encodeMessage(message));
  }

  stop(): void {
    this.#isStopped = true;
    this.#cancelTimer();
    this.#socket?.destroy();
  }

  #receive(message: CoordinatorMessage): void {
    if (message.kind === 'welcome') {
      this.#isRegistered = true;
      this.#retryMs = RETRY_FIRST_MS;
      this.#options.onRegistered();
      this.#beat(message.heartbeatIntervalMs);
    }
    this.#options.onMessage(message);
  }

  #beat(intervalMs: number): void {
    this.send({ kind: 'heartbeat', residentBytes: this.#options.residentBytes() });
    this.#cancelTimer();
    this.#cancelTimer = this.#options.clock.after(intervalMs, () => {
      this.#beat(intervalMs);
    });
  }

  async #lose(reason: string): Promise<void> {
    this.#cancelTimer();
    const wasRegistered = this.#isRegistered;
    this.#isRegistered = false;
    if (this.#isStopped) return;
    if (wasRegistered) await this.#options.onLost(reason);
    else this.#options.log.debug('the coordinator cannot be reached yet', { reason });
    this.#startLater();
  }

  #startLater(): void {
    if (this.#isStopped) return;
    const jitter = 1 + RETRY_JITTER * (2 * this.#options.random.next() - 1);
    this.#cancelTimer = this.#options.clock.after(this.#retryMs * jitter, () => {
      this.start();
    });
    this.#retryMs = Math.min(RETRY_MAX_MS, this.#retryMs * RETRY_GROWTH);
  }
}
