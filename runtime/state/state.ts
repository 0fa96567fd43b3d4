// Keyed state as a job sees it, and as the engine keeps and moves it: each value belongs to the key of the record or timer
// being processed and, in an operator that uses namespaces (windows), to the namespace at hand.
//   I1. State of one key or namespace is never visible under another.
//   I2. What a state returns is the job's own: changing it without writing it back is not a state change.
//   I3. State is kept, snapshotted and restored by key group, so that rescaling only regroups.

import type { Key, KeyGroupRange } from '../core/key-group.ts';
import type { RecordType } from '../types/record-type.ts';

/** How long written state lives, in processing time. Semantics are Flink's (StateTtlConfig). */
export interface StateTtl {
  readonly ms: number;
  /** What starts an entry's time anew. */
  readonly update: 'on-create-and-write' | 'on-read-and-write';
  /** Whether an entry that has expired, but was not cleaned up yet, is returned once more. */
  readonly visibility: 'never-return-expired' | 'return-expired-if-not-cleaned-up';
  /** In the background: how many keys each access to the state, or each record, looks at. */
  readonly cleanup: 'on-read-only' | { readonly keys: number; readonly each: 'access' | 'record' };
}

/** What every descriptor may carry. */
interface Described {
  /** The type of what is stored; `any` when the job gave no schema. */
  readonly type?: RecordType | undefined;
  readonly ttl?: StateTtl | undefined;
}

/** Describes one keyed state of an operator; its name is the property it is declared under. */
export type StateDescriptor =
  | (Described & { readonly kind: 'value'; readonly default?: unknown })
  | (Described & { readonly kind: 'list' })
  | (Described & { readonly kind: 'map'; readonly mapKeyType?: RecordType | undefined })
  | (Described & {
      readonly kind: 'reducing';
      readonly reduce: (left: unknown, right: unknown) => unknown;
    })
  | (Described & {
      readonly kind: 'aggregating';
      readonly create: () => unknown;
      readonly add: (accumulator: unknown, value: unknown) => unknown;
      readonly result: (accumulator: unknown) => unknown;
    });

/** One value a key; `Empty` is what is read before the first write: undefined, or the declared default. */
export interface ValueState<T, Empty = undefined> {
  get(): T | Empty;
  set(value: T): void;
  clear(): void;
}

/** A list a key, in order of adding. */
export interface ListState<T> {
  get(): readonly T[];
  add(value: T): void;
  addAll(values: Iterable<T>): void;
  /** Puts these values in place of all; none clears the list. */
  update(values: readonly T[]): void;
  clear(): void;
}

/** A map a key, in order of first insertion. Removing the last entry clears it. */
export interface MapState<K, V> {
  get(key: K): V | undefined;
  set(key: K, value: V): void;
  has(key: K): boolean;
  delete(key: K): void;
  entries(): IterableIterator<[K, V]>;
  keys(): IterableIterator<K>;
  values(): IterableIterator<V>;
  isEmpty(): boolean;
  readonly size: number;
  clear(): void;
}

/** A map that is only read. */
export type ReadonlyMapState<K, V> = Omit<MapState<K, V>, 'set' | 'delete' | 'clear'>;

/** A value a key into which each added one is combined. */
export interface ReducingState<T> {
  /** Undefined when nothing was added. */
  get(): T | undefined;
  add(value: T): void;
  clear(): void;
}

/** An accumulator a key; what is read is its result. */
export interface AggregatingState<In, Out> {
  /** Undefined when nothing was added. */
  get(): Out | undefined;
  add(value: In): void;
  clear(): void;
}

/** Any keyed state. */
export type KeyedState =
  | ValueState<unknown, unknown>
  | ListState<unknown>
  | MapState<unknown, unknown>
  | ReducingState<unknown>
  | AggregatingState<unknown, unknown>;

/** What one key (and namespace) holds in one state, as plain data. */
export interface StateRow {
  readonly key: Key;
  /** Of an operator that uses namespaces. */
  readonly namespace: Key | undefined;
  /** The value, reduction or accumulator; the elements of a list; the values of a map. */
  readonly values: readonly unknown[];
  /** Of a map: the key of each value. */
  readonly mapKeys: readonly unknown[] | undefined;
  /** Of a state with a TTL: when each value was last written or, if that counts, read. */
  readonly stampsMs: readonly number[] | undefined;
}

/** What one state holds in one key group. */
export interface StateRows {
  readonly name: string;
  readonly rows: readonly StateRow[];
}

/** The keyed state of one operator subtask. */
export interface KeyedStateStore {
  readonly range: KeyGroupRange;
  readonly descriptors: Readonly<Record<string, StateDescriptor>>;
  readonly states: Readonly<Record<string, KeyedState>>;
  /** Which key the following calls are about. */
  setCurrentKey(key: Key, keyGroup: number): void;
  /** The keys of this subtask for which the state of this name holds something. */
  keysOf(name: string): readonly Key[];
  /** Which namespace; only of a store that was opened with namespaces. */
  setCurrentNamespace(namespace: Key): void;
  /**
   * All states of a key group, without what has expired; a state that holds nothing there is left out. Values are the
   * stored ones: encode them before the next record.
   */
  snapshotGroup(keyGroup: number): readonly StateRows[];
  /** Puts back what `snapshotGroup` gave, perhaps in another subtask; the group was empty before. */
  restoreGroup(keyGroup: number, states: readonly StateRows[]): void;
}
