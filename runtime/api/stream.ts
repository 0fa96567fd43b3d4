// A stream of records: each call adds an operator to the job's graph and returns the stream of its results. Nothing runs
// here. Record types are inferred by the compiler from end to end; a zod schema is only needed where bytes should be
// checked or laid out in advance (`validated`, `typed`). The stream classes lead to each other, hence one file.

import type { z } from 'zod';
import type { SinkSpec } from '../connectors/connector.ts';
import { EngineError } from '../core/errors.ts';
import type { Key, KeyPart } from '../core/key-group.ts';
import { type LogicalNode, MAIN_OUTPUT, type Partitioning } from '../graph/logical.ts';
import {
  type AggregateColumn,
  type AlignedWindows,
  type KeyedProcessFunctions,
  LATE_OUTPUT,
  type OperatorSpec,
  type ProcessContext,
  type TimeWindow,
  type WindowEvaluation,
} from '../operators/spec.ts';
import type { WatermarkStrategy } from '../time/watermark.ts';
import type { RecordType } from '../types/record-type.ts';
import { recordTypeOf } from '../types/schema.ts';
import type { GraphBuilder } from './graph-builder.ts';
import { type Aggregate, type AggregateFunction, fieldsOf } from './aggregate.ts';
import { type KeyField, selectByFunction, selectFields } from './key-selector.ts';
import type { KeyedProcess, StreamContext } from './process-functions.ts';
import type { Declared } from './states.ts';
import { type AddOptions, KeyedHandle, StreamHandle } from './stream-handle.ts';
import { type AggregateResult, checkColumnNames } from './windows.ts';

/** An invalid record and why. */
export interface DeadLetter {
  readonly value: unknown;
  readonly problem: string;
}

/** A stream of records of type T. */
export class Stream<T> {
  /** For the files of this folder. */
  readonly handle: StreamHandle;

  constructor(handle: StreamHandle) {
    this.handle = handle;
  }

