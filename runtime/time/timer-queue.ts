// Timers of one operator subtask: a heap of due times, each with the keys that wait for it. Most times have one key or, where
// timers are rounded, very many: one is kept without a map, many are taken without looking at those taken before. What waits
// may also be a key with a namespace: an object that stands for both (a window of a key).
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

/** Children of a node: with four, a heap of a million is ten deep, and siblings lie in one cache line. */
const CHILDREN = 4;

/** Stands for a time whose timers were all deleted, until it is at the top of the heap or swept out. */
const NOBODY = null;

/** Several that wait for one time. Its iterator goes on where it was, past what was taken and deleted. */
class Crowd<Owner> {
  readonly members = new Map<unknown, Owner>();
  #next: Iterator<[unknown, Owner]> | undefined;

  take(): Owner | undefined {
    this.#next ??= this.members.entries();
    const next = this.#next.next();
    if (next.done === true) return undefined;
    const [identity, owner] = next.value;
    this.members.delete(identity);
    return owner;
  }
}

/** Timers in order of time, deduplicated by (time, key). */
export class TimerQueue<Owner = Key> {
  readonly #identityOf: (owner: Owner) => unknown;
  readonly #waiting = new Map<number, Owner | Crowd<Owner> | typeof NOBODY>();
  #heap: number[] = []; // the times in `#waiting`
  #emptyTimes = 0;

  /** `identityOf`: what two equal owners have in common, in the sense of a Map; not needed for keys. */
  constructor(identityOf?: (owner: Owner) => unknown) {
    this.#identityOf = identityOf ?? (keyIdentity as unknown as (owner: Owner) => unknown);
  }

  /** How many wait. */
  get size(): number {
    let size = 0;
    for (const waiting of this.#waiting.values()) {
      if (waiting !== NOBODY) size += waiting instanceof Crowd ? waiting.members.size : 1;
    }
    return size;
  }

  /** The earliest time, or undefined when nothing waits. */
  nextTimeMs(): number | undefined {
    for (;;) {
      const earliest = this.#heap[0];
      if (earliest === undefined || this.#emptyTimes === 0) return earliest;
      if (this.#waiting.get(earliest) !== NOBODY) return earliest;
      this.#emptyTimes--;
      this.#removeEarliest(earliest);
    }
  }

  /** False when it is held already. */
  register(timeMs: number, key: Owner): boolean {
    const before = this.#waiting.get(timeMs);
    if (before === undefined || before === NOBODY) {
      if (before === NOBODY) this.#emptyTimes--;
      else this.#pushHeap(timeMs);
      this.#waiting.set(timeMs, key);
      return true;
    }
    const identity = this.#identityOf(key);
    if (before instanceof Crowd) return addTo(before, identity, key);
    const first = this.#identityOf(before);
    if (isSame(first, identity)) return false;
    const crowd = new Crowd<Owner>();
    crowd.members.set(first, before).set(identity, key);
    this.#waiting.set(timeMs, crowd);
    return true;
  }

  /** False when it is not held. */
  delete(timeMs: number, key: Owner): boolean {
    const before = this.#waiting.get(timeMs);
    if (before === undefined || before === NOBODY) return false;
    const identity = this.#identityOf(key);
    if (before instanceof Crowd) {
      if (!before.members.delete(identity)) return false;
      if (before.members.size > 0) return true;
    } else if (!isSame(this.#identityOf(before), identity)) return false;
    this.#waiting.set(timeMs, NOBODY);
    this.#emptyTimes++;
    if (this.#emptyTimes >= DELETED_TIMES_MIN && this.#emptyTimes * 2 >= this.#heap.length) {
      this.#sweepEmpty();
    }
    return true;
  }

  /** Takes the earliest timer at or before `untilMs`. */
  takeDue(untilMs: number): Timer<Owner> | undefined {
    const timeMs = this.nextTimeMs();
    if (timeMs === undefined || timeMs > untilMs) return undefined;
    const waiting = this.#waiting.get(timeMs);
    const key = waiting instanceof Crowd ? waiting.take() : waiting;
    if (!(waiting instanceof Crowd) || waiting.members.size === 0) this.#removeEarliest(timeMs);
    return key === undefined || key === NOBODY ? undefined : { timeMs, key };
  }

  /** All timers; registering them elsewhere, in this order, makes a queue that takes them in the same order. */
  *timers(): Generator<Timer<Owner>, undefined> {
    for (const [timeMs, waiting] of this.#waiting) {
      if (waiting instanceof Crowd) {
        for (const key of waiting.members.values()) yield { timeMs, key };
      } else if (waiting !== NOBODY) yield { timeMs, key: waiting };
    }
  }

  /** All timers by the key group of their owner: a snapshot takes one pass. */
  timersByGroup(groupOf: (owner: Owner) => number): ReadonlyMap<number, readonly Timer<Owner>[]> {
    const groups = new Map<number, Timer<Owner>[]>();
    for (const timer of this.timers()) {
      const keyGroup = groupOf(timer.key);
      const group = groups.get(keyGroup);
      if (group === undefined) groups.set(keyGroup, [timer]);
      else group.push(timer);
    }
    return groups;
  }

  #sweepEmpty(): void {
    for (const [timeMs, waiting] of this.#waiting) {
      if (waiting === NOBODY) this.#waiting.delete(timeMs);
    }
    this.#emptyTimes = 0;
    // A sorted array is a heap.
    this.#heap = [...this.#waiting.keys()].sort((left, right) => left - right);
  }

  #pushHeap(timeMs: number): void {
    const heap = this.#heap;
    let index = heap.push(timeMs) - 1;
    while (index > 0) {
      const parent = Math.floor((index - 1) / CHILDREN);
      if ((heap[parent] ?? 0) <= timeMs) break;
      heap[index] = heap[parent] ?? 0;
      index = parent;
    }
    heap[index] = timeMs;
  }

  #removeEarliest(timeMs: number): void {
    this.#waiting.delete(timeMs);
    const heap = this.#heap;
    const last = heap.pop();
    const count = heap.length;
    if (last === undefined || count === 0) return;
    let index = 0;
    for (;;) {
      const first = CHILDREN * index + 1;
      if (first >= count) break;
      let child = first;
      let least = heap[first] ?? Infinity;
      const end = Math.min(first + CHILDREN, count);
      for (let other = first + 1; other < end; other++) {
        const value = heap[other] ?? Infinity;
        if (value >= least) continue;
        least = value;
        child = other;
      }
      if (least >= last) break;
      heap[index] = least;
      index = child;
    }
    heap[index] = last;
  }
}

/** One that is held already keeps its place and its object. */
function addTo<Owner>({ members }: Crowd<Owner>, identity: unknown, key: Owner): boolean {
  if (members.has(identity)) return false;
  members.set(identity, key);
  return true;
}

/** As a Map has it: NaN is itself. */
function isSame(left: unknown, right: unknown): boolean {
  return left === right || (left !== left && right !== right);
}
