// Describes a source that makes its records: test data, load, benchmarks. Reading is `source.ts`.

import { EngineError } from '../../core/errors.ts';
import type { RecordType } from '../../types/record-type.ts';
import type { SourceSpec } from '../connector.ts';

/** What to generate. The function must give the same record for the same index: a restarted job asks again. */
export interface GenerateOptions<Out> {
  /** How many records in total, over all subtasks; unbounded when absent. */
  readonly count?: number | undefined;
  /** The rate over all subtasks; as fast as possible when absent. */
  readonly recordsPerSecond?: number | undefined;
  readonly make: (index: number) => Out;
  /** The event time of a record, in milliseconds since the epoch. */
  readonly timestamp?: ((record: Out, index: number) => number) | undefined;
  readonly recordType?: RecordType | undefined;
}

/** A generator; a split is every n-th index, so that the subtasks keep in step in event time. */
export interface GeneratorSpec<Out> extends SourceSpec<Out> {
  readonly kind: 'generator';
  readonly options: GenerateOptions<Out>;
}

/** Makes records from their index: 0, 1, 2 and so on, each made by exactly one subtask. */
export function generate<Out>(options: GenerateOptions<Out>): GeneratorSpec<Out> {
  const { count, recordsPerSecond } = options;
  if (count !== undefined && !(Number.isSafeInteger(count) && count >= 0)) {
    throw invalid('count', count, 'a whole number, 0 or more');
  }
  if (recordsPerSecond !== undefined && !(recordsPerSecond > 0)) {
    throw invalid('recordsPerSecond', recordsPerSecond, 'above 0');
  }
  return {
    kind: 'generator',
    label: count === undefined ? 'generator' : `generator(${count})`,
    bounded: count !== undefined,
    recordsPerSecond,
    recordType: options.recordType,
    options,
  };
}

function invalid(option: string, value: number, rule: string): EngineError {
  return new EngineError('JOB_INVALID', `generate: '${option}' is ${value}; it must be ${rule}`);
}