  /** One result a record. With `type`, results are laid out by that schema when they cross threads. */
  map<Out>(apply: (value: T) => Out, options: { type?: z.ZodType<Out> } = {}): OperatorStream<Out> {
    const outputType = options.type === undefined ? undefined : recordTypeOf(options.type);
    return this.#add(
      { kind: 'map', apply: apply as (value: unknown) => unknown },
      'map',
      outputType,
    );
  }

  /** Keeps the records for which `keep` is true. */
  filter<Kept extends T>(keep: (value: T) => value is Kept): OperatorStream<Kept>;
  filter(keep: (value: T) => boolean): OperatorStream<T>;
  filter(keep: (value: T) => boolean): OperatorStream<T> {
    const spec = { kind: 'filter', keep: keep as (value: unknown) => boolean } as const;
    return this.#add(spec, 'filter', this.handle.recordType());
  }

  /** Any number of results a record. */
  flatMap<Out>(
    apply: (value: T) => Iterable<Out>,
    options: { type?: z.ZodType<Out> } = {},
  ): OperatorStream<Out> {
    const outputType = options.type === undefined ? undefined : recordTypeOf(options.type);
    const spec = {
      kind: 'flat-map',
      apply: apply as (value: unknown) => Iterable<unknown>,
    } as const;
    return this.#add(spec, 'flat-map', outputType);
  }

  /** Full control without keys: timestamps, watermarks, side outputs (`context.output(tag, value)`), counters. */
  process<Out>(
    apply: (value: T, context: StreamContext<Out>) => void,
    options: { type?: z.ZodType<Out> } = {},
  ): OperatorStream<Out> {
    const outputType = options.type === undefined ? undefined : recordTypeOf(options.type);
    const spec = {
      kind: 'process',
      apply: apply as (value: unknown, context: ProcessContext) => void,
    } as const;
    return this.#add(spec, 'process', outputType);
  }

  /**
   * Checks every record against a schema, at the edge of the system. Invalid records go to the side output
   * `deadLetters()` of the result and are counted as `invalidRecords`, whether or not anyone reads them.
   */
  validated<Schema extends z.ZodType>(schema: Schema): ValidatedStream<z.output<Schema>> {
    const stream = this.process<z.output<Schema>>((value, context) => {
      const parsed = schema.safeParse(value);
      if (parsed.success) {
        context.emit(parsed.data);
        return;
      }
      context.count('invalidRecords');
      const problem = parsed.error.issues
        .map((issue) => `${issue.path.map(String).join('.') || 'record'}: ${issue.message}`)
        .join('; ');
      context.output(DEAD_LETTERS, { value, problem } satisfies DeadLetter);
    });
    stream.named('validate');
    stream.node.outputTypes.set(MAIN_OUTPUT, recordTypeOf(schema));
    return new ValidatedStream(this.handle.builder, stream.node);
  }

  /** States the record type without checking it: rows are laid out by the schema, a record that does not fit fails. */
  typed(schema: z.ZodType<T>): this {
    for (const { node, output } of this.handle.origins)
      node.outputTypes.set(output, recordTypeOf(schema));
    return this;
  }

  /** Assigns event time after the source; better done at the source where possible. */
  withTimestamps(watermarks: WatermarkStrategy<T>): OperatorStream<T> {
    const spec = {
      kind: 'timestamps',
      watermarks: watermarks as WatermarkStrategy<unknown>,
    } as const;
    return this.#add(spec, `timestamps: ${watermarks.label}`, this.handle.recordType());
  }

  /** All records of several streams, in no order between them. */
  union(...others: readonly Stream<T>[]): Stream<T> {
    return new Stream(this.handle.union(others.map((other) => other.handle)));
  }

  /** Groups records by a key: a field, several fields (a tuple), or a function of the record. */
  keyBy<Field extends KeyField<T>>(
    field: Field,
  ): KeyedStream<T, Extract<T[Field], Key>, Pick<T, Field>>;
  keyBy<const Fields extends readonly KeyField<T>[]>(
    fields: Fields,
  ): KeyedStream<T, readonly KeyPart[], Pick<T, Fields[number]>>;
  keyBy<K extends Key>(keyOf: (value: T) => K): KeyedStream<T, K, { readonly key: K }>;
  keyBy(key: string | readonly string[] | ((value: T) => Key)): KeyedStream<T, Key, unknown> {
    const selector =
      typeof key === 'function'
        ? selectByFunction(key)
        : selectFields(typeof key === 'string' ? [key] : key);
    return new KeyedStream(new KeyedHandle(this.handle, selector));
  }

  /** The next operator's subtask i gets what this one's subtask i emits. */
  forward(): Stream<T> {
    return this.#partitioned({ kind: 'forward' });
  }

  /** Round-robin over all subtasks of the next operator. */
  rebalance(): Stream<T> {
    return this.#partitioned({ kind: 'rebalance' });
  }

  /** Round-robin over a neighbouring subset of the subtasks. */
  rescale(): Stream<T> {
    return this.#partitioned({ kind: 'rescale' });
  }

  /** Every record to every subtask. */
  broadcast(): Stream<T> {
    return this.#partitioned({ kind: 'broadcast' });
  }

  /** Every record to the first subtask. */
  global(): Stream<T> {
    return this.#partitioned({ kind: 'global' });
  }

  /** `choose` returns the index of the subtask, from 0 to `subtasks - 1`. */
  partitionBy(choose: (value: T, subtasks: number) => number): Stream<T> {
    return this.#partitioned({
      kind: 'custom',
      choose: choose as (value: unknown, subtasks: number) => number,
    });
  }

  /** Writes the stream to a sink. */
  to(sink: SinkSpec<T>): OperatorStream<never> {
    return this.#add({ kind: 'sink', sink: sink as SinkSpec<unknown> }, sink.label, undefined);
  }

  #add<Out>(
    spec: OperatorSpec,
    name: string,
    outputType: RecordType | undefined,
  ): OperatorStream<Out> {
    return new OperatorStream(this.handle.builder, this.handle.add(spec, { name, outputType }));
  }

  #partitioned(partitioning: Partitioning): Stream<T> {
    return new Stream(this.handle.partitioned(partitioning));
  }
}

