// The keyed states with a TTL: every value carries when its time began, elements of a list and values of a map their own
// (Flink: TtlValueState, TtlListState, TtlMapState, TtlReducingState, TtlAggregatingState). What has expired is dropped when
// it is read, by the sweep in the background, and by a snapshot, which leaves it out.

import type { Entries } from './grouped-entries.ts';
import { type Columns, copyOf, HeapState } from './heap-states.ts';
import type {
  AggregatingState,
  ListState,
  MapState,
  ReducingState,
  StateDescriptor,
  ValueState,
} from './state.ts';
import { type Stamped, type TtlRule, TtlSweep } from './ttl-rule.ts';

/** What all states with a TTL share: the rule, and the sweep. */
abstract class TtlState<Entry> extends HeapState<Entry> {
  override readonly beforeRecord: (() => void) | undefined;
  protected readonly rule: TtlRule;
  readonly #sweep: TtlSweep<Entry>;
  readonly #keysEachAccess: number;

  constructor(table: Entries<Entry>, rule: TtlRule) {
    super(table);
    this.rule = rule;
    const sweep = new TtlSweep<Entry>(table, (entry) => this.keepsSome(entry, rule.nowMs()));
    const { each, keys } =
      rule.cleanup === 'on-read-only' ? { each: undefined, keys: 0 } : rule.cleanup;
    this.#sweep = sweep;
    this.#keysEachAccess = each === 'access' ? keys : 0;
    this.beforeRecord =
      each === 'record'
        ? () => {
            sweep.step(keys);
          }
        : undefined;
  }

  /** Every call begins here: the sweep comes first, so that what it drops is not read any more. */
  protected access(): Entry | undefined {
    this.#sweep.step(this.#keysEachAccess);
    return this.table.get();
  }

  /** Drops the expired parts of the entry; false when nothing is left. */
  protected abstract keepsSome(entry: Entry, nowMs: number): boolean;
}

/** An entry that is one value: what is visible of it, and when it is dropped. */
abstract class TtlSingleState extends TtlState<Stamped> {
  protected read(): unknown {
    const entry = this.access();
    if (entry === undefined) return undefined;
    if (this.rule.isExpired(entry, this.rule.nowMs())) {
      this.table.delete();
      return this.rule.returnsExpired ? entry.value : undefined;
    }
    if (this.rule.refreshesOnRead) this.write(entry.value);
    return entry.value;
  }

  /** What the next value is combined with: an expired one only where it is visible. */
  protected base(): unknown {
    const entry = this.access();
    if (entry === undefined) return undefined;
    const { rule } = this;
    return rule.returnsExpired || !rule.isExpired(entry, rule.nowMs()) ? entry.value : undefined;
  }

  protected write(value: unknown): void {
    this.table.set(this.rule.stamp(value));
  }

  protected keepsSome(entry: Stamped, nowMs: number): boolean {
    return !this.rule.isExpired(entry, nowMs);
  }

  protected columnsOf(entry: Stamped): Columns | undefined {
    if (this.rule.isExpired(entry, this.rule.nowMs())) return undefined;
    return { values: [entry.value], mapKeys: undefined, stampsMs: [entry.stampMs] };
  }

  protected entryOf({ values, stampsMs }: Columns): Stamped {
    return { value: values[0], stampMs: stampsMs?.[0] ?? this.rule.nowMs() };
  }
}

/** Flink's TtlValueState. */
export class TtlValueState extends TtlSingleState implements ValueState<unknown, unknown> {
  readonly #default: unknown;

  constructor(table: Entries<Stamped>, rule: TtlRule, defaultValue: unknown) {
    super(table, rule);
    this.#default = defaultValue;
  }

  get(): unknown {
    const value = this.read();
    return value === undefined ? copyOf(this.#default) : value;
  }

  set(value: unknown): void {
    this.access();
    this.write(value);
  }
}

/** Flink's TtlReducingState. */
export class TtlReducingState extends TtlSingleState implements ReducingState<unknown> {
  readonly #reduce: (left: unknown, right: unknown) => unknown;

  constructor(
    table: Entries<Stamped>,
    rule: TtlRule,
    descriptor: Extract<StateDescriptor, { kind: 'reducing' }>,
  ) {
    super(table, rule);
    this.#reduce = descriptor.reduce;
  }

  get(): unknown {
    return this.read();
  }

