// The input of a keyed operator in batch mode: collected, sorted by key, then handed over key by key, so that the operator
// holds the state of one key at a time (Flink: MultiInputSortingDataInput, BatchExecutionKeyedStateBackend). Used for
// operators that have `endKey`; what keeps one accumulator a key is cheaper without sorting and has none. Also for operators
// with a broadcast side, which is read to its end before the first record of the other; without keys, all have the same.
//   I1. The records of a key come together, of both inputs, in order of time, and of arrival where times are equal.
//   I2. After the last record of a key its timers fire, then its state is dropped; the next key begins without either.

import { hashOfKey, type Key } from '../core/key-group.ts';
import { keyIdentity } from '../core/key-identity.ts';
import type { Emit } from '../operators/operator.ts';
import {
  keyBytesAt,
  payloadOffsetAt,
  portAt,
  type SortedEntries,
  type SortedEntry,
  timestampAt,
} from '../state/sorted-entry.ts';
import type { SpillingSorter, WritePart } from '../state/spilling-sorter.ts';
import type { RowCodec } from '../types/codec.ts';
import { compileCodec } from '../types/codec-compiler.ts';
import type { Chain } from './chain.ts';
import type { StepResult } from './subtask.ts';

/** Records handed over in a step: about as many as a buffer holds. */
const RECORDS_PER_STEP = 256;
const KEY_CODEC = compileCodec({ kind: 'any' });

/** One input of the operator. */
export interface SortedPort {
  readonly keyOf: (value: unknown) => Key;
  readonly codec: RowCodec;
  /** The error to throw for a record whose key cannot be found, or that cannot be written. */
  readonly failure: (error: unknown, record: unknown) => Error;
}

/** What is collected, and where it goes. A port that is undefined is not: its records are handed over as they come. */
export class KeySortedInput {
  readonly #ports: readonly (SortedPort | undefined)[];
  readonly #sorter: SpillingSorter;
  readonly #chain: Chain;
  readonly #processes: readonly (Emit | undefined)[];
  #entries: SortedEntries | undefined;
  #held: SortedEntry | undefined; // the first record of the next key
  #key = Buffer.alloc(0);
  #hasKey = false;
  #isEndingKey = false;

  constructor(ports: readonly (SortedPort | undefined)[], sorter: SpillingSorter, chain: Chain) {
    this.#ports = ports;
    this.#sorter = sorter;
    this.#chain = chain;
    this.#processes = [chain.process, chain.processSecond];
  }

  /** Takes a record of one input. */
  collect(port: number, value: unknown, timestampMs: number): void {
    const sorted = this.#ports[port];
    if (sorted === undefined) {
      this.#processes[port]?.(value, timestampMs);
      return;
    }
    const { keyOf, codec, failure } = sorted;
    try {
      const key = keyOf(value);
      const identity = keyIdentity(key);
      this.#sorter.add(
        { hash: hashOfKey(key), timestampMs, port },
        // Zero has two signs and one meaning.
        write(KEY_CODEC, identity === 0 ? 0 : identity),
        write(codec, value),
      );
    } catch (error) {
      throw failure(error, value);
    }
  }

  /** Hands over the next records; `ended` after the last key has ended. Only called when there is no more to collect. */
  replay(): StepResult {
    this.#entries ??= this.#sorter.sorted();
    for (let taken = 0; taken < RECORDS_PER_STEP; taken++) {
      if (!this.#chain.canTakeInput() || !this.#endKeyIfDue()) return 'blocked';
      const entry = this.#held ?? this.#entries.next();
      this.#held = undefined;
      if (entry === undefined) {
        if (!this.#hasKey) return 'ended';
        this.#leaveKey();
        continue;
      }
      this.#take(entry);
    }
    return 'worked';
  }

  close(): void {
    this.#sorter.close();
  }

  #take(entry: SortedEntry): void {
    const { memory, offset } = entry;
    const payload = payloadOffsetAt(memory, offset);
    const key = keyBytesAt(memory, offset, payload);
    if (!this.#hasKey) {
      this.#key = Buffer.from(key);
      this.#hasKey = true;
    } else if (!this.#key.equals(key)) {
      this.#held = entry;
      this.#leaveKey();
      return;
    }
    const port = portAt(memory, offset);
    const value = (this.#ports[port] as SortedPort).codec.decode(memory, payload);
    this.#processes[port]?.(value, timestampAt(memory, offset));
  }

  #leaveKey(): void {
    this.#hasKey = false;
    this.#isEndingKey = true;
  }

  #endKeyIfDue(): boolean {
    if (!this.#isEndingKey) return true;
    if (!this.#chain.endKey()) return false;
    this.#isEndingKey = false;
    return true;
  }
}

function write(codec: RowCodec, value: unknown): WritePart {
  return (target, offset, limit) => codec.encode(value, target, offset, limit);
}
