// How the network memory of a worker is shared out: every channel end gets a ring of the same number of buffers.
//   I1. The rings of all deployments together stay within the budget.

import { EngineError } from '../core/errors.ts';
import { formatSize } from '../core/quantity.ts';
import { ringBytes } from '../shuffle/ring.ts';

const BUFFERS_PER_RING_MIN = 2; // one being written while one is read
const BUFFERS_PER_RING_MAX = 32;

/** The network memory of one worker. */
export class NetworkMemory {
  #usedBytes = 0;
  readonly #limitBytes: number;
  readonly #bufferBytes: number;

  constructor(limitBytes: number, bufferBytes: number) {
    this.#limitBytes = limitBytes;
    this.#bufferBytes = bufferBytes;
  }

  /** Buffers of each of `rings` rings, a power of two. Throws `NETWORK_MEMORY_INSUFFICIENT` with the arithmetic. */
  reserve(rings: number): { readonly buffersPerRing: number; readonly bytes: number } {
    const freeBytes = this.#limitBytes - this.#usedBytes;
    for (let buffers = BUFFERS_PER_RING_MAX; buffers >= BUFFERS_PER_RING_MIN; buffers /= 2) {
      const bytes = rings * ringBytes(buffers, this.#bufferBytes);
      if (bytes > freeBytes) continue;
      this.#usedBytes += bytes;
      return { buffersPerRing: buffers, bytes };
    }
    const neededBytes = rings * ringBytes(BUFFERS_PER_RING_MIN, this.#bufferBytes);
    throw new EngineError(
      'NETWORK_MEMORY_INSUFFICIENT',
      `The job needs ${rings} channel ends on this worker, at least ${BUFFERS_PER_RING_MIN} buffers of ` +
        `${formatSize(this.#bufferBytes)} each: ${formatSize(neededBytes)}, but ${formatSize(freeBytes)} of ` +
        `${formatSize(this.#limitBytes)} are free. Raise TASK_MANAGER_NETWORK_BUFFER_MEMORY_MB, or lower the parallelism.`,
    );
  }

  release(bytes: number): void {
    this.#usedBytes -= bytes;
  }
}
