// What waits for a time: a heap of due times, each with those that wait for it. Most times have one or, where times are
// rounded, very many: one is kept without a set, many are taken without looking at those taken before.
//   I1. A (time, owner) pair is held once, however often it is registered; owners are equal as in a Set.
//   I2. What is due is taken in order of time, and at one time in order of registration.
//   I3. What was deleted takes no more room than what waits, whatever is registered and deleted again.

import { invariant } from '../core/invariant.ts';

/** An owner whose time has come. */
export interface Due<Owner> {
  readonly timeMs: number;
  readonly owner: Owner;
}

/** Fewer deleted times than this are not worth cleaning up. */
const DELETED_TIMES_MIN = 64;

/** Children of a node: with four, a heap of a million is ten deep, and siblings lie in one cache line. */
const CHILDREN = 4;

/** Stands for a time whose timers were all deleted, until it is at the top of the heap or swept out. */
const NOBODY = null;

/** Several that wait for one time. Its iterator goes on where it was, past what was taken and deleted. */
class Crowd<Owner> {
  readonly members: Set<Owner>;
  #next: Iterator<Owner> | undefined;

  constructor(first: Owner, second: Owner) {
    this.members = new Set([first, second]);
  }

  take(): Owner | undefined {
    this.#next ??= this.members.values();
    const next = this.#next.next();
    if (next.done === true) return undefined;
    this.members.delete(next.value);
    return next.value;
  }
}

/** Owners in order of their times. An owner is anything but null, which stands for nobody. */
export class DueQueue<Owner extends string | number | boolean | object> {
  readonly #waiting = new Map<number, Owner | Crowd<Owner> | typeof NOBODY>();
  #heap: number[] = []; // the times in `#waiting`
  #emptyTimes = 0;

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

  /** How many wait; looks at every time. */
  get size(): number {
    let count = 0;
    for (const waiting of this.#waiting.values()) {
      if (waiting instanceof Crowd) count += waiting.members.size;
      else if (waiting !== NOBODY) count++;
    }
    return count;
  }

  /** False when it is held already. */
  register(timeMs: number, owner: Owner): boolean {
    const before = this.#waiting.get(timeMs);
    if (before instanceof Crowd) {
      const held = before.members.size;
      return before.members.add(owner).size > held;
    }
    if (before === undefined) {
      this.#waiting.set(timeMs, owner);
      this.#pushHeap(timeMs);
    } else if (before === NOBODY) {
      this.#emptyTimes--;
      this.#waiting.set(timeMs, owner);
    } else {
      if (isSame(before, owner)) return false;
      this.#waiting.set(timeMs, new Crowd(before, owner));
    }
    return true;
  }

  /** False when it is not held. */
  delete(timeMs: number, owner: Owner): boolean {
    const before = this.#waiting.get(timeMs);
    if (before === undefined || before === NOBODY) return false;
    if (before instanceof Crowd) {
      if (!before.members.delete(owner)) return false;
      if (before.members.size > 0) return true;
    } else if (!isSame(before, owner)) return false;
    this.#waiting.set(timeMs, NOBODY);
    this.#emptyTimes++;
    if (this.#emptyTimes >= DELETED_TIMES_MIN && this.#emptyTimes * 2 >= this.#heap.length) {
      this.#sweepEmpty();
    }
    return true;
  }

  /** Takes the earliest at or before `untilMs`. */
  takeDue(untilMs: number): Due<Owner> | undefined {
    const timeMs = this.nextTimeMs();
    if (timeMs === undefined || timeMs > untilMs) return undefined;
    const waiting = this.#waiting.get(timeMs);
    invariant(waiting !== undefined && waiting !== NOBODY, 'somebody waits for the earliest time');
    if (!(waiting instanceof Crowd)) {
      this.#removeEarliest(timeMs);
      return { timeMs, owner: waiting };
    }
    const owner = waiting.take();
    invariant(owner !== undefined, 'a crowd has members');
    if (waiting.members.size === 0) this.#removeEarliest(timeMs);
    return { timeMs, owner };
  }

  /** All that wait; registering them elsewhere, in this order, makes a queue that gives them in the same order. */
  *all(): Generator<Due<Owner>, undefined> {
    for (const [timeMs, waiting] of this.#waiting) {
      if (waiting === NOBODY) continue;
      const owners = waiting instanceof Crowd ? waiting.members : [waiting];
      for (const owner of owners) yield { timeMs, owner };
    }
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
function isSame(left: unknown, right: unknown): boolean {
  return left === right || (left !== left && right !== right);
}
