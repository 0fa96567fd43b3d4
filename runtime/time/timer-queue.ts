// Timers of one operator subtask: a heap of due times, each with the keys that wait for it. What waits may also be a key
// with a namespace: an object that stands for both (a window of a key).
//   I1. A (time, key) pair is held once, however often it is registered (Flink: InternalTimerServiceImpl).
//   I2. Timers are taken in order of time, those of one time in the order in which they were registered.
//   I3. Deleted timers take no more room than living ones, whatever is registered and deleted again.

import type { Key } from '../core/key-group.ts';
import { keyIdentity } from '../core/key-identity.ts';

/** A due timer. */
export interface Timer<Owner = Key> {
  readonly timeMs: number;
  readonly key: Owner;
}

/** Fewer deleted times than this are not worth cleaning up. */
const DELETED_TIMES_MIN = 64;

/** Timers in order of time, deduplicated by (time, key). */
export class TimerQueue<Owner = Key> {
  readonly #identityOf: (owner: Owner) => unknown;
  /** A time whose keys were all deleted stays, empty, until it is at the top of the heap or swept out. */
  readonly #keysAt = new Map<number, Map<unknown, Owner>>();
  #heap: number[] = []; // the times in `#keysAt`
  #emptyTimes = 0;

  /** `identityOf`: what two equal owners have in common, in the sense of a Map; not needed for keys. */
  constructor(identityOf?: (owner: Owner) => unknown) {
    this.#identityOf = identityOf ?? (keyIdentity as unknown as (owner: Owner) => unknown);
  }

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

  /** How many wait. */
  get size(): number {
    let count = 0;
    for (const keys of this.#keysAt.values()) count += keys.size;
    return count;
  }

  /** False when it is held already. */
  register(timeMs: number, key: Owner): boolean {
    let keys = this.#keysAt.get(timeMs);
    if (keys === undefined) {
      keys = new Map();
      this.#keysAt.set(timeMs, keys);
      this.#pushHeap(timeMs);
    } else if (keys.size === 0) {
      this.#emptyTimes--;
    }
    const held = keys.size;
    keys.set(this.#identityOf(key), key);
    return keys.size > held;
  }

  /** False when it is not held. */
  delete(timeMs: number, key: Owner): boolean {
    const keys = this.#keysAt.get(timeMs);
    if (keys?.delete(this.#identityOf(key)) !== true) return false;
    if (keys.size === 0) this.#onEmptied();
    return true;
  }

  /** Takes the earliest timer at or before `untilMs`. */
  takeDue(untilMs: number): Timer<Owner> | undefined {
    const timeMs = this.nextTimeMs();
    if (timeMs === undefined || timeMs > untilMs) return undefined;
    const keys = this.#keysAt.get(timeMs) ?? new Map<unknown, Owner>();
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
