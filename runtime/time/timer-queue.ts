// Timers of one operator subtask: a heap of due times, each with the keys that wait for it. Most times have one key or, where
// timers are rounded, very many: one is kept without a set, many are taken without looking at those taken before.
//
// An operator with namespaces (windows) makes its queue with `{ hasNamespaces: true }` and gives the namespace with the key.
//   I1. A (time, key, namespace) is held once, however often it is registered (Flink: InternalTimerServiceImpl).
//   I2. Timers are taken in order of time, and at one time in order of registration.
//   I3. Deleted timers take no more room than living ones, whatever is registered and deleted again.

import { hashOfKey, type Key, keyGroupOfHash } from '../core/key-group.ts';
import { type KeyIdentity, keyIdentity, keyOfIdentity } from '../core/key-identity.ts';

/** A due timer. */
export interface Timer {
  readonly timeMs: number;
  readonly key: Key;
  /** Of a queue with namespaces. */
  readonly namespace?: Key;
}

/** Fewer deleted times than this are not worth cleaning up. */
const DELETED_TIMES_MIN = 64;

/** Children of a node: with four, a heap of a million is ten deep, and siblings lie in one cache line. */
const CHILDREN = 4;

/** Stands for a time whose timers were all deleted, until it is at the top of the heap or swept out. */
const NOBODY = null;

/** Several that wait for one time. Its iterator goes on where it was, past what was taken and deleted. */
class Crowd {
  readonly members: Set<KeyIdentity>;
  #next: Iterator<KeyIdentity> | undefined;

  constructor(first: KeyIdentity, second: KeyIdentity) {
    this.members = new Set([first, second]);
  }

  take(): KeyIdentity | undefined {
    this.#next ??= this.members.values();
    const next = this.#next.next();
    if (next.done === true) return undefined;
    this.members.delete(next.value);
    return next.value;
  }
}

/** Timers in order of time, deduplicated. */
export class TimerQueue {
  readonly #hasNamespaces: boolean;
  readonly #waiting = new Map<number, KeyIdentity | Crowd | typeof NOBODY>();
  #heap: number[] = []; // the times in `#waiting`
  #emptyTimes = 0;

  constructor({ hasNamespaces = false }: { readonly hasNamespaces?: boolean } = {}) {
    this.#hasNamespaces = hasNamespaces;
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

  register(timeMs: number, key: Key, namespace?: Key): void {
    const who = this.#identityOf(key, namespace);
    const before = this.#waiting.get(timeMs);
    if (before instanceof Crowd) {
      before.members.add(who);
    } else if (before === undefined) {
      this.#waiting.set(timeMs, who);
      this.#pushHeap(timeMs);
    } else if (before === NOBODY) {
      this.#emptyTimes--;
      this.#waiting.set(timeMs, who);
    } else if (!isSame(before, who)) {
      this.#waiting.set(timeMs, new Crowd(before, who));
    }
  }

  delete(timeMs: number, key: Key, namespace?: Key): void {
    const who = this.#identityOf(key, namespace);
    const before = this.#waiting.get(timeMs);
    if (before === undefined || before === NOBODY) return;
    if (before instanceof Crowd) {
      if (!before.members.delete(who) || before.members.size > 0) return;
    } else if (!isSame(before, who)) return;
    this.#waiting.set(timeMs, NOBODY);
    this.#emptyTimes++;
    if (this.#emptyTimes >= DELETED_TIMES_MIN && this.#emptyTimes * 2 >= this.#heap.length) {
      this.#sweepEmpty();
    }
  }

  /** Takes the earliest timer at or before `untilMs`. */
  takeDue(untilMs: number): Timer | undefined {
    const timeMs = this.nextTimeMs();
    if (timeMs === undefined || timeMs > untilMs) return undefined;
    const waiting = this.#waiting.get(timeMs);
    if (!(waiting instanceof Crowd)) {
      this.#removeEarliest(timeMs);
      return this.#timerOf(timeMs, waiting ?? '');
    }
    const who = waiting.take() ?? '';
    if (waiting.members.size === 0) this.#removeEarliest(timeMs);
    return this.#timerOf(timeMs, who);
  }

  /** All timers; registering them elsewhere, in this order, makes a queue that takes them in the same order. */
  *timers(): Generator<Timer, undefined> {
    for (const [timeMs, waiting] of this.#waiting) {
      if (waiting === NOBODY) continue;
      const all = waiting instanceof Crowd ? waiting.members : [waiting];
      for (const who of all) yield this.#timerOf(timeMs, who);
    }
  }

  /** All timers by the key group of their key: a snapshot takes one pass. */
  timersByGroup(maxParallelism: number): ReadonlyMap<number, readonly Timer[]> {
    const groups = new Map<number, Timer[]>();
    for (const timer of this.timers()) {
      const keyGroup = keyGroupOfHash(hashOfKey(timer.key), maxParallelism);
      const group = groups.get(keyGroup);
      if (group === undefined) groups.set(keyGroup, [timer]);
      else group.push(timer);
    }
    return groups;
  }

  #identityOf(key: Key, namespace: Key | undefined): KeyIdentity {
    if (!this.#hasNamespaces) return keyIdentity(key);
    return keyIdentity([keyIdentity(key), keyIdentity(namespace ?? '')]);
  }

  #timerOf(timeMs: number, who: KeyIdentity): Timer {
    if (!this.#hasNamespaces) return { timeMs, key: keyOfIdentity(who) };
    const [key, namespace] = keyOfIdentity(who) as readonly [KeyIdentity, KeyIdentity];
    return { timeMs, key: keyOfIdentity(key), namespace: keyOfIdentity(namespace) };
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

/** As a Set has it: NaN is itself. */
function isSame(left: KeyIdentity, right: KeyIdentity): boolean {
  return left === right || (left !== left && right !== right);
}
