// Where a job begins: sources. `env.from(source)` is the first call of every stream.

import type { SourceSpec } from '../connectors/connector.ts';
import { EngineError } from '../core/errors.ts';
import type { LogicalGraph } from '../graph/logical.ts';
import type { WatermarkStrategy } from '../time/watermark.ts';
import { GraphBuilder } from './graph-builder.ts';
import { type OperatorStream, ValidatedStream } from './stream.ts';

/** Options of a source in a job. */
export interface FromOptions<T> {
  /** Event time; without it only processing time passes, and event-time windows fire at the end of the input. */
  readonly watermarks?: WatermarkStrategy<T>;
  /** The rate over all subtasks; as fast as possible, or the source's own, when absent. */
  readonly recordsPerSecond?: number;
}

/** The job being described. */
export class Environment {
  readonly #builder = new GraphBuilder();

  /** The job's graph so far. */
  get graph(): LogicalGraph {
    return this.#builder.graph;
  }

  /** The records of a source; what one of files could not read is in the `deadLetters()` of the stream. */
  from<T>(
    source: SourceSpec<T> & { readonly hasDeadLetters: true },
    options?: FromOptions<T>,
  ): ValidatedStream<T>;
  from<T>(source: SourceSpec<T>, options?: FromOptions<T>): OperatorStream<T>;
  from<T>(source: SourceSpec<T>, options: FromOptions<T> = {}): OperatorStream<T> {
    const { watermarks, recordsPerSecond } = options;
    if (recordsPerSecond !== undefined && !(recordsPerSecond > 0)) {
      throw new EngineError(
        'JOB_INVALID',
        `from(${source.label}): 'recordsPerSecond' is ${recordsPerSecond}; it must be above 0`,
      );
    }
    const node = this.#builder.add(
      {
        kind: 'source',
        source,
        watermarks: watermarks as WatermarkStrategy<unknown> | undefined,
        recordsPerSecond,
      },
      { name: `source: ${source.label}`, inputs: [], outputType: source.recordType },
    );
    return new ValidatedStream(this.#builder, node);
  }
}
