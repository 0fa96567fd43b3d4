// The receiving end of a channel from another worker: fills the ring that a slot reads, and accounts for credits.
//   I1. credits outstanding + buffers in the ring <= buffers of the ring.

import { EngineError } from '../core/errors.ts';
import type { WorkerId } from '../core/ids.ts';
import type { DeploymentId } from '../protocol/control.ts';
import type { RingProducer } from '../shuffle/ring.ts';

export interface IncomingAddress {
  readonly deployment: DeploymentId;
  readonly number: number;
  readonly peer: WorkerId;
  readonly bufferCount: number;
}

export class IncomingChannel {
  readonly deployment: DeploymentId;
  readonly number: number;
  readonly peer: WorkerId;
  readonly #ring: RingProducer;
  readonly #grantAt: number;
  #owed: number;
  #releasedSeen: number;
  #isStarted = false;
  #offset = -1;
  #length = 0;
  #filled = 0;

  constructor(address: IncomingAddress, ring: RingProducer) {
    this.deployment = address.deployment;
    this.number = address.number;
    this.peer = address.peer;
    this.#ring = ring;
    this.#owed = address.bufferCount;
    this.#grantAt = Math.max(1, address.bufferCount >> 2);
    this.#releasedSeen = ring.released();
  }

  start(): void {
    this.#isStarted = true;
  }

  /** How many credits to grant now: few at a time would cost a frame each. */
  takeCredits(): number {
    if (!this.#isStarted) return 0;
    this.#ring.ringOnRelease();
    const released = this.#ring.released();
    this.#owed += (released - this.#releasedSeen) | 0;
    this.#releasedSeen = released;
    if (this.#owed < this.#grantAt) return 0;
    const granted = this.#owed;
    this.#owed = 0;
    return granted;
  }

  /** A buffer of `length` bytes begins. */
  begin(length: number): void {
    this.#offset = this.#ring.acquire();
    if (this.#offset < 0 || length > this.#ring.bufferBytes) {
      throw new EngineError('PROTOCOL_VIOLATION', 'A worker sent a buffer it had no credit for.');
    }
    this.#length = length;
    this.#filled = 0;
  }

  /** The next bytes of the buffer; publishes it when they are the last. */
  fill(bytes: Buffer, start: number, end: number): void {
    bytes.copy(this.#ring.memory.bytes, this.#offset + this.#filled, start, end);
    this.#filled += end - start;
    if (this.#filled === this.#length) this.#ring.publish(this.#length);
  }
}
