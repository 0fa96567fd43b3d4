// Keyed state as a job sees it: each value belongs to the key of the record or timer being processed.
//   I1. State of one key is never visible under another.
//   I2. What a state returns is the job's own: changing it without writing it back is not a state change.

import type { Key } from '../core/key-group.ts';

/** Describes one state of an operator; its name is the property it is declared under. */
export type StateDescriptor =
  { readonly kind: 'value' } | { readonly kind: 'list' } | { readonly kind: 'map' };

/** One value a key. */
export interface ValueState<T> {
  /** Undefined when nothing was written for the key. */
  get(): T | undefined;
  set(value: T): void;
  clear(): void;
}

/** A list a key, in order of adding. */
export interface ListState<T> {
  get(): readonly T[];
  add(value: T): void;
  replace(values: readonly T[]): void;
  clear(): void;
}

/** A map a key, in order of first insertion. */
export interface MapState<K, V> {
  get(key: K): V | undefined;
  set(key: K, value: V): void;
  has(key: K): boolean;
  delete(key: K): void;
  entries(): IterableIterator<[K, V]>;
  readonly size: number;
  clear(): void;
}

/** A map that is only read. */
export type ReadonlyMapState<K, V> = Omit<MapState<K, V>, 'set' | 'delete' | 'clear'>;

/** The state an operator's functions get, by the names they declared. */
export interface KeyedStateStore {
  /** Which key the following calls are about. */
  setCurrentKey(key: Key, keyGroup: number): void;
  /** The keys of this subtask for which the state of this name holds something. */
  keysOf(name: string): readonly Key[];
  readonly states: Readonly<
    Record<string, ValueState<unknown> | ListState<unknown> | MapState<unknown, unknown>>
  >;
}
