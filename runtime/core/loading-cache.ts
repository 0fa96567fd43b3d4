// Values that are loaded when they are first asked for: the most recently used, for a time. Those who ask for a key while it
// is being loaded wait for the same load.
//   I1. At most `entriesMax` values are kept; what was not asked for the longest goes first.
//   I2. A value is not given out `ttlMs` after it was loaded. That there is no value is kept as well.
//   I3. A load is aborted when everybody who waits for it has given up, and what failed is not kept.

import type { Clock } from './clock.ts';

/** How much is kept, and for how long. */
export interface CacheLimits {
  readonly entriesMax: number;
  readonly ttlMs: number;
}

/** Gets the value of a key; undefined when there is none. */
export type Load<Key, Value> = (key: Key, signal: AbortSignal) => Promise<Value | undefined>;

interface Kept<Value> {
  readonly value: Value | undefined;
  readonly untilMs: number;
}

interface Loading<Value> {
  readonly promise: Promise<Value | undefined>;
  readonly controller: AbortController;
  waiting: number;
}

/** A cache of one kind of values. `identity` stands for its key: equal for equal keys. */
export class LoadingCache<Key, Value> {
  readonly #limits: CacheLimits;
  readonly #clock: Clock;
  readonly #load: Load<Key, Value>;
  /** In order of use: a Map keeps the order in which keys were set. */
  readonly #kept = new Map<unknown, Kept<Value>>();
  readonly #loading = new Map<unknown, Loading<Value>>();

  constructor(limits: CacheLimits, clock: Clock, load: Load<Key, Value>) {
    this.#limits = limits;
    this.#clock = clock;
    this.#load = load;
  }

  /** At once when the value is there. */
  get(
    key: Key,
    identity: unknown,
    signal: AbortSignal,
  ): Value | undefined | Promise<Value | undefined> {
    const kept = this.#kept.get(identity);
    if (kept !== undefined) {
      this.#kept.delete(identity);
      if (this.#clock.nowMs() < kept.untilMs) {
        this.#kept.set(identity, kept);
        return kept.value;
      }
    }
    const loading = this.#loading.get(identity) ?? this.#begin(key, identity);
    this.#wait(identity, loading, signal);
    return loading.promise;
  }

  #begin(key: Key, identity: unknown): Loading<Value> {
    const controller = new AbortController();
    const promise = this.#load(key, controller.signal);
    const loading = { promise, controller, waiting: 0 };
    this.#loading.set(identity, loading);
    const end = (): boolean => {
      const isCurrent = this.#loading.get(identity) === loading;
      if (isCurrent) this.#loading.delete(identity);
      return isCurrent;
    };
    promise.then(
      (value) => {
        if (end()) this.#keep(identity, value);
      },
      end, // whoever waits is told by the promise itself
    );
    return loading;
  }

  #wait(identity: unknown, loading: Loading<Value>, signal: AbortSignal): void {
    loading.waiting++;
    signal.addEventListener(
      'abort',
      () => {
        loading.waiting--;
        if (loading.waiting > 0 || this.#loading.get(identity) !== loading) return;
        this.#loading.delete(identity);
        loading.controller.abort(signal.reason);
      },
      { once: true },
    );
  }

  #keep(identity: unknown, value: Value | undefined): void {
    const { entriesMax, ttlMs } = this.#limits;
    this.#kept.set(identity, { value, untilMs: this.#clock.nowMs() + ttlMs });
    if (this.#kept.size <= entriesMax) return;
    for (const oldest of this.#kept.keys()) {
      this.#kept.delete(oldest);
      return;
    }
  }
}
