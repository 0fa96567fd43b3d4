// Streams of rows that change: results that are corrected later, such as running aggregates, outer joins and top-n lists.
// A changelog is read as its changes (`toStream`), as the rows that are left at the end (`collapse`), or by primary key in
// a sink that overwrites (`toUpsert`); or it is the input of a further relational operator.
//   I1. All changes of rows with one primary key come from one subtask, in order.
//   I2. Readers that must know the row before an update ask for it; until one does, nobody makes it.

import type { SinkSpec } from '../connectors/connector.ts';
import { EngineError } from '../core/errors.ts';
import type { Key, KeyPart } from '../core/key-group.ts';
import { keyIdentity } from '../core/key-identity.ts';
import type { LogicalNode } from '../graph/logical.ts';
import {
  type Change,
  type ChangelogOutput,
  deleteOf,
  insertOf,
  type RowChange,
  updateOf,
} from '../operators/change-spec.ts';
import { rowIdentity } from '../core/row-identity.ts';
import type { KeySelector, OperatorSpec } from '../operators/spec.ts';
import { type KeyField, selectByFunction, selectFields } from './key-selector.ts';
import { OperatorStream, Stream } from './stream.ts';
import type { StreamHandle } from './stream-handle.ts';
import { KeyedHandle } from './stream-handle.ts';

/** What a sink that overwrites by key is given: the latest row of a key, or null when it was deleted. */
export interface Upsert<T, PrimaryKey extends keyof T> {
  readonly key: Pick<T, PrimaryKey>;
  readonly row: T | null;
}

/** What is known of a changelog besides its type. */
export interface ChangelogFacts {
  /** The operator whose subtasks the changes come from. */
  readonly node: LogicalNode;
  readonly output: ChangelogOutput;
  readonly primaryKey: KeySelector | undefined;
  /** The fields that decide which subtask a row's changes come from; those of the primary key when undefined. */
  readonly routedBy?: KeySelector | undefined;
}

/** Rows of type T that come, change and go. `PrimaryKey` are the fields that tell rows apart, if there are any. */
export class ChangelogStream<T, PrimaryKey extends keyof T & string = never> {
  /** For the files of this folder. */
  readonly facts: ChangelogFacts;
  readonly #stream: OperatorStream<RowChange<T>>;

  constructor(stream: OperatorStream<RowChange<T>>, facts: Omit<ChangelogFacts, 'node'>) {
    this.#stream = stream;
    this.facts = { ...facts, node: stream.node };
  }

  /** What plans and pages call the operator that makes the changes. */
  named(name: string): this {
    this.#stream.named(name);
    return this;
  }

  /** Binds the state of the operator to this name across versions of the job. */
  uid(uid: string): this {
    this.#stream.uid(uid);
    return this;
  }

  /** How many subtasks; the job's parallelism when not set. */
  parallelism(subtasks: number): this {
    this.#stream.parallelism(subtasks);
    return this;
  }

