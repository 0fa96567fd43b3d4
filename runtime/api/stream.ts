// A stream of records: each call adds an operator to the job's graph and returns the stream of its results. Nothing runs
// here. Record types are inferred by the compiler from end to end; a zod schema is only needed where bytes should be
// checked or laid out in advance (`validated`, `typed`). The stream classes lead to each other, hence one file.

import type { z } from 'zod';
import type { SinkSpec } from '../connectors/connector.ts';
import { EngineError } from '../core/errors.ts';
import type { Key, KeyPart } from '../core/key-group.ts';
import { type LogicalNode, MAIN_OUTPUT, type Partitioning } from '../graph/logical.ts';
import type { WindowInput } from '../operators/general-window-spec.ts';
import {
  type KeyedProcessFunctions,
  type OperatorSpec,
  type OutputTag,
  type ProcessFunctions,
} from '../operators/spec.ts';
import type { WatermarkStrategy } from '../time/watermark.ts';
import type { RecordType } from '../types/record-type.ts';
import { recordTypeOf } from '../types/schema.ts';
import type { GraphBuilder } from './graph-builder.ts';
import {
  type AggregateColumns,
  type AggregateFunction,
  columnsOf,
  type NumberField,
  type Numbers,
} from './aggregate.ts';
import { type AsyncFunction, asyncMapSpec, type AsyncOptions } from './async-functions.ts';
import { type CustomOperator, customSpec, type Transformation } from './custom-operator.ts';
import { type KeyField, selectByFunction, selectFields } from './key-selector.ts';
import { DEAD_LETTERS, type DeadLetter, lateTag } from './output-tag.ts';
import type { KeyedProcess, Process } from './process-functions.ts';
import { extremeBy, extremeOf, sumOf, type TieOptions } from './rolling.ts';
import type { DeclaredLists } from './operator-states.ts';
import type { Declared } from './states.ts';
import { type AddOptions, KeyedHandle, StreamHandle } from './stream-handle.ts';
import type {
  AggregateResult,
  Declarations,
  NoBounds,
  NoStates,
  ResultOptions,
  Then,
  ToResult,
  WindowBounds,
  WindowOptions,
  WindowProcess,
} from './window-functions.ts';
import {
  accumulating,
  checkColumnNames,
  countOptions,
  outcomeOf,
  reducing,
  type WindowOutcome,
  WindowPlan,
} from './window-plan.ts';
import { globalWindow, type Windows } from './windows.ts';

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

  /**
   * One answer a record from a function that waits, such as a request to a service: up to `capacity` of them are in flight at
   * once, in every subtask. `context.signal` is aborted when the time is up.
   */
  mapAsync<Out, Fallback = never>(
    call: AsyncFunction<T, Out>,
    options: AsyncOptions<T, NoInfer<Out>, Fallback>,
  ): OperatorStream<Out | Fallback> {
    const outputType = options.type === undefined ? undefined : recordTypeOf(options.type);
    return this.#add(asyncMapSpec(call, options), 'async-map', outputType);
  }

  /**
   * Full control without keys: timestamps, watermarks, side outputs (`context.output(tag, value)`), counters. As an object
   * the function may bring `open` and `close`, `onEnd` for the end of the input, and `state` of its subtask.
   */
  process<Out, Lists extends DeclaredLists = Readonly<Record<string, never>>>(
    functions: Process<T, Out, Lists> | Process<T, Out, Lists>['onRecord'],
    options: { type?: z.ZodType<Out> } = {},
  ): OperatorStream<Out> {
    const outputType = options.type === undefined ? undefined : recordTypeOf(options.type);
    const all = typeof functions === 'function' ? { onRecord: functions } : functions;
    const spec = { kind: 'process', functions: all as unknown as ProcessFunctions } as const;
    return this.#add(spec, 'process', outputType);
  }

  /** An operator of your own, by the contract that the engine's own operators keep. */
  transform<Out>(transformation: Transformation<Out, CustomOperator<T>>): OperatorStream<Out> {
    const { name, type } = transformation;
    const outputType = type === undefined ? undefined : recordTypeOf(type);
    return this.#add(customSpec(transformation, []), name, outputType);
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
      context.output(DEAD_LETTERS, { value, problem });
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
    if (watermarks.alignment !== undefined) {
      throw new EngineError(
        'JOB_INVALID',
        "withTimestamps: 'alignment' holds sources back, so it is given where the source is: env.from(source, { watermarks })",
      );
    }
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

  /** Windows over all records, in one subtask; their key is ''. */
  windowAll<Bounds = WindowBounds>(
    windows: Windows<T, Bounds>,
    options: WindowOptions<T> = {},
  ): WindowedStream<T, '', unknown, Bounds> {
    return new WindowedStream(new WindowPlan(this.handle, windows, options));
  }

  /** Like `countWindow` of a keyed stream, over all records. */
  countWindowAll(size: number, slide?: number): WindowedStream<T, '', unknown, NoBounds> {
    return this.windowAll(globalWindow(), countOptions(size, slide));
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

  /** A subtask drawn by lot for each record: evens out what comes in a pattern that `rebalance` would fall in step with. */
  shuffle(): Stream<T> {
    return this.#partitioned({ kind: 'shuffle' });
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
  sideOutput<Side>({ name, recordType }: OutputTag<Side>): Stream<Side> {
    if (recordType !== undefined) this.node.outputTypes.set(name, recordType);
    return new Stream(new StreamHandle(this.handle.builder, [{ node: this.node, output: name }]));
  }
}

/** A stream whose records fit a schema. */
export class ValidatedStream<T> extends OperatorStream<T> {
  /** The records that did not, each with what is wrong. */
  deadLetters(): Stream<DeadLetter> {
    return this.sideOutput(DEAD_LETTERS);
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

  /* eslint-disable @typescript-eslint/no-unnecessary-type-parameters -- without one, a stream would not be assignable to a stream of a wider type */
  /** The running sum of a field; the other fields are those of the key's first record. */
  sum<Field extends NumberField<T>>(field: Field): OperatorStream<T> {
    return this.reduce(sumOf(field)).named(`sum(${field})`);
  }

  /** The running minimum of a field; the other fields are those of the key's first record. `minBy` gives whole records. */
  min<Field extends NumberField<T>>(field: Field): OperatorStream<T> {
    return this.reduce(extremeOf(field, 'min')).named(`min(${field})`);
  }

  /** The running maximum of a field; the other fields are those of the key's first record. `maxBy` gives whole records. */
  max<Field extends NumberField<T>>(field: Field): OperatorStream<T> {
    return this.reduce(extremeOf(field, 'max')).named(`max(${field})`);
  }

  /** After each record, the record so far with the smallest value in a field; of several the first, or the last. */
  minBy<Field extends NumberField<T>>(field: Field, options: TieOptions = {}): OperatorStream<T> {
    return this.reduce(extremeBy(field, 'min', options)).named(`minBy(${field})`);
  }

  /** After each record, the record so far with the largest value in a field; of several the first, or the last. */
  maxBy<Field extends NumberField<T>>(field: Field, options: TieOptions = {}): OperatorStream<T> {
    return this.reduce(extremeBy(field, 'max', options)).named(`maxBy(${field})`);
  }
  /* eslint-enable @typescript-eslint/no-unnecessary-type-parameters -- see above */

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

  /** An operator of your own, which gets all records of a key; `create` is told how to find the key. */
  transform<Out>(
    transformation: Transformation<Out, CustomOperator<T>, [keyOf: (value: T) => K]>,
  ): OperatorStream<Out> {
    const { name, type } = transformation;
    const keyOf = this.handle.selector.keyOf as (value: T) => K;
    const outputType = type === undefined ? undefined : recordTypeOf(type);
    return this.#add(customSpec(transformation, [keyOf]), { name, outputType });
  }

  /** Cuts each key's records into windows, of which each gives results when it fires. */
  window<Bounds = WindowBounds>(
    windows: Windows<T, Bounds>,
    options: WindowOptions<T> = {},
  ): WindowedStream<T, K, KeyFields, Bounds> {
    return new WindowedStream(new WindowPlan(this.handle, windows, options));
  }

  /** A window for every `size` records of a key; with `slide`, one after every `slide` records, of the last `size`. */
  countWindow(size: number, slide?: number): WindowedStream<T, K, KeyFields, NoBounds> {
    return this.window(globalWindow(), countOptions(size, slide));
  }

  #add<Out>(spec: OperatorSpec, options: AddOptions): OperatorStream<Out> {
    return new OperatorStream(this.handle.stream.builder, this.handle.add(spec, options));
  }
}

/** Records grouped by key and window; what is called on it says what a window that fires becomes. */
export class WindowedStream<T, K extends Key, KeyFields, Bounds = WindowBounds> {
  readonly #plan: WindowPlan;

  constructor(plan: WindowPlan) {
    this.#plan = plan;
  }

  /** Declarative aggregates: a result with the key, the window's bounds and a number a column, or what functions make of it. */
  aggregate<Columns extends AggregateColumns<T>>(
    columns: Columns,
  ): WindowStream<AggregateResult<KeyFields, Columns, Bounds>, T>;
  aggregate<
    Columns extends AggregateColumns<T>,
    Out,
    State extends Declarations = NoStates,
    WindowState extends Declarations = NoStates,
  >(
    columns: Columns,
    functions: WindowProcess<Numbers<Columns>, K, Out, State, WindowState>,
    options?: ResultOptions<Out>,
  ): WindowStream<Out, T>;
  aggregate(
    columns: AggregateColumns<T>,
    functions?: Then,
    options?: ResultOptions<unknown>,
  ): WindowStream<unknown, T> {
    const list = columnsOf(columns);
    if (functions === undefined) checkColumnNames(list, this.#plan.takenNames);
    const outcome = functions === undefined ? ({ kind: 'columns' } as const) : outcomeOf(functions);
    return this.#add('aggregate', { kind: 'columns', columns: list }, outcome, options);
  }

  /** Your own accumulator: its result, what `toResult` makes of it and the key and window, or what functions make of it. */
  accumulate<Accumulator, Result>(
    aggregate: AggregateFunction<T, Accumulator, Result>,
  ): WindowStream<Result, T>;
  accumulate<Accumulator, Result, Out>(
    aggregate: AggregateFunction<T, Accumulator, Result>,
    toResult: ToResult<Result, K, Out>,
    options?: ResultOptions<Out>,
  ): WindowStream<Out, T>;
  accumulate<
    Accumulator,
    Result,
    Out,
    State extends Declarations = NoStates,
    WindowState extends Declarations = NoStates,
  >(
    aggregate: AggregateFunction<T, Accumulator, Result>,
    functions: WindowProcess<Result, K, Out, State, WindowState>,
    options?: ResultOptions<Out>,
  ): WindowStream<Out, T>;
  accumulate<Accumulator>(
    aggregate: AggregateFunction<T, Accumulator, unknown>,
    then?: Then,
    options?: ResultOptions<unknown>,
  ): WindowStream<unknown, T> {
    return this.#add('aggregate', accumulating(aggregate), outcomeOf(then), options);
  }

  /** Combines the records of a key and window two by two. */
  reduce(combine: (left: T, right: T) => T): WindowStream<T, T>;
  reduce<Out>(
    combine: (left: T, right: T) => T,
    toResult: ToResult<T, K, Out>,
    options?: ResultOptions<Out>,
  ): WindowStream<Out, T>;
  reduce<Out, State extends Declarations = NoStates, WindowState extends Declarations = NoStates>(
    combine: (left: T, right: T) => T,
    functions: WindowProcess<T, K, Out, State, WindowState>,
    options?: ResultOptions<Out>,
  ): WindowStream<Out, T>;
  reduce(
    combine: (left: T, right: T) => T,
    then?: Then,
    options?: ResultOptions<unknown>,
  ): WindowStream<unknown, T> {
    return this.#add('reduce', reducing(combine), outcomeOf(then), options);
  }

  /** All records of a key and window, in order of arrival; they are kept until the window is over. */
  process<Out>(
    toResult: ToResult<readonly T[], K, Out>,
    options?: ResultOptions<Out>,
  ): WindowStream<Out, T>;
  process<Out, State extends Declarations = NoStates, WindowState extends Declarations = NoStates>(
    functions: WindowProcess<readonly T[], K, Out, State, WindowState>,
    options?: ResultOptions<Out>,
  ): WindowStream<Out, T>;
  process(then: Then, options?: ResultOptions<unknown>): WindowStream<unknown, T> {
    return this.#add('process', { kind: 'records' }, outcomeOf(then), options);
  }

  #add<Out>(
    verb: string,
    input: WindowInput,
    outcome: WindowOutcome,
    { type }: ResultOptions<Out> = {},
  ): WindowStream<Out, T> {
    const outputType = type === undefined ? undefined : recordTypeOf(type);
    const node = this.#plan.add({ verb, input, outcome, outputType });
    return new WindowStream(this.#plan.builder, node);
  }
}

/** The results of windows, and what came too late for them. */
export class WindowStream<Out, In> extends OperatorStream<Out> {
  /** Records behind the watermark. Without a reader they are dropped and counted as `numLateRecordsDropped`. */
  late(): Stream<In> {
    return this.sideOutput(lateTag<In>());
  }
}
