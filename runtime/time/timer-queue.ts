// Timers of one operator subtask: a heap of due times, each with the keys that wait for it.
//   I1. A (time, key) pair is held once, however often it is registered (Flink: InternalTimerServiceImpl).
//   I2. Timers are taken in order of time.
//   I3. Deleted timers take no more room than living ones, whatever is registered and deleted again.

import type { Key } from '../core/key-group.ts';
import { keyIdentity } from '../core/key-identity.ts';

/** A due timer. */
export interface Timer {
  readonly timeMs: number;
  readonly key: Key;
}

/** Fewer deleted times than this are not worth cleaning up. */
const DELETED_TIMES_MIN = 64;

/** Timers in order of time, deduplicated by (time, key). */
export class TimerQueue {
  /** A time whose keys were all deleted stays, empty, until it is at the top of the heap or swept out. */
  readonly #keysAt = new Map<number, Map<unknown, Key>>();
  #heap: number[] = []; // the times in `#keysAt`
  #emptyTimes = 0;

  /** The earliest time, or undefined when nothing waits. */
  nextTimeMs(): number | undefined {
    for (;;) {
      const earliest = this.#heap[0];
      if (earliest === undefined || this.#keysAt.get(earliest)?.size !== 0) return earliest;
      this.#keysAt.delete(earliest);
      this.#emptyTimes--;
      this.#popHeap();
    }
  }

  register(timeMs: number, key: Key): void {
    let keys = this.#keysAt.get(timeMs);
    if (keys === undefined) {
      keys = new Map();
      this.#keysAt.set(timeMs, keys);
      this.#pushHeap(timeMs);
    } else if (keys.size === 0) {
      this.#emptyTimes--;
    }
    keys.set(keyIdentity(key), key);
  }

  delete(timeMs: number, key: Key): void {
    const keys = this.#keysAt.get(timeMs);
    if (keys?.delete(keyIdentity(key)) === true && keys.size === 0) this.#onEmptied();
  }

  /** Takes the earliest timer at or before `untilMs`. */
  takeDue(untilMs: number): Timer | undefined {
    const timeMs = this.nextTimeMs();
    if (timeMs === undefined || timeMs > untilMs) return undefined;
    const keys = this.#keysAt.get(timeMs) ?? new Map<unknown, Key>();
    for (const [identity, key] of keys) {
      keys.delete(identity);
      if (keys.size === 0) this.#onEmptied();
      return { timeMs, key };
    }
    return undefined;
  }

  #onEmptied(): void {
    this.#emptyTimes++;
    if (this.#emptyTimes < DELETED_TIMES_MIN || this.#emptyTimes * 2 < this.#heap.length) return;
    for (const [timeMs, keys] of this.#keysAt) if (keys.size === 0) this.#keysAt.delete(timeMs);
    this.#emptyTimes = 0;
    // A sorted array is a heap.
    this.#heap = [...this.#keysAt.keys()].sort((left, right) => left - right);
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
