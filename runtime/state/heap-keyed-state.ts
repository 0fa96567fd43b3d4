// Keyed state on the heap: per state and key group its entries, so that a snapshot or a rescale takes whole groups.
//
// An operator with namespaces (windows) opens its store with `{ hasNamespaces: true }` and says for each record or timer
// which key and which namespace the states are about; a namespace is any key value, a window for instance its
// `[startMs, endMs]` or, where all windows have one size, its `endMs`:
//     store.setCurrentKey(key, keyGroup);
//     store.setCurrentNamespace(endMs);
//     accumulator.add(value);
//   I1. Only groups of the given range are ever touched.
//   I2. A state without a TTL does nothing for those that have one.

import type { Clock } from '../core/clock.ts';
import type { Key, KeyGroupRange } from '../core/key-group.ts';
import { invariant } from '../core/invariant.ts';
import { keyIdentity } from '../core/key-identity.ts';
import { type Cursor, type Entries, GroupedEntries, NamespacedEntries } from './grouped-entries.ts';
import {
  HeapAggregatingState,
  HeapListState,
  HeapMapState,
  HeapReducingState,
  HeapValueState,
  type StoredState,
} from './heap-states.ts';
import type { KeyedState, KeyedStateStore, StateDescriptor, StateRows } from './state.ts';
import { TtlRule } from './ttl-rule.ts';
import {
  TtlAggregatingState,
  TtlListState,
  TtlMapState,
  TtlReducingState,
  TtlValueState,
} from './ttl-states.ts';

/** How a store is opened. */
export interface HeapKeyedStateOptions {
  /** What TTLs are measured by; needed when a state has one. */
  readonly clock?: Clock;
  /** @default false */
  readonly hasNamespaces?: boolean;
}

/** All states of one keyed operator subtask. */
export class HeapKeyedState implements KeyedStateStore {
  readonly range: KeyGroupRange;
  readonly descriptors: Readonly<Record<string, StateDescriptor>>;
  readonly states: Readonly<Record<string, StoredState & KeyedState>>;
  readonly #cursor: Cursor = { identity: '', groupIndex: -1, namespace: undefined };
  readonly #options: HeapKeyedStateOptions;
  readonly #beforeRecord: readonly (() => void)[];

  constructor(
    descriptors: Readonly<Record<string, StateDescriptor>>,
    range: KeyGroupRange,
    options: HeapKeyedStateOptions = {},
  ) {
    this.range = range;
    this.descriptors = descriptors;
    this.#options = options;
    this.states = Object.fromEntries(
      Object.entries(descriptors).map(([name, descriptor]) => [name, this.#makeState(descriptor)]),
    );
    this.#beforeRecord = Object.values(this.states).flatMap((state) => state.beforeRecord ?? []);
  }

  setCurrentKey(key: Key, keyGroup: number): void {
    invariant(
      keyGroup >= this.range.start && keyGroup <= this.range.end,
      'a key belongs to a group of its subtask',
    );
    this.#cursor.identity = keyIdentity(key);
    this.#cursor.groupIndex = keyGroup - this.range.start;
    if (this.#beforeRecord.length > 0) for (const sweep of this.#beforeRecord) sweep();
  }

  setCurrentNamespace(namespace: Key): void {
    this.#cursor.namespace = keyIdentity(namespace);
  }

  keysOf(name: string): readonly Key[] {
    const { start, end } = this.range;
    const groups = Array.from({ length: end - start + 1 }, (_, groupIndex) => groupIndex);
    return groups.flatMap((group) => this.states[name]?.rowsOf(group).map(({ key }) => key) ?? []);
  }

  snapshotGroup(keyGroup: number): readonly StateRows[] {
    const groupIndex = keyGroup - this.range.start;
    return Object.entries(this.states)
      .map(([name, state]) => ({ name, rows: state.rowsOf(groupIndex) }))
      .filter(({ rows }) => rows.length > 0);
  }

  restoreGroup(keyGroup: number, states: readonly StateRows[]): void {
    for (const { name, rows } of states) {
      const state = this.states[name];
      invariant(state !== undefined, `state ${name} is declared by the operator it is restored to`);
      for (const row of rows) {
        this.setCurrentKey(row.key, keyGroup);
        if (row.namespace !== undefined) this.setCurrentNamespace(row.namespace);
        state.restore(row);
      }
    }
  }

  #makeState(descriptor: StateDescriptor): StoredState & KeyedState {
    const { ttl } = descriptor;
    if (ttl === undefined) return this.#makePlain(descriptor);
    const { clock } = this.#options;
    invariant(clock !== undefined, 'a store with a TTL is opened with a clock');
    return this.#makeTtl(descriptor, new TtlRule(ttl, clock));
  }

  #makePlain(descriptor: StateDescriptor): StoredState & KeyedState {
    switch (descriptor.kind) {
      case 'value':
        return new HeapValueState(this.#entries(), descriptor.default);
      case 'list':
        return new HeapListState(this.#entries());
      case 'map':
        return new HeapMapState(this.#entries());
      case 'reducing':
        return new HeapReducingState(this.#entries(), descriptor);
      case 'aggregating':
        return new HeapAggregatingState(this.#entries(), descriptor);
    }
  }

  #makeTtl(descriptor: StateDescriptor, rule: TtlRule): StoredState & KeyedState {
    switch (descriptor.kind) {
      case 'value':
        return new TtlValueState(this.#entries(), rule, descriptor.default);
      case 'list':
        return new TtlListState(this.#entries(), rule);
      case 'map':
        return new TtlMapState(this.#entries(), rule);
      case 'reducing':
        return new TtlReducingState(this.#entries(), rule, descriptor);
      case 'aggregating':
        return new TtlAggregatingState(this.#entries(), rule, descriptor);
    }
  }

  #entries<Entry>(): Entries<Entry> {
    const groupCount = this.range.end - this.range.start + 1;
    return this.#options.hasNamespaces === true
      ? new NamespacedEntries<Entry>(groupCount, this.#cursor)
      : new GroupedEntries<Entry>(groupCount, this.#cursor);
  }
}