  /** Another row for each row. `keepsKey`: the primary key's fields are the same in it. */
  map<Out extends Pick<T, PrimaryKey>>(
    apply: (row: T) => Out,
    options: { readonly keepsKey: true },
  ): ChangelogStream<Out, PrimaryKey & keyof Out>;
  map<Out>(apply: (row: T) => Out): ChangelogStream<Out>;
  map<Out>(
    apply: (row: T) => Out,
    options: { readonly keepsKey?: boolean } = {},
  ): ChangelogStream<Out> {
    const keepsKey = options.keepsKey === true && this.facts.primaryKey !== undefined;
    if (!keepsKey) this.askForBefore();
    return this.#derive('map', keepsKey, ({ kind, row, before }, emit) => {
      if (kind === '+I') emit(insertOf(apply(row)));
      else if (kind === '-D') emit(deleteOf(apply(row)));
      else if (before === undefined) emit({ kind, row: apply(row) });
      else emit(updateOf(apply(before), apply(row)));
    });
  }

  /** The rows for which `keep` is true: an update into or out of them is an insert or a delete. */
  filter<Kept extends T>(keep: (row: T) => row is Kept): ChangelogStream<Kept, PrimaryKey>;
  filter(keep: (row: T) => boolean): ChangelogStream<T, PrimaryKey>;
  filter(keep: (row: T) => boolean): ChangelogStream<T, PrimaryKey> {
    this.askForBefore();
    return this.#derive('filter', true, (change, emit) => {
      const { kind, row, before } = change;
      const isKept = keep(row);
      const wasKept = kind === '+U' && keep(before as T);
      if (kind !== '+U') {
        if (isKept) emit(change);
      } else if (isKept) {
        emit(wasKept ? change : insertOf(row));
      } else if (wasKept) {
        emit(deleteOf(before as T));
      }
    });
  }

  /** Groups the rows by a key: an update that moves a row to another key is a delete there and an insert here. */
  keyBy<Field extends KeyField<T>>(
    field: Field,
  ): KeyedChangelog<T, Extract<T[Field], Key>, Pick<T, Field>>;
  keyBy<const Fields extends readonly KeyField<T>[]>(
    fields: Fields,
  ): KeyedChangelog<T, readonly KeyPart[], Pick<T, Fields[number]>>;
  keyBy<K extends Key>(keyOf: (row: T) => K): KeyedChangelog<T, K, { readonly key: K }>;
  keyBy(key: string | readonly string[] | ((row: T) => Key)): KeyedChangelog<T, Key, unknown> {
    const selector =
      typeof key === 'function'
        ? selectByFunction(key)
        : selectFields(typeof key === 'string' ? [key] : key);
    const { keyOf } = selector;
    const { handle } = isPartOf(selector, this.facts.primaryKey)
      ? this.#stream
      : this.#splitBy(keyOf);
    const keyed = new KeyedHandle(handle, changeSelector(selector));
    return new KeyedChangelog(keyed, selector, this.facts, () => {
      this.askForBefore();
    });
  }

  /** The fields whose values tell the rows apart. Of rows with equal ones, the latest is shown. */
  withPrimaryKey<const Fields extends readonly KeyField<T>[]>(
    ...fields: Fields
  ): ChangelogStream<T, Fields[number]> {
    const selector = selectFields(fields);
    const { handle } = isPartOf(selector, this.facts.primaryKey)
      ? this.#stream
      : this.#splitBy(selector.keyOf);
    this.askForBefore();
    return withKey<T, Fields[number]>(handle, selector, false);
  }

  /** Every change as Flink tells it. */
  toStream(): Stream<Change<T>> {
    this.askForBefore();
    return this.#follow<Change<T>>('changes', ({ kind, row, before }, emit) => {
      if (kind === '+U') emit({ kind: '-U', row: before as T });
      emit({ kind, row });
    });
  }

  /** The rows that are left when the bounded input has ended. */
  collapse(): OperatorStream<T> {
    const { primaryKey, routedBy = primaryKey } = this.facts;
    if (primaryKey === undefined) this.askForBefore();
    const spec: OperatorSpec = { kind: 'collapse', primaryKey, routedBy };
    // The changes of one row come from one subtask, so each can be counted where it is made.
    const { handle, node } = this.#stream;
    const collapse = handle.partitioned({ kind: 'forward' }).add(spec, { name: 'collapse' });
    collapse.parallelism = node.parallelism;
    collapse.maxParallelism = node.maxParallelism;
    return new OperatorStream(handle.builder, collapse);
  }

  /** Writes the latest row of each primary key, and null for a deleted one; the writes of a key keep their order. */
  toUpsert(sink: SinkSpec<Upsert<T, PrimaryKey>>): OperatorStream<never> {
    const { primaryKey } = this.facts;
    const fields = primaryKey?.fields;
    if (fields === undefined) {
      throw new EngineError(
        'JOB_INVALID',
        `toUpsert(...) of "${this.#stream.node.name}" needs to know which row to overwrite: give the changelog a ` +
          "primary key, as in changelog.withPrimaryKey('id').toUpsert(...).",
      );
    }
    const keyOf = (row: T): Pick<T, PrimaryKey> =>
      Object.fromEntries(fields.map((name) => [name, row[name as PrimaryKey]])) as never;
    const upserts = this.#follow<Upsert<T, PrimaryKey>>('upserts', ({ kind, row }, emit) => {
      emit({ key: keyOf(row), row: kind === '-D' ? null : row });
    });
    const { keyOf: routeBy } = selectFields(fields);
    const handle = upserts.handle.partitioned({
      kind: 'hash',
      keyOf: (upsert) => routeBy((upsert as Upsert<T, PrimaryKey>).key),
      fields: undefined,
    });
    return new Stream<Upsert<T, PrimaryKey>>(handle).to(sink);
  }

  /** For the files of this folder. */
  get changes(): StreamHandle {
    return this.#stream.handle;
  }

  /** For the files of this folder: a reader must know the row before an update. */
  askForBefore(): void {
    this.facts.output.emitsBefore = true;
  }

  /** Updates that change the key are taken apart, because their halves go to different subtasks. */
  #splitBy(keyOf: (row: T) => Key): Stream<RowChange<T>> {
    this.askForBefore();
    return this.#follow<RowChange<T>>('split updates', (change, emit) => {
      const { kind, row, before } = change;
      if (kind !== '+U' || keyIdentity(keyOf(before as T)) === keyIdentity(keyOf(row))) {
        emit(change);
        return;
      }
      emit(deleteOf(before as T));
      emit(insertOf(row));
    });
  }

  #derive<Out>(
    name: string,
    keepsKey: boolean,
    apply: (change: RowChange<T>, emit: (change: RowChange<Out>) => void) => void,
  ): ChangelogStream<Out> {
    const { output, primaryKey, routedBy } = this.facts;
    const key = keepsKey ? { primaryKey, routedBy } : { primaryKey: undefined };
    return new ChangelogStream<Out>(this.#follow(name, apply), { output, ...key });
  }

  /** An operator without state in each subtask that makes changes: anywhere else, changes could overtake each other. */
  #follow<Out>(
    name: string,
    apply: (change: RowChange<T>, emit: (value: Out) => void) => void,
  ): OperatorStream<Out> {
    const { node } = this.#stream;
    const followed = this.#stream
      .forward()
      .process<Out>((change, { emit }) => {
        apply(change, emit);
      })
      .named(name);
    followed.node.parallelism = node.parallelism;
    followed.node.maxParallelism = node.maxParallelism;
    return followed;
  }
}

