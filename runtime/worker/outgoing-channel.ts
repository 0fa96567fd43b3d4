// The sending end of a channel to another worker: hands a slot's buffers to the socket while it has credit.
//   I1. A buffer is released, in order, once the socket has taken it.

import type { WorkerId } from '../core/ids.ts';
import type { DeploymentId } from '../protocol/control.ts';
import type { RingConsumer } from '../shuffle/ring.ts';
import type { ExchangePeer } from './exchange-peer.ts';

export interface OutgoingAddress {
  readonly deployment: DeploymentId;
  readonly number: number;
  readonly peer: WorkerId;
}

export class OutgoingChannel {
  readonly peer: WorkerId;
  readonly #address: OutgoingAddress;
  readonly #ring: RingConsumer;
  #credits = 0;
  #underWay = 0; // handed to the socket, not yet released

  constructor(address: OutgoingAddress, ring: RingConsumer) {
    this.#address = address;
    this.peer = address.peer;
    this.#ring = ring;
  }

  addCredits(credits: number): void {
    this.#credits += credits;
  }

  /** Sends what there is and what is allowed; without a connection it waits for one. */
  send(peer: ExchangePeer | undefined): void {
    if (peer === undefined) return;
    const available = this.#ring.backlog() - this.#underWay;
    const count = Math.min(available, this.#credits);
    for (let sent = 0; sent < count; sent++) {
      const { offset, length } = this.#ring.peek(this.#underWay);
      this.#underWay++;
      this.#credits--;
      const { deployment, number } = this.#address;
      peer.sendBuffer(
        { deployment, channel: number },
        this.#ring.memory,
        { offset, length },
        () => {
          this.#underWay--;
          this.#ring.release();
        },
      );
    }
  }
}
