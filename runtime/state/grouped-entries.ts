// Where the entries of one state are: per key group one Map, by the key's identity; with namespaces, per key group and
// namespace one Map. What an entry is made of is left to the states.
//   I1. An emptied namespace leaves nothing behind.
//   I2. Entries may come and go while a group is walked: those that were there from the beginning and stay are all seen.

import { invariant } from '../core/invariant.ts';
import type { KeyIdentity } from '../core/key-identity.ts';

/** Where the current key's entry is; shared by all states of a store. */
export interface Cursor {
  identity: KeyIdentity;
  groupIndex: number;
  namespace: KeyIdentity | undefined;
}

/** An entry and whose it is. */
export interface PlacedEntry<Entry> {
  readonly identity: KeyIdentity;
  readonly namespace: KeyIdentity | undefined;
  readonly entry: Entry;
}

/** The entries of one state; `get`, `set` and `delete` are about the cursor's. */
export interface Entries<Entry> {
  readonly groupCount: number;
  get(): Entry | undefined;
  set(entry: Entry): void;
  delete(): void;
  /** All entries of a group. */
  of(groupIndex: number): Iterable<PlacedEntry<Entry>>;
  remove(groupIndex: number, place: Omit<PlacedEntry<Entry>, 'entry'>): void;
}

/** By key group and key. */
export class GroupedEntries<Entry> implements Entries<Entry> {
  readonly groupCount: number;
  readonly #groups: readonly Map<KeyIdentity, Entry>[];
  readonly #cursor: Cursor;

  constructor(groupCount: number, cursor: Cursor) {
    this.groupCount = groupCount;
    this.#groups = Array.from({ length: groupCount }, () => new Map<KeyIdentity, Entry>());
    this.#cursor = cursor;
  }

  get(): Entry | undefined {
    return this.#group().get(this.#cursor.identity);
  }

  set(entry: Entry): void {
    this.#group().set(this.#cursor.identity, entry);
  }

  delete(): void {
    this.#group().delete(this.#cursor.identity);
  }

  *of(groupIndex: number): Iterable<PlacedEntry<Entry>> {
    for (const [identity, entry] of this.#groups[groupIndex] ?? []) {
      yield { identity, namespace: undefined, entry };
    }
  }

  remove(groupIndex: number, { identity }: { readonly identity: KeyIdentity }): void {
    this.#groups[groupIndex]?.delete(identity);
  }

  #group(): Map<KeyIdentity, Entry> {
    const group = this.#groups[this.#cursor.groupIndex];
    invariant(group !== undefined, 'state is only used while a key is set');
    return group;
  }
}

type Namespaces<Entry> = Map<KeyIdentity, Map<KeyIdentity, Entry>>;

/** By key group, namespace and key (Flink: NestedStateMap), so that all keys of a window lie together. */
export class NamespacedEntries<Entry> implements Entries<Entry> {
  readonly groupCount: number;
  readonly #groups: readonly Namespaces<Entry>[];
  readonly #cursor: Cursor;

  constructor(groupCount: number, cursor: Cursor) {
    this.groupCount = groupCount;
    this.#groups = Array.from({ length: groupCount }, (): Namespaces<Entry> => new Map());
    this.#cursor = cursor;
  }

  get(): Entry | undefined {
    return this.#group().get(this.#namespace())?.get(this.#cursor.identity);
  }

  set(entry: Entry): void {
    const group = this.#group();
    const namespace = this.#namespace();
    const entries = group.get(namespace);
    if (entries === undefined) group.set(namespace, new Map([[this.#cursor.identity, entry]]));
    else entries.set(this.#cursor.identity, entry);
  }

  delete(): void {
    this.#group(); // the same check as of the other calls
    this.remove(this.#cursor.groupIndex, this.#cursor);
  }

  *of(groupIndex: number): Iterable<PlacedEntry<Entry>> {
    for (const [namespace, entries] of this.#groups[groupIndex] ?? []) {
      for (const [identity, entry] of entries) yield { identity, namespace, entry };
    }
  }

  remove(groupIndex: number, place: Omit<PlacedEntry<Entry>, 'entry'>): void {
    const group = this.#groups[groupIndex];
    if (group === undefined || place.namespace === undefined) return;
    const entries = group.get(place.namespace);
    if (entries?.delete(place.identity) === true && entries.size === 0) {
      group.delete(place.namespace);
    }
  }

  #group(): Namespaces<Entry> {
    const group = this.#groups[this.#cursor.groupIndex];
    invariant(group !== undefined, 'state is only used while a key is set');
    return group;
  }

  #namespace(): KeyIdentity {
    const { namespace } = this.#cursor;
    invariant(namespace !== undefined, 'this state is only used while a namespace is set');
    return namespace;
  }
}