/** A changelog grouped by key, as the input of joins, aggregates and top-n lists. */
export class KeyedChangelog<T, K extends Key, KeyFields> {
  /** For the files of this folder, as is what follows. */
  readonly handle: KeyedHandle;
  /** The key of a row; that of the handle is given changes. */
  readonly rowSelector: KeySelector;
  readonly facts: ChangelogFacts;
  readonly askForBefore: () => void;
  /** Never set: makes the types visible to the compiler. */
  readonly types?: { readonly row: T; readonly key: K; readonly fields: KeyFields };

  constructor(
    handle: KeyedHandle,
    rowSelector: KeySelector,
    facts: ChangelogFacts,
    askForBefore: () => void,
  ) {
    this.handle = handle;
    this.rowSelector = rowSelector;
    this.facts = facts;
    this.askForBefore = askForBefore;
  }
}

/**
 * Reads changes, such as those of a database, as a changelog. With a primary key each change replaces the row of its key,
 * so that `-U` is not needed, and a `-D` need only hold the key. Without, a `-U` or `-D` holds the whole row.
 */
export function fromChanges<T, const PrimaryKey extends KeyField<T>>(
  changes: Stream<Change<T>>,
  options: { readonly primaryKey: readonly PrimaryKey[] },
): ChangelogStream<T, PrimaryKey>;
export function fromChanges<T>(changes: Stream<Change<T>>): ChangelogStream<T>;
export function fromChanges<T>(
  changes: Stream<Change<T>>,
  options?: { readonly primaryKey: readonly string[] },
): ChangelogStream<T> {
  if (options !== undefined) return withKey(changes.handle, selectFields(options.primaryKey), true);
  const keyOf = (change: unknown): Key => rowIdentity((change as Change<T>).row);
  const handle = changes.handle.partitioned({ kind: 'hash', keyOf, fields: undefined });
  const stream = new Stream<Change<T>>(handle)
    .process<RowChange<T>>(({ kind, row }, { emit }) => {
      emit(kind === '+I' || kind === '+U' ? insertOf(row) : deleteOf(row));
    })
    .named('read changes');
  const output = { emitsBefore: true, emit: 'changes' } as const;
  return new ChangelogStream(stream, { output, primaryKey: undefined });
}

function withKey<T, PrimaryKey extends keyof T & string>(
  handle: StreamHandle,
  primaryKey: KeySelector,
  isUpsert: boolean,
): ChangelogStream<T, PrimaryKey> {
  const output: ChangelogOutput = { emitsBefore: false, emit: 'changes' };
  const spec: OperatorSpec = { kind: 'primary-key', primaryKey, isUpsert, output };
  const name = `primary key: ${primaryKey.fields?.join() ?? 'function'}`;
  const node = new KeyedHandle(handle, changeSelector(primaryKey)).add(spec, { name });
  return new ChangelogStream(new OperatorStream(handle.builder, node), { output, primaryKey });
}

/** Routes a change by its row. */
function changeSelector({ keyOf }: KeySelector): KeySelector {
  return { keyOf: (change) => keyOf((change as RowChange<unknown>).row), fields: undefined };
}

/** True when rows of one primary key always have the same key. */
function isPartOf(key: KeySelector, primaryKey: KeySelector | undefined): boolean {
  const fields = primaryKey?.fields;
  return fields !== undefined && key.fields?.every((field) => fields.includes(field)) === true;
}
