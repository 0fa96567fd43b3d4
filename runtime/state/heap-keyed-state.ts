// Keyed state on the heap: per state and key group one Map, so that a snapshot or a rescale takes whole groups.
//   I1. Only groups of the given range are ever touched.

import type { Key, KeyGroupRange } from '../core/key-group.ts';
import { invariant } from '../core/invariant.ts';
import { keyIdentity } from '../core/key-identity.ts';
import type { KeyedStateStore, ListState, MapState, StateDescriptor, ValueState } from './state.ts';

/** Where the current key's entry is. */
interface Cursor {
  key: Key;
  identity: unknown;
  groupIndex: number;
}

type AnyState = ValueState<unknown> | ListState<unknown> | MapState<unknown, unknown>;
type HeapState = AnyState & { ownerKeys(): readonly Key[] };

/** All states of one keyed operator subtask. */
export class HeapKeyedState implements KeyedStateStore {
  readonly states: Readonly<Record<string, HeapState>>;
  readonly #cursor: Cursor = { key: '', identity: undefined, groupIndex: -1 };
  readonly #range: KeyGroupRange;

  constructor(descriptors: Readonly<Record<string, StateDescriptor>>, range: KeyGroupRange) {
    this.#range = range;
    this.states = Object.fromEntries(
      Object.entries(descriptors).map(([name, descriptor]) => [name, this.#makeState(descriptor)]),
    );
  }

  setCurrentKey(key: Key, keyGroup: number): void {
    invariant(
      keyGroup >= this.#range.start && keyGroup <= this.#range.end,
      'a key belongs to a group of its subtask',
    );
    this.#cursor.key = key;
    this.#cursor.identity = keyIdentity(key);
    this.#cursor.groupIndex = keyGroup - this.#range.start;
  }

  keysOf(name: string): readonly Key[] {
    return this.states[name]?.ownerKeys() ?? [];
  }

  #makeState(descriptor: StateDescriptor): HeapState {
    const groupCount = this.#range.end - this.#range.start + 1;
    switch (descriptor.kind) {
      case 'value':
        return new HeapValueState(new GroupedEntries(groupCount, this.#cursor));
      case 'list':
        return new HeapListState(new GroupedEntries<unknown[]>(groupCount, this.#cursor));
      case 'map':
        return new HeapMapState(
          new GroupedEntries<Map<unknown, unknown>>(groupCount, this.#cursor),
        );
    }
  }
}

/** The entries of one state, by key group and key. */
class GroupedEntries<Entry> {
  readonly #groups: readonly Map<unknown, Entry>[];
  /** The keys whose identity is something else. */
  readonly #tuples = new Map<unknown, Key>();
  readonly #cursor: Cursor;

  constructor(groupCount: number, cursor: Cursor) {
    this.#groups = Array.from({ length: groupCount }, () => new Map<unknown, Entry>());
    this.#cursor = cursor;
  }

  get(): Entry | undefined {
    return this.#group().get(this.#cursor.identity);
  }

  set(entry: Entry): void {
    const { key, identity } = this.#cursor;
    this.#group().set(identity, entry);
    if (typeof key === 'object') this.#tuples.set(identity, key);
  }

  delete(): void {
    this.#group().delete(this.#cursor.identity);
    this.#tuples.delete(this.#cursor.identity);
  }

  keys(): readonly Key[] {
    const identities = this.#groups.flatMap((group) => [...group.keys()]);
    return identities.map((identity) => this.#tuples.get(identity) ?? (identity as Key));
  }

  #group(): Map<unknown, Entry> {
    const group = this.#groups[this.#cursor.groupIndex];
    invariant(group !== undefined, 'state is only used while a key is set');
    return group;
  }
}

class HeapValueState implements ValueState<unknown> {
  readonly #entries: GroupedEntries<unknown>;

  constructor(entries: GroupedEntries<unknown>) {
    this.#entries = entries;
  }

  get(): unknown {
    return this.#entries.get();
  }

  set(value: unknown): void {
    this.#entries.set(value);
  }

  clear(): void {
    this.#entries.delete();
  }

  ownerKeys(): readonly Key[] {
    return this.#entries.keys();
  }
}

class HeapListState implements ListState<unknown> {
  readonly #entries: GroupedEntries<unknown[]>;

  constructor(entries: GroupedEntries<unknown[]>) {
    this.#entries = entries;
  }

  get(): readonly unknown[] {
    return this.#entries.get() ?? [];
  }

  add(value: unknown): void {
    const list = this.#entries.get();
    if (list === undefined) this.#entries.set([value]);
    else list.push(value);
  }

  replace(values: readonly unknown[]): void {
    if (values.length === 0) this.#entries.delete();
    else this.#entries.set([...values]);
  }

  clear(): void {
    this.#entries.delete();
  }

  ownerKeys(): readonly Key[] {
    return this.#entries.keys();
  }
}

class HeapMapState implements MapState<unknown, unknown> {
  readonly #entries: GroupedEntries<Map<unknown, unknown>>;

  constructor(entries: GroupedEntries<Map<unknown, unknown>>) {
    this.#entries = entries;
  }

  get size(): number {
    return this.#entries.get()?.size ?? 0;
  }

  get(key: unknown): unknown {
    return this.#entries.get()?.get(key);
  }

  has(key: unknown): boolean {
    return this.#entries.get()?.has(key) ?? false;
  }

  set(key: unknown, value: unknown): void {
    const map = this.#entries.get();
    if (map === undefined) this.#entries.set(new Map([[key, value]]));
    else map.set(key, value);
  }

  delete(key: unknown): void {
    const map = this.#entries.get();
    if (map?.delete(key) === true && map.size === 0) this.#entries.delete();
  }

  entries(): MapIterator<[unknown, unknown]> {
    return (this.#entries.get() ?? new Map<unknown, unknown>()).entries();
  }

  clear(): void {
    this.#entries.delete();
  }

  ownerKeys(): readonly Key[] {
    return this.#entries.keys();
  }
}
