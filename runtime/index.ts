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
export type { AsyncFunction, AsyncOptions, AsyncRetryOptions } from './api/async-functions.ts';
export {
  BroadcastStreams,
  connectBroadcast,
  KeyedBroadcastStreams,
} from './api/broadcast-streams.ts';
export { ChangelogStream, fromChanges, KeyedChangelog, type Upsert } from './api/changelog.ts';
export { connect, ConnectedStreams, KeyedConnectedStreams } from './api/connected-streams.ts';
export type {
  CustomContext,
  CustomCoOperator,
  CustomOperator,
  Transformation,
} from './api/custom-operator.ts';
export { deduplicate } from './api/deduplicate.ts';
export { detect, type DetectContext, type DetectOptions, DetectStream } from './api/detect.ts';
export { Environment, type FromOptions } from './api/environment.ts';
export { countEvictor, deltaEvictor, timeEvictor } from './api/evictors.ts';
export { groupAggregate } from './api/group-aggregate.ts';
export { intervalJoin } from './api/interval-join.ts';
export {
  type CheckVerdict,
  defineJob,
  durationMs,
  type FinishedRun,
  type JobDefinition,
} from './api/job.ts';
export { join, type JoinKind } from './api/join.ts';
export { lookupJoin } from './api/lookup-join.ts';
export { type DeadLetter, outputTag } from './api/output-tag.ts';
export { operatorListState, operatorUnionState } from './api/operator-states.ts';
export { PartitionWindow, partitionWindow } from './api/partition-window.ts';
export { Pattern, type PatternStart, type StepOptions } from './api/pattern.ts';
export type {
  BroadcastProcess,
  CoProcess,
  KeyedBroadcastProcess,
  KeyedCoProcess,
  KeyedProcess,
  Process,
  Rich,
  StreamContext,
} from './api/process-functions.ts';
export { aggregatingState, listState, mapState, reducingState, valueState } from './api/states.ts';
export { KeyedStream, OperatorStream, Stream, WindowedStream, WindowStream } from './api/stream.ts';
export { broadcastJoin, lookupTable } from './api/table-join.ts';
export { temporalJoin } from './api/temporal-join.ts';
export { topN, type TopNOptions } from './api/top-n.ts';
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
export {
  boundedOutOfOrderness,
  customWatermarks,
  monotonousTimestamps,
  noWatermarks,
} from './api/watermarks.ts';
export type {
  AggregateResult,
  WindowContext,
  WindowOptions,
  WindowProcess,
} from './api/window-functions.ts';
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
export { collect } from './connectors/collect/spec.ts';
export { fromCollection, fromSequence } from './connectors/collection/spec.ts';
export { discard } from './connectors/discard/spec.ts';
export { type FileLine, files } from './connectors/file/files-spec.ts';
export { csvFile, jsonLinesFile, textFile } from './connectors/file/sink-spec.ts';
export { type LineRecord, lines } from './connectors/file/spec.ts';
export { byTime } from './connectors/file/time-partition-spec.ts';
export { generate } from './connectors/generator/spec.ts';
export { hybrid } from './connectors/hybrid/spec.ts';
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
export type { Emit, Operator, OperatorContext } from './operators/operator.ts';
export type {
  AsyncCallContext,
  AsyncOutcome,
  OpenContext,
  OutputTag,
  TimeWindow,
} from './operators/spec.ts';
export type { JobSnapshot } from './protocol/cluster-snapshot.ts';
export type {
  AggregatingState,
  ListState,
  MapState,
  ReadonlyMapState,
  ReducingState,
  ValueState,
} from './state/state.ts';
export { ceilTo } from './time/ceil-to.ts';
export type { WatermarkGenerator, WatermarkStrategy } from './time/watermark.ts';
export { bytes } from './types/schema.ts';
