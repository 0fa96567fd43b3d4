// How threads of one worker wake each other: each thread that may sleep owns a doorbell in shared memory.
//   I1. A ring between the sleeper's last look for work and its falling asleep is not lost: it changes the count that the
//       sleeper compares.
//   I2. Ringing costs one atomic add while the owner is awake; only a sleeping owner costs a system call.

const COUNT = 0;
const SLEEPING = 1;

/** Shared memory of a doorbell; handed to other threads with `postMessage`. */
export function allocateDoorbell(): SharedArrayBuffer {
  return new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT);
}

/** One thread's bell; the owner sleeps on it, everyone else rings it. */
export class Doorbell {
  readonly #cells: Int32Array;

  constructor(memory: SharedArrayBuffer) {
    this.#cells = new Int32Array(memory);
  }

  /** Wakes the owner, or keeps it from falling asleep. */
  ring(): void {
    Atomics.add(this.#cells, COUNT, 1);
    if (Atomics.load(this.#cells, SLEEPING) === 1) Atomics.notify(this.#cells, COUNT);
  }

  /** The count to hand to `sleep`; read it before the last look for work. */
  read(): number {
    return Atomics.load(this.#cells, COUNT);
  }

  /**
   * Resolves when rung since `seen` was read, or after `timeoutMs`. The event loop goes on meanwhile. A pending sleep does
   * not keep the thread alive by itself: the owner needs a referenced port or socket.
   */
  async sleep(seen: number, timeoutMs: number): Promise<void> {
    Atomics.store(this.#cells, SLEEPING, 1);
    const waiting = Atomics.waitAsync(this.#cells, COUNT, seen, timeoutMs);
    if (waiting.async) await waiting.value;
    Atomics.store(this.#cells, SLEEPING, 0);
  }
}
