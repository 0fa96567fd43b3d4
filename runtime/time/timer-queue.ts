// Timers of one operator subtask: a heap of due times, each with the keys that wait for it.
//   I1. A (time, key) pair is held once, however often it is registered (Flink: InternalTimerServiceImpl).
//   I2. Timers are taken in order of time.

import type { Key } from '../core/key-group.ts';
import { keyIdentity } from '../core/key-identity.ts';

/** A due timer. */
export interface Timer {
  readonly timeMs: number;
  readonly key: Key;
}

/** Timers in order of time, deduplicated by (time, key). */
export class TimerQueue {
  readonly #keysAt = new Map<number, Map<unknown, Key>>();
  readonly #heap: number[] = []; // of the times in `#keysAt`, and of some that were deleted since

  /** The earliest time, or undefined when nothing waits. */
  nextTimeMs(): number | undefined {
    for (;;) {
      const earliest = this.#heap[0];
      if (earliest === undefined || this.#keysAt.has(earliest)) return earliest;
      this.#popHeap();
    }
  }

  register(timeMs: number, key: Key): void {
    let keys = this.#keysAt.get(timeMs);
    if (keys === undefined) {
      keys = new Map();
      this.#keysAt.set(timeMs, keys);
      this.#pushHeap(timeMs);
    }
    keys.set(keyIdentity(key), key);
  }

  delete(timeMs: number, key: Key): void {
    const keys = this.#keysAt.get(timeMs);
    if (keys?.delete(keyIdentity(key)) === true && keys.size === 0) this.#keysAt.delete(timeMs);
  }

  /** Takes the earliest timer at or before `untilMs`. */
  takeDue(untilMs: number): Timer | undefined {
    const timeMs = this.nextTimeMs();
    if (timeMs === undefined || timeMs > untilMs) return undefined;
    const keys = this.#keysAt.get(timeMs) ?? new Map<unknown, Key>();
    for (const [identity, key] of keys) {
      keys.delete(identity);
      if (keys.size === 0) this.#keysAt.delete(timeMs);
      return { timeMs, key };
    }
    return undefined;
  }

  #pushHeap(timeMs: number): void {
    const heap = this.#heap;
    let index = heap.push(timeMs) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if ((heap[parent] ?? 0) <= timeMs) break;
      heap[index] = heap[parent] ?? 0;
      index = parent;
    }
    heap[index] = timeMs;
  }

  #popHeap(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= heap.length) break;
      if ((heap[child + 1] ?? Infinity) < (heap[child] ?? Infinity)) child++;
      if ((heap[child] ?? Infinity) >= last) break;
      heap[index] = heap[child] ?? 0;
      index = child;
    }
    heap[index] = last;
  }
}