  add(value: unknown): void {
    const before = this.base();
    this.write(before === undefined ? value : this.#reduce(before, value));
  }
}

/** Flink's TtlAggregatingState. */
export class TtlAggregatingState
  extends TtlSingleState
  implements AggregatingState<unknown, unknown>
{
  readonly #functions: Extract<StateDescriptor, { kind: 'aggregating' }>;

  constructor(
    table: Entries<Stamped>,
    rule: TtlRule,
    descriptor: Extract<StateDescriptor, { kind: 'aggregating' }>,
  ) {
    super(table, rule);
    this.#functions = descriptor;
  }

  get(): unknown {
    const accumulator = this.read();
    return accumulator === undefined ? undefined : this.#functions.result(accumulator);
  }

  add(value: unknown): void {
    const before = this.base();
    const accumulator = before === undefined ? this.#functions.create() : before;
    this.write(this.#functions.add(accumulator, value));
  }
}

/** Flink's TtlListState. */
export class TtlListState extends TtlState<Stamped[]> implements ListState<unknown> {
  get(): readonly unknown[] {
    const list = this.access();
    if (list === undefined) return [];
    const { rule } = this;
    const nowMs = rule.nowMs();
    const living = list.filter((element) => !rule.isExpired(element, nowMs));
    if (living.length === 0) this.table.delete();
    else if (rule.refreshesOnRead) this.table.set(living.map(({ value }) => rule.stamp(value)));
    else if (living.length < list.length) this.table.set(living);
    return (rule.returnsExpired ? list : living).map(({ value }) => value);
  }

  add(value: unknown): void {
    const list = this.access();
    if (list === undefined) this.table.set([this.rule.stamp(value)]);
    else list.push(this.rule.stamp(value));
  }

  addAll(values: Iterable<unknown>): void {
    for (const value of values) this.add(value);
  }

  update(values: readonly unknown[]): void {
    this.access();
    if (values.length === 0) this.table.delete();
    else this.table.set(values.map((value) => this.rule.stamp(value)));
  }

  protected keepsSome(list: Stamped[], nowMs: number): boolean {
    let kept = 0;
    for (const element of list) {
      if (!this.rule.isExpired(element, nowMs)) list[kept++] = element;
    }
    list.length = kept;
    return kept > 0;
  }

  protected columnsOf(list: Stamped[]): Columns | undefined {
    const nowMs = this.rule.nowMs();
    const living = list.filter((element) => !this.rule.isExpired(element, nowMs));
    if (living.length === 0) return undefined;
    return {
      values: living.map(({ value }) => value),
      mapKeys: undefined,
      stampsMs: living.map(({ stampMs }) => stampMs),
    };
  }

  protected entryOf({ values, stampsMs }: Columns): Stamped[] {
    const nowMs = this.rule.nowMs();
    return values.map((value, index) => ({ value, stampMs: stampsMs?.[index] ?? nowMs }));
  }
}

/** Flink's TtlMapState, save that `isEmpty` and `size` see what `entries` sees. */
export class TtlMapState
  extends TtlState<Map<unknown, Stamped>>
  implements MapState<unknown, unknown>
{
  get size(): number {
    let size = 0;
    const nowMs = this.rule.nowMs();
    for (const entry of this.access()?.values() ?? []) if (this.#isVisible(entry, nowMs)) size++;
    return size;
  }

  isEmpty(): boolean {
    return this.size === 0;
  }

  get(key: unknown): unknown {
    return this.#read(key)?.value;
  }

  has(key: unknown): boolean {
    return this.#read(key) !== undefined;
  }

  set(key: unknown, value: unknown): void {
    const map = this.access();
    const entry = this.rule.stamp(value);
    if (map === undefined) this.table.set(new Map([[key, entry]]));
    else map.set(key, entry);
  }

  delete(key: unknown): void {
    const map = this.access();
    if (map !== undefined) this.#drop(map, key);
  }

  *entries(): Generator<[unknown, unknown], undefined> {
    const map = this.access();
    if (map === undefined) return;
    const { rule } = this;
    const nowMs = rule.nowMs();
    for (const [key, entry] of map) {
      const isVisible = this.#isVisible(entry, nowMs);
      if (rule.isExpired(entry, nowMs)) this.#drop(map, key);
      else if (rule.refreshesOnRead) map.set(key, { value: entry.value, stampMs: nowMs });
      if (isVisible) yield [key, entry.value];
    }
  }

  *keys(): Generator<unknown, undefined> {
    for (const [key] of this.entries()) yield key;
  }

  *values(): Generator<unknown, undefined> {
    for (const [, value] of this.entries()) yield value;
  }

  protected keepsSome(map: Map<unknown, Stamped>, nowMs: number): boolean {
    for (const [key, entry] of map) if (this.rule.isExpired(entry, nowMs)) map.delete(key);
    return map.size > 0;
  }

  protected columnsOf(map: Map<unknown, Stamped>): Columns | undefined {
    const nowMs = this.rule.nowMs();
    const living = [...map].filter(([, entry]) => !this.rule.isExpired(entry, nowMs));
    if (living.length === 0) return undefined;
    return {
      values: living.map(([, { value }]) => value),
      mapKeys: living.map(([key]) => key),
      stampsMs: living.map(([, { stampMs }]) => stampMs),
    };
  }

  protected entryOf({ values, mapKeys = [], stampsMs }: Columns): Map<unknown, Stamped> {
    const nowMs = this.rule.nowMs();
    return new Map(
      mapKeys.map((key, index) => [
        key,
        { value: values[index], stampMs: stampsMs?.[index] ?? nowMs },
      ]),
    );
  }

  #read(key: unknown): Stamped | undefined {
    const map = this.access();
    const entry = map?.get(key);
    if (map === undefined || entry === undefined) return undefined;
    const nowMs = this.rule.nowMs();
    if (this.rule.isExpired(entry, nowMs)) {
      this.#drop(map, key);
      return this.rule.returnsExpired ? entry : undefined;
    }
    if (this.rule.refreshesOnRead) map.set(key, { value: entry.value, stampMs: nowMs });
    return entry;
  }

  #isVisible(entry: Stamped, nowMs: number): boolean {
    return this.rule.returnsExpired || !this.rule.isExpired(entry, nowMs);
  }

  #drop(map: Map<unknown, Stamped>, key: unknown): void {
    if (map.delete(key) && map.size === 0) this.table.delete();
  }
}