/** The stream an operator makes; the operator itself can still be named and sized. */
export class OperatorStream<T> extends Stream<T> {
  readonly node: LogicalNode;

  constructor(builder: GraphBuilder, node: LogicalNode) {
    super(new StreamHandle(builder, [{ node, output: MAIN_OUTPUT }]));
    this.node = node;
  }

  /** What plans and pages call it. */
  named(name: string): this {
    this.node.name = name;
    return this;
  }

  /** Binds the operator's state to this name across versions of the job. */
  uid(uid: string): this {
    if (uid.trim() === '') {
      throw new EngineError('JOB_INVALID', `"${this.node.name}" has an empty uid: give it a name.`);
    }
    this.node.uid = uid;
    this.node.hasGeneratedUid = false;
    return this;
  }

  /** How many subtasks; the job's parallelism when not set. */
  parallelism(subtasks: number): this {
    this.node.parallelism = subtasks;
    return this;
  }

  /** The number of key groups: an upper bound of the parallelism for the life of the state. */
  maxParallelism(keyGroups: number): this {
    this.node.maxParallelism = keyGroups;
    return this;
  }

  /** Begins a chain here: the operator does not share a thread step with its input. */
  startNewChain(): this {
    this.node.chaining = 'head';
    return this;
  }

  /** Keeps the operator out of every chain. */
  disableChaining(): this {
    this.node.chaining = 'never';
    return this;
  }

  /** Operators of different groups never share a slot. */
  slotSharingGroup(group: string): this {
    this.node.slotSharingGroup = group;
    return this;
  }

  /** What the operator sent to a side output. */
  sideOutput<Side>(tag: string, type?: z.ZodType<Side>): Stream<Side> {
    if (type !== undefined) this.node.outputTypes.set(tag, recordTypeOf(type));
    return new Stream(new StreamHandle(this.handle.builder, [{ node: this.node, output: tag }]));
  }
}

const DEAD_LETTERS = 'dead-letters';

/** A stream whose records fit a schema. */
export class ValidatedStream<T> extends OperatorStream<T> {
  /** The records that did not, each with what is wrong. */
  deadLetters(): Stream<DeadLetter> {
    return this.sideOutput<DeadLetter>(DEAD_LETTERS);
  }
}

/** Records grouped by key: state and timers belong to one key, and all records of a key go to one subtask. */
export class KeyedStream<T, K extends Key, KeyFields> {
  /** For the files of this folder. */
  readonly handle: KeyedHandle;

  constructor(handle: KeyedHandle) {
    this.handle = handle;
  }

  /** A running combination: emits the combined value after each record. */
  reduce(combine: (left: T, right: T) => T): OperatorStream<T> {
    const { selector, stream } = this.handle;
    return this.#add(
      {
        kind: 'keyed-reduce',
        selector,
        reduce: combine as (left: unknown, right: unknown) => unknown,
      },
      { name: 'reduce', outputType: stream.recordType() },
    );
  }

  /** Your own logic with state and timers. */
  process<
    Out,
    Declarations extends Readonly<Record<string, Declared<unknown>>> = Readonly<
      Record<string, never>
    >,
  >(
    functions: KeyedProcess<T, K, Out, Declarations>,
    options: { type?: z.ZodType<Out> } = {},
  ): OperatorStream<Out> {
    return this.#add(
      {
        kind: 'keyed-process',
        selector: this.handle.selector,
        functions: {
          ...functions,
          state: functions.state ?? {},
        } as unknown as KeyedProcessFunctions,
      },
      {
        name: 'process',
        outputType: options.type === undefined ? undefined : recordTypeOf(options.type),
      },
    );
  }

  /** Cuts each key's records into windows of event time. */
  window(windows: AlignedWindows): WindowedStream<T, K, KeyFields> {
    return new WindowedStream(this.handle, windows);
  }

  #add<Out>(spec: OperatorSpec, options: AddOptions): OperatorStream<Out> {
    return new OperatorStream(this.handle.stream.builder, this.handle.add(spec, options));
  }
}

