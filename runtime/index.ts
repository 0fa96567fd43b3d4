// The public API: all that a job imports. Named re-exports only.

export {
  type AggregateFunction,
  average,
  count,
  countDistinct,
  filtered,
  max,
  min,
  sum,
} from './api/aggregate.ts';
export { ChangelogStream, fromChanges, KeyedChangelog, type Upsert } from './api/changelog.ts';
export { deduplicate } from './api/deduplicate.ts';
export { Environment, type FromOptions } from './api/environment.ts';
export { groupAggregate } from './api/group-aggregate.ts';
export {
  type CheckVerdict,
  defineJob,
  durationMs,
  type FinishedRun,
  type JobDefinition,
} from './api/job.ts';
export { intervalJoin } from './api/interval-join.ts';
export { join, type JoinKind } from './api/join.ts';
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
export { broadcastJoin, lookupTable } from './api/table-join.ts';
export { temporalJoin } from './api/temporal-join.ts';
export { topN, type TopNOptions } from './api/top-n.ts';
export {
  boundedOutOfOrderness,
  customWatermarks,
  monotonousTimestamps,
  noWatermarks,
} from './api/watermarks.ts';
export { coGroup, windowJoin } from './api/window-join.ts';
export {
  cumulative,
  customWindows,
  globalWindow,
  session,
  sliding,
  tumbling,
  tumblingDays,
  type Windows,
} from './api/windows.ts';
export {
  type AggregateResult,
  type WindowContext,
  type WindowOptions,
  type WindowProcess,
} from './api/window-functions.ts';
export {
  continuousEventTimeTrigger,
  continuousProcessingTimeTrigger,
  countTrigger,
  deltaTrigger,
  eventTimeTrigger,
  neverTrigger,
  processingTimeTrigger,
  purging,
} from './api/triggers.ts';
export { countEvictor, deltaEvictor, timeEvictor } from './api/evictors.ts';
export { collect } from './connectors/collect/spec.ts';
export { fromCollection, fromSequence } from './connectors/collection/spec.ts';
export { discard } from './connectors/discard/spec.ts';
export { csvFile, jsonLinesFile, textFile } from './connectors/file/sink-spec.ts';
export { lines, type LineRecord } from './connectors/file/spec.ts';
export { byTime } from './connectors/file/time-partition-spec.ts';
export { generate } from './connectors/generator/spec.ts';
export { parquetFile } from './connectors/parquet/sink-spec.ts';
export { parquet } from './connectors/parquet/spec.ts';
export { print } from './connectors/print/spec.ts';
export { EngineError } from './core/errors.ts';
export { formatDuration, parseDurationMs } from './core/quantity.ts';
export type { Change } from './operators/change-spec.ts';
export type {
  Evictor,
  TimestampedRecord,
  Trigger,
  TriggerContext,
  TriggerResult,
  WindowAssigner,
} from './operators/general-window-spec.ts';
export type { TimeWindow } from './operators/spec.ts';
export type { JobSnapshot } from './protocol/cluster-snapshot.ts';
export type { ListState, MapState, ValueState } from './state/state.ts';
export type { WatermarkGenerator, WatermarkStrategy } from './time/watermark.ts';
export { bytes } from './types/schema.ts';
