// When an entry with a TTL has expired, and the cleanup in the background (Flink: TtlUtils, TtlIncrementalCleanup).
//   I1. An entry that was written (or read, if that counts) at `t` has expired from `t + ms` on.
//   I2. A step of the sweep looks at no more than the declared number of keys or empty groups, and comes to every key.

import type { Clock } from '../core/clock.ts';
import type { Entries, PlacedEntry } from './grouped-entries.ts';
import type { StateTtl } from './state.ts';

/** A value and when its time began. */
export interface Stamped {
  readonly value: unknown;
  readonly stampMs: number;
}

/** A TTL with a clock. */
export class TtlRule {
  readonly refreshesOnRead: boolean;
  readonly returnsExpired: boolean;
  readonly cleanup: StateTtl['cleanup'];
  readonly #ttlMs: number;
  readonly #clock: Clock;

  constructor(ttl: StateTtl, clock: Clock) {
    this.refreshesOnRead = ttl.update === 'on-read-and-write';
    this.returnsExpired = ttl.visibility === 'return-expired-if-not-cleaned-up';
    this.cleanup = ttl.cleanup;
    this.#ttlMs = ttl.ms;
    this.#clock = clock;
  }

  nowMs(): number {
    return this.#clock.nowMs();
  }

  stamp(value: unknown): Stamped {
    return { value, stampMs: this.nowMs() };
  }

  isExpired({ stampMs }: Stamped, nowMs: number): boolean {
    return stampMs + this.#ttlMs <= nowMs;
  }
}

/** Walks round a state's entries, some at a time, and drops what has expired. */
export class TtlSweep<Entry> {
  readonly #table: Entries<Entry>;
  /** Drops the expired parts of an entry; false when nothing is left of it. */
  readonly #keepsSome: (entry: Entry) => boolean;
  #groupIndex = 0;
  #rest: Iterator<PlacedEntry<Entry>> | undefined;

  constructor(table: Entries<Entry>, keepsSome: (entry: Entry) => boolean) {
    this.#table = table;
    this.#keepsSome = keepsSome;
  }

  step(keys: number): void {
    for (let left = keys; left > 0; left--) {
      this.#rest ??= this.#table.of(this.#groupIndex)[Symbol.iterator]();
      const next = this.#rest.next();
      if (next.done === true) {
        this.#groupIndex = (this.#groupIndex + 1) % this.#table.groupCount;
        this.#rest = undefined;
      } else if (!this.#keepsSome(next.value.entry)) {
        this.#table.remove(this.#groupIndex, next.value);
      }
    }
  }
}
