// The keyed states without a TTL. What the entry of a key is: the value, reduction or accumulator itself; an array; a Map.
// `ttl-states.ts` has the same states with a TTL.

import { keyOfIdentity } from '../core/key-identity.ts';
import type { Entries } from './grouped-entries.ts';
import type {
  AggregatingState,
  ListState,
  MapState,
  ReducingState,
  StateDescriptor,
  StateRow,
  ValueState,
} from './state.ts';

/** A row without whose it is. */
export type Columns = Pick<StateRow, 'values' | 'mapKeys' | 'stampsMs'>;

/** What a store asks of its states, besides what the job does. */
export interface StoredState {
  /** What the store calls before each record, for a TTL that asks for it. */
  readonly beforeRecord: (() => void) | undefined;
  rowsOf(groupIndex: number): readonly StateRow[];
  /** Puts a row at the cursor. */
  restore(row: Columns): void;
}

/** What all states share: clearing, and rows of a group out and in. */
export abstract class HeapState<Entry> implements StoredState {
  readonly beforeRecord: (() => void) | undefined = undefined;
  protected readonly table: Entries<Entry>;

  constructor(table: Entries<Entry>) {
    this.table = table;
  }

  clear(): void {
    this.table.delete();
  }

  rowsOf(groupIndex: number): readonly StateRow[] {
    const rows: StateRow[] = [];
    for (const { identity, namespace, entry } of this.table.of(groupIndex)) {
      const columns = this.columnsOf(entry);
      if (columns === undefined) continue;
      const of = namespace === undefined ? undefined : keyOfIdentity(namespace);
      rows.push({ key: keyOfIdentity(identity), namespace: of, ...columns });
    }
    return rows;
  }

  restore(row: Columns): void {
    this.table.set(this.entryOf(row));
  }

  /** Undefined leaves the entry out. */
  protected abstract columnsOf(entry: Entry): Columns | undefined;
  protected abstract entryOf(row: Columns): Entry;
}

/** An entry that is one value. */
abstract class SingleState extends HeapState<unknown> {
  protected columnsOf(entry: unknown): Columns {
    return { values: [entry], mapKeys: undefined, stampsMs: undefined };
  }

  protected entryOf({ values }: Columns): unknown {
    return values[0];
  }
}

/** Flink's HeapValueState. */
export class HeapValueState extends SingleState implements ValueState<unknown, unknown> {
  readonly #default: unknown;

  constructor(table: Entries<unknown>, defaultValue: unknown) {
    super(table);
    this.#default = defaultValue;
  }

  get(): unknown {
    const value = this.table.get();
    return value === undefined ? copyOf(this.#default) : value;
  }

  set(value: unknown): void {
    this.table.set(value);
  }
}

/** Each key's own: a default that is an object may be changed by whoever reads it. */
export function copyOf(value: unknown): unknown {
  return typeof value === 'object' ? structuredClone(value) : value;
}

/** Flink's HeapReducingState. */
export class HeapReducingState extends SingleState implements ReducingState<unknown> {
  readonly #reduce: (left: unknown, right: unknown) => unknown;

  constructor(table: Entries<unknown>, descriptor: Extract<StateDescriptor, { kind: 'reducing' }>) {
    super(table);
    this.#reduce = descriptor.reduce;
  }

  get(): unknown {
    return this.table.get();
  }

  add(value: unknown): void {
    const before = this.table.get();
    this.table.set(before === undefined ? value : this.#reduce(before, value));
  }
}

/** Flink's HeapAggregatingState. */
export class HeapAggregatingState
  extends SingleState
  implements AggregatingState<unknown, unknown>
{
  readonly #functions: Extract<StateDescriptor, { kind: 'aggregating' }>;

  constructor(
    table: Entries<unknown>,
    descriptor: Extract<StateDescriptor, { kind: 'aggregating' }>,
  ) {
    super(table);
    this.#functions = descriptor;
  }

  get(): unknown {
    const accumulator = this.table.get();
    return accumulator === undefined ? undefined : this.#functions.result(accumulator);
  }

  add(value: unknown): void {
    const before = this.table.get();
    const accumulator = before === undefined ? this.#functions.create() : before;
    this.table.set(this.#functions.add(accumulator, value));
  }
}

/** Flink's HeapListState. */
export class HeapListState extends HeapState<unknown[]> implements ListState<unknown> {
  get(): readonly unknown[] {
    return this.table.get() ?? [];
  }

  add(value: unknown): void {
    const list = this.table.get();
    if (list === undefined) this.table.set([value]);
    else list.push(value);
  }

  addAll(values: Iterable<unknown>): void {
    for (const value of values) this.add(value);
  }

  update(values: readonly unknown[]): void {
    if (values.length === 0) this.table.delete();
    else this.table.set([...values]);
  }

  protected columnsOf(entry: unknown[]): Columns {
    return { values: entry, mapKeys: undefined, stampsMs: undefined };
  }

  protected entryOf({ values }: Columns): unknown[] {
    return [...values];
  }
}

const NOTHING = new Map<unknown, unknown>();

/** Flink's HeapMapState. */
export class HeapMapState
  extends HeapState<Map<unknown, unknown>>
  implements MapState<unknown, unknown>
{
  get size(): number {
    return this.table.get()?.size ?? 0;
  }

  isEmpty(): boolean {
    return this.table.get() === undefined;
  }

  get(key: unknown): unknown {
    return this.table.get()?.get(key);
  }

  has(key: unknown): boolean {
    return this.table.get()?.has(key) ?? false;
  }

  set(key: unknown, value: unknown): void {
    const map = this.table.get();
    if (map === undefined) this.table.set(new Map([[key, value]]));
    else map.set(key, value);
  }

  delete(key: unknown): void {
    const map = this.table.get();
    if (map?.delete(key) === true && map.size === 0) this.table.delete();
  }

  entries(): MapIterator<[unknown, unknown]> {
    return (this.table.get() ?? NOTHING).entries();
  }

  keys(): MapIterator<unknown> {
    return (this.table.get() ?? NOTHING).keys();
  }

  values(): MapIterator<unknown> {
    return (this.table.get() ?? NOTHING).values();
  }

  protected columnsOf(entry: Map<unknown, unknown>): Columns {
    return { values: [...entry.values()], mapKeys: [...entry.keys()], stampsMs: undefined };
  }

  protected entryOf({ values, mapKeys = [] }: Columns): Map<unknown, unknown> {
    return new Map(mapKeys.map((key, index) => [key, values[index]]));
  }
}
