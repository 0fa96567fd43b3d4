// The worker's connection to the coordinator: registers, sends heartbeats, and comes back with growing pauses when the
// coordinator is away. The host name is resolved anew for each attempt: a new coordinator has another address.
//   I1. A coordinator that says nothing for too long is gone, also when the network tells nothing of it: an address that
//       swallows what is sent to it holds up an attempt for CONNECT_TIMEOUT_MS at most.
//   I2. It is looked for again only when everything that ran for it has ended, so that every slot is free.

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
/** A coordinator that moves is back within seconds; its workers should not be what the job waits for. */
const RETRY_MAX_MS = 1_000;
const RETRY_GROWTH = 1.5;
const RETRY_JITTER = 0.2;
/** The kernel of a machine that is there answers for a process that is busy. */
const CONNECT_TIMEOUT_MS = 2_000;
/** From then to the coordinator's welcome: it may be loading its job. */
const WELCOME_TIMEOUT_MS = 10_000;

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
  #cancelSilence: () => void = () => undefined;
  #silenceMaxMs = CONNECT_TIMEOUT_MS;
  /** Why the last attempt failed: told once, not with every attempt. */
  #told = '';

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
    this.#silenceMaxMs = CONNECT_TIMEOUT_MS;
    this.#expectWord(socket);
    socket.on('connect', () => {
      this.#silenceMaxMs = WELCOME_TIMEOUT_MS;
      this.#expectWord(socket);
      this.send(this.#options.register());
    });
    socket.on('data', (chunk) => {
      this.#expectWord(socket);
      try {
        for (const json of reader.push(chunk)) {
          const message = readCoordinatorMessage(json);
          if (message.kind === 'refused') reason = `it refuses this worker: ${message.reason}`;
          this.#receive(message);
        }
      } catch (error) {
        reason = error instanceof Error ? error.message : String(error);
        socket.destroy();
      }
    });
    socket.on('error', (error) => {
      reason = error.message;
    });
    socket.on('close', () => {
      this.#cancelSilence();
      void this.#lose(reason);
    });
  }

  /** Closes a connection on which nothing comes. */
  #expectWord(socket: Socket): void {
    this.#cancelSilence();
    const silenceMaxMs = this.#silenceMaxMs;
    this.#cancelSilence = this.#options.clock.after(silenceMaxMs, () => {
      socket.destroy(new Error(`it said nothing for ${silenceMaxMs} ms`));
    });
  }

  send(message: WorkerMessage): void {
    if (this.#socket?.writable === true) this.#socket.write(encodeMessage(message));
  }

  stop(): void {
    this.#isStopped = true;
    this.#cancelTimer();
    this.#cancelSilence();
    this.#socket?.destroy();
  }

  #receive(message: CoordinatorMessage): void {
    if (message.kind === 'welcome') {
      this.#isRegistered = true;
      this.#retryMs = RETRY_FIRST_MS;
      this.#silenceMaxMs = message.silenceMaxMs;
      if (this.#socket !== undefined) this.#expectWord(this.#socket);
      this.#told = '';
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
    if (wasRegistered)
      await this.#options.onLost(reason); // I2
    else this.#tell(reason);
    this.#startLater();
  }

  #tell(reason: string): void {
    if (reason === this.#told) return;
    this.#told = reason;
    const { host, port, log } = this.#options;
    log.warn('no coordinator yet, trying again', { host, port, reason });
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
