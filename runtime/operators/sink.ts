// A sink as an operator: records go to the connector's writer, whose fullness holds the task back.

import type { SinkWriter } from '../connectors/connector.ts';
import type { Operator, OperatorContext } from './operator.ts';

/** The writer is made by the slot, which knows the connectors; `onWritten` counts what it took. */
export function createSink(
  writer: SinkWriter<unknown>,
  context: OperatorContext,
  onWritten: () => void = () => undefined,
): Operator {
  return {
    open: () => writer.open(),
    process(value, timestampMs) {
      try {
        writer.write(value, timestampMs);
      } catch (error) {
        throw context.failure(error, value);
      }
      onWritten();
    },
    isFull: () => writer.isFull,
    prepare: () => writer.prepare(),
    commit: () => writer.commit(),
    async close(committed) {
      if (!committed) await writer.abort();
    },
  };
}
