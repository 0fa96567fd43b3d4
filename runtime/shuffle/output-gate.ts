// What the outputs of one task share: whether any of them has run out of room, how much has overflowed, what was written.
//   I1. A task with a blocked output takes no more input; what its current input still emits goes to the overflow.
//   I2. The overflow of a task is bounded: going over ends the task, with the setting that would help.

import { EngineError } from '../core/errors.ts';
import { formatSize } from '../core/quantity.ts';

/** Shared by the channel writers of a task. */
export class OutputGate {
  /** How many channels are in overflow; the task may take input only at 0. */
  blockedChannels = 0;
  /** Written to channels and to sinks. */
  recordsOut = 0;
  bytesOut = 0;
  #overflowBytes = 0;
  readonly #overflowBytesMax: number;
  readonly #taskName: string;

  constructor(taskName: string, overflowBytesMax: number) {
    this.#taskName = taskName;
    this.#overflowBytesMax = overflowBytesMax;
  }

  /** Accounts for one more overflow buffer. Throws `MEMORY_EXCEEDED` beyond the bound. */
  addOverflow(bytes: number): void {
    this.#overflowBytes += bytes;
    if (this.#overflowBytes <= this.#overflowBytesMax) return;
    throw new EngineError(
      'MEMORY_EXCEEDED',
      `One input of ${this.#taskName} produced more than ${formatSize(this.#overflowBytesMax)} of output while ` +
        `downstream was full. Emit less for one record, or raise MILLRACE_OVERFLOW_SIZE_MAX.`,
    );
  }

  removeOverflow(bytes: number): void {
    this.#overflowBytes -= bytes;
  }
}
