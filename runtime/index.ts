// The public API: all that a job imports. Named re-exports only.

export {
  type AggregateFunction,
  average,
  count,
  countDistinct,
  max,
  min,
  sum,
  where,
} from './api/aggregate.ts';
export { Environment, type FromOptions } from './api/environment.ts';
export {
  type CheckVerdict,
  defineJob,
  durationMs,
  type FinishedRun,
  type JobDefinition,
} from './api/job.ts';
export { listState, mapState, valueState } from './api/states.ts';
export { type KeyedProcess, type StreamContext } from './api/process-functions.ts';
export {
  type DeadLetter,
  KeyedStream,
  OperatorStream,
  Stream,
  WindowedStream,
  WindowStream,
} from './api/stream.ts';
export {
  boundedOutOfOrderness,
  customWatermarks,
  monotonousTimestamps,
  noWatermarks,
} from './api/watermarks.ts';
export { type AggregateResult, cumulative, sliding, tumbling } from './api/windows.ts';
export { collect } from './connectors/collect/spec.ts';
export { fromCollection, fromSequence } from './connectors/collection/spec.ts';
export { discard } from './connectors/discard/spec.ts';
export { csvFile, jsonLinesFile, lines, type LineRecord } from './connectors/file/spec.ts';
export { generate } from './connectors/generator/spec.ts';
export { parquet } from './connectors/parquet/spec.ts';
export { print } from './connectors/print/spec.ts';
export { EngineError } from './core/errors.ts';
export { formatDuration, parseDurationMs } from './core/quantity.ts';
export type { TimeWindow } from './operators/spec.ts';
export type { JobSnapshot } from './protocol/cluster-snapshot.ts';
export type { ListState, MapState, ValueState } from './state/state.ts';
export type { WatermarkGenerator, WatermarkStrategy } from './time/watermark.ts';
export { bytes } from './types/schema.ts';
