// All records of a subtask, or of a key, as one window that ends with the input. Only for inputs that end: the plan of a job
// whose source never does is refused.

import type { z } from 'zod';
import type { Key } from '../core/key-group.ts';
import type { KeySelector, PartitionEvaluation } from '../operators/spec.ts';
import { recordTypeOf } from '../types/schema.ts';
import type { RecordType } from '../types/record-type.ts';
import type { AggregateFunction } from './aggregate.ts';
import type { KeyedStream, Stream } from './stream.ts';
import { OperatorStream } from './stream.ts';
import type { KeyedHandle, StreamHandle } from './stream-handle.ts';

/** What records are sorted by. */
export type SortValue = number | bigint | string;

/** Fields of T that records can be sorted by. */
export type SortField<T> = {
  [Field in keyof T & string]: T[Field] extends SortValue ? Field : never;
}[keyof T & string];

/** The records of each subtask or, of a keyed stream, of each key: `partitionWindow(trades).sortPartition('price')`. */
export function partitionWindow<T, K extends Key>(
  stream: KeyedStream<T, K, unknown>,
): PartitionWindow<T, K>;
export function partitionWindow<T>(stream: Stream<T>): PartitionWindow<T, undefined>;
export function partitionWindow(
  stream: Stream<unknown> | KeyedStream<unknown, Key, unknown>,
): unknown {
  return new PartitionWindow(stream.handle);
}

/** A window over all there is. Its records are kept on the heap until the input ends, or combined as they come. */
export class PartitionWindow<T, K extends Key | undefined> {
  readonly #handle: StreamHandle | KeyedHandle;

  constructor(handle: StreamHandle | KeyedHandle) {
    this.#handle = handle;
  }

  /** Any number of results from all records of a subtask or key. */
  mapPartition<Out>(
    apply: (records: readonly T[], key: K) => Iterable<Out>,
    options: { type?: z.ZodType<Out> } = {},
  ): OperatorStream<Out> {
    const { type } = options;
    const results = (records: unknown, key: Key | undefined): Iterable<unknown> =>
      apply(records as readonly T[], key as K);
    const outputType = type === undefined ? undefined : recordTypeOf(type);
    return this.#add({ ...COLLECT, results }, 'map partition', outputType);
  }

  /** The records in the order of a field or of what a function finds; equal ones stay in the order they came. */
  sortPartition(
    by: SortField<T> | ((value: T) => SortValue),
    options: { descending?: boolean } = {},
  ): OperatorStream<T> {
    const valueOf = typeof by === 'function' ? by : (value: T) => value[by] as SortValue;
    const sign = options.descending === true ? -1 : 1;
    const results = (records: unknown): readonly unknown[] =>
      (records as T[]).sort((left, right) => sign * compare(valueOf(left), valueOf(right)));
    return this.#add({ ...COLLECT, results }, 'sort partition', this.#recordType());
  }

  /** One result from all records of a subtask or key; only the accumulator is kept. */
  aggregate<Accumulator, Out>(
    aggregate: AggregateFunction<T, Accumulator, Out>,
  ): OperatorStream<Out> {
    const evaluation: PartitionEvaluation = {
      create: () => aggregate.create(),
      add: (accumulator, value) => aggregate.add(accumulator as Accumulator, value as T),
      results: (accumulator) => [aggregate.result(accumulator as Accumulator)],
    };
    return this.#add(evaluation, 'aggregate partition', undefined);
  }

  /** The combination of all records of a subtask or key; only that is kept. */
  reduce(combine: (left: T, right: T) => T): OperatorStream<T> {
    const evaluation: PartitionEvaluation = {
      create: () => undefined,
      add: (soFar, value) => (soFar === undefined ? value : combine(soFar as T, value as T)),
      results: (combined) => [combined],
    };
    return this.#add(evaluation, 'reduce partition', this.#recordType());
  }

  #recordType(): RecordType | undefined {
    return parts(this.#handle).stream.recordType();
  }

  #add<Out>(
    evaluation: PartitionEvaluation,
    name: string,
    outputType: RecordType | undefined,
  ): OperatorStream<Out> {
    const { stream, selector } = parts(this.#handle);
    const node = this.#handle.add(
      { kind: 'partition-window', selector, evaluation },
      { name, outputType },
    );
    return new OperatorStream(stream.builder, node);
  }
}

const COLLECT = {
  create: (): unknown => [],
  add: (records: unknown, value: unknown): unknown => {
    (records as unknown[]).push(value);
    return records;
  },
};

function parts(handle: StreamHandle | KeyedHandle): {
  readonly stream: StreamHandle;
  readonly selector: KeySelector | undefined;
} {
  return 'selector' in handle ? handle : { stream: handle, selector: undefined };
}

function compare(left: SortValue, right: SortValue): number {
  if (left < right) return -1;
  return left > right ? 1 : 0;
}
