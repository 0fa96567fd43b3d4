// Timers of one operator subtask: keys that wait for a time.
//   I1. A (time, key) pair is held once, however often it is registered (Flink: InternalTimerServiceImpl).
//   I2. Timers are taken in order of time, and at one time in order of registration.

import { hashOfKey, type Key, keyGroupOfHash } from '../core/key-group.ts';
import { type KeyIdentity, keyIdentity, keyOfIdentity } from '../core/key-identity.ts';
import { type Due, DueQueue } from './due-queue.ts';

/** A due timer. */
export interface Timer {
  readonly timeMs: number;
  readonly key: Key;
  /** Of a queue with namespaces. */
  readonly namespace?: Key;
}

/** Timers in order of time, deduplicated. */
export class TimerQueue {
  readonly #queue = new DueQueue<KeyIdentity>();
  readonly #hasNamespaces: boolean;

  /** With namespaces, each timer belongs to one besides its key. */
  constructor({ hasNamespaces = false }: { readonly hasNamespaces?: boolean } = {}) {
    this.#hasNamespaces = hasNamespaces;
  }

  /** The earliest time, or undefined when nothing waits. */
  nextTimeMs(): number | undefined {
    return this.#queue.nextTimeMs();
  }

  register(timeMs: number, key: Key, namespace?: Key): void {
    this.#queue.register(timeMs, this.#identityOf(key, namespace));
  }

  delete(timeMs: number, key: Key, namespace?: Key): void {
    this.#queue.delete(timeMs, this.#identityOf(key, namespace));
  }

  /** Takes the earliest timer at or before `untilMs`. */
  takeDue(untilMs: number): Timer | undefined {
    const due = this.#queue.takeDue(untilMs);
    return due === undefined ? undefined : this.#timerOf(due);
  }

  /** All timers; registering them elsewhere, in this order, makes a queue that takes them in the same order. */
  *timers(): Generator<Timer, undefined> {
    for (const due of this.#queue.all()) yield this.#timerOf(due);
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

  #timerOf({ timeMs, owner }: Due<KeyIdentity>): Timer {
    if (!this.#hasNamespaces) return { timeMs, key: keyOfIdentity(owner) };
    const [key, namespace] = keyOfIdentity(owner) as readonly [KeyIdentity, KeyIdentity];
    return { timeMs, key: keyOfIdentity(key), namespace: keyOfIdentity(namespace) };
  }
}