type WindowMerge = (left: unknown, right: unknown) => unknown;

/** Records grouped by key and window, to be evaluated when the watermark passes the window's end. */
export class WindowedStream<T, K extends Key, KeyFields> {
  readonly #keyed: KeyedHandle;
  readonly #windows: AlignedWindows;

  constructor(keyed: KeyedHandle, windows: AlignedWindows) {
    this.#keyed = keyed;
    this.#windows = windows;
  }

  /** Declarative aggregates, or your own with `result` given the key and window. */
  aggregate<Columns extends Readonly<Record<string, Aggregate<T>>>>(
    columns: Columns,
  ): WindowStream<AggregateResult<KeyFields, Columns>, T> {
    const list = Object.entries(columns).map(([name, aggregate]): AggregateColumn => ({
      name,
      ...aggregate,
    }));
    checkColumnNames(list, this.#keyed.selector.fields ?? ['key']);
    const { fields } = this.#keyed.selector;
    const reads =
      fields === undefined ? undefined : [...new Set([...fields, ...list.flatMap(fieldsOf)])];
    return this.#add({ kind: 'columns', columns: list }, 'aggregate', reads);
  }

  /** Your own accumulator; `toResult` sees the key and the window. */
  accumulate<Accumulator, Result, Out>(
    aggregate: AggregateFunction<T, Accumulator, Result>,
    toResult: (result: Result, key: K, window: TimeWindow) => Out,
  ): WindowStream<Out, T> {
    const merge = aggregate.merge?.bind(aggregate) as WindowMerge | undefined;
    const evaluation = {
      kind: 'general',
      create: () => aggregate.create(),
      add: (accumulator: unknown, value: unknown) =>
        aggregate.add(accumulator as Accumulator, value as T),
      merge,
      result: (accumulator: unknown, key: Key, window: TimeWindow) =>
        toResult(aggregate.result(accumulator as Accumulator), key as K, window),
    } as const;
    return this.#add(evaluation, 'aggregate', undefined);
  }

  /** Combines the records of a key and window two by two. */
  reduce<Out>(
    combine: (left: T, right: T) => T,
    toResult: (value: T, key: K, window: TimeWindow) => Out,
  ): WindowStream<Out, T> {
    return this.accumulate<T | undefined, T | undefined, Out>(
      {
        create: () => undefined,
        add: (left, right) => (left === undefined ? right : combine(left, right)),
        merge: (left, right) => {
          if (left === undefined || right === undefined) return left ?? right;
          return combine(left, right);
        },
        result: (value) => value,
      },
      (value, key, window) => toResult(value as T, key, window),
    );
  }

  #add<Out>(
    evaluation: WindowEvaluation,
    verb: string,
    reads: readonly string[] | undefined,
  ): WindowStream<Out, T> {
    const node = this.#keyed.add(
      { kind: 'window', selector: this.#keyed.selector, windows: this.#windows, evaluation },
      { name: `window: ${verb}`, reads },
    );
    return new WindowStream(this.#keyed.stream.builder, node);
  }
}

/** The results of windows, and what came too late for them. */
export class WindowStream<Out, In> extends OperatorStream<Out> {
  /** Records behind the watermark. Without a reader they are dropped and counted as `numLateRecordsDropped`. */
  late(): Stream<In> {
    return this.sideOutput<In>(LATE_OUTPUT);
  }
}
