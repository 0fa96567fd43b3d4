// The off-heap state memory of one slot: tables ask before they grow, so the pod's limit is met by a clear error and not by
// the kernel.

import { EngineError } from '../core/errors.ts';
import { formatSize } from '../core/quantity.ts';

/** Bytes that the operators of a slot may hold in tables. */
export class MemoryBudget {
  #usedBytes = 0;
  readonly #limitBytes: number;

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  get usedBytes(): number {
    return this.#usedBytes;
  }

  /** Throws `MEMORY_EXCEEDED` with the arithmetic. */
  reserve(bytes: number, what: string): void {
    if (this.#usedBytes + bytes > this.#limitBytes) {
      throw new EngineError(
        'MEMORY_EXCEEDED',
        `${what} needs ${formatSize(bytes)} more state memory, but ${formatSize(this.#usedBytes)} of the slot's ` +
          `${formatSize(this.#limitBytes)} are in use. Raise TASK_MANAGER_MEMORY_MB, give less of it to heap and ` +
          'network, or spread the keys over more slots.',
      );
    }
    this.#usedBytes += bytes;
  }

  release(bytes: number): void {
    this.#usedBytes -= bytes;
  }
}
