// All records of a subtask, or of a key, as one window that ends with the input (Flink: fullWindowPartition).
//   I1. Results come before the end of time is passed on, so that windows behind do not find them late.
//   I2. Keys come in the order of their first records. What has been given out is forgotten at once.

import { NO_TIMESTAMP } from '../connectors/connector.ts';
import type { Key } from '../core/key-group.ts';
import { keyIdentity } from '../core/key-identity.ts';
import { MAX_WATERMARK } from '../time/watermark.ts';
import type { Operator, OperatorContext } from './operator.ts';
import type { OperatorSpec, PartitionEvaluation } from './spec.ts';

/** Flink's MapPartitionOperator, PartitionSortOperator, PartitionAggregateOperator and PartitionReduceOperator. */
export function createPartitionWindow(
  spec: Extract<OperatorSpec, { kind: 'partition-window' }>,
  context: OperatorContext,
): Operator {
  return new PartitionWindow(spec, context);
}

interface Partition {
  readonly key: Key | undefined;
  accumulator: unknown;
}

class PartitionWindow implements Operator {
  readonly #keyOf: ((value: unknown) => Key) | undefined;
  readonly #evaluation: PartitionEvaluation;
  readonly #context: OperatorContext;
  readonly #partitions = new Map<unknown, Partition>();
  /** Of the partition that is being given out. */
  #results: Iterator<unknown> | undefined;

  constructor(
    { selector, evaluation }: Extract<OperatorSpec, { kind: 'partition-window' }>,
    context: OperatorContext,
  ) {
    this.#keyOf = selector?.keyOf;
    this.#evaluation = evaluation;
    this.#context = context;
  }

  process(value: unknown): void {
    try {
      const partition = this.#partitionOf(value);
      partition.accumulator = this.#evaluation.add(partition.accumulator, value);
    } catch (error) {
      throw this.#context.failure(error, value);
    }
  }

  advanceWatermark(watermarkMs: number): boolean {
    return watermarkMs < MAX_WATERMARK || this.#giveOut();
  }

  endInput(): boolean {
    return this.#giveOut();
  }

  #partitionOf(value: unknown): Partition {
    const key = this.#keyOf?.(value);
    const identity = key === undefined ? undefined : keyIdentity(key);
    let partition = this.#partitions.get(identity);
    if (partition === undefined) {
      partition = { key, accumulator: this.#evaluation.create() };
      this.#partitions.set(identity, partition);
    }
    return partition;
  }

  #giveOut(): boolean {
    while (!this.#context.isBlocked()) {
      this.#results ??= this.#nextPartition();
      if (this.#results === undefined) return true;
      const next = this.#nextResult(this.#results);
      if (next.done === true) this.#results = undefined;
      else this.#context.emit(next.value, NO_TIMESTAMP);
    }
    return false;
  }

  #nextPartition(): Iterator<unknown> | undefined {
    for (const [identity, { accumulator, key }] of this.#partitions) {
      this.#partitions.delete(identity);
      try {
        return this.#evaluation.results(accumulator, key)[Symbol.iterator]();
      } catch (error) {
        throw this.#context.failure(error, key);
      }
    }
    return undefined;
  }

  #nextResult(results: Iterator<unknown>): IteratorResult<unknown> {
    try {
      return results.next();
    } catch (error) {
      throw this.#context.failure(error, undefined);
    }
  }
}
