// The watermark strategies a job chooses from; custom ones implement `WatermarkGenerator`.

import { EngineError } from '../core/errors.ts';
import { formatDuration } from '../core/quantity.ts';
import {
  BoundedOutOfOrderness,
  NoWatermarks,
  type WatermarkAlignment,
  type WatermarkGenerator,
  type WatermarkStrategy,
} from '../time/watermark.ts';

/** How often a source tells how far event time is; Flink's `pipeline.auto-watermark-interval`. */
const WATERMARK_INTERVAL_MS = 200;
/** How often the sources of a group tell where they are; Flink's default. */
const ALIGNMENT_INTERVAL_MS = 1_000;

/** What all strategies share. */
export interface WatermarkOptions<T> {
  /** Event time of a record in epoch milliseconds; the source's own when absent. */
  readonly timestamp?: (value: T, sourceTimestampMs: number) => number;
  /** After every record, or at most once in so many milliseconds. @default { intervalMs: 200 } */
  readonly emit?: 'every-record' | { readonly intervalMs: number };
  /** Stop holding event time back after so long without a record. */
  readonly idleAfterMs?: number;
  /** Hold sources back that are further ahead of the slowest of their group than `maxDriftMs`. Only at a source. */
  readonly alignment?: WatermarkAlignmentOptions;
}

/** Which sources are kept together, and how closely. */
export interface WatermarkAlignmentOptions {
  readonly group: string;
  readonly maxDriftMs: number;
  /** @default 1000 */
  readonly updateIntervalMs?: number;
}

/** For sources whose timestamps never fall. */
export function monotonousTimestamps<T>(options: WatermarkOptions<T> = {}): WatermarkStrategy<T> {
  return strategy('monotonous', () => new BoundedOutOfOrderness<T>(0), options);
}

/** Records may be late by up to `boundMs`: the watermark is `max seen - bound - 1`. */
export function boundedOutOfOrderness<T>(
  boundMs: number,
  options: WatermarkOptions<T> = {},
): WatermarkStrategy<T> {
  if (!(boundMs >= 0)) {
    throw new EngineError(
      'JOB_INVALID',
      `The out-of-orderness bound is ${boundMs} ms: use 0 or more.`,
    );
  }
  const label = `bounded-out-of-orderness(${formatDuration(boundMs)})`;
  return strategy(label, () => new BoundedOutOfOrderness<T>(boundMs), options);
}

/** Your own rule: `generator` makes one instance for each split of the source. */
export function customWatermarks<T>(
  generator: () => WatermarkGenerator<T>,
  options: WatermarkOptions<T> = {},
): WatermarkStrategy<T> {
  return strategy('custom', generator, options);
}

/** Timestamps without watermarks: event-time windows fire only at the end of the input. */
export function noWatermarks<T>(options: WatermarkOptions<T> = {}): WatermarkStrategy<T> {
  return strategy('none', () => new NoWatermarks<T>(), options);
}

function strategy<T>(
  label: string,
  generator: () => WatermarkGenerator<T>,
  options: WatermarkOptions<T>,
): WatermarkStrategy<T> {
  return {
    label,
    generator,
    timestamp: options.timestamp,
    emit: options.emit ?? { intervalMs: WATERMARK_INTERVAL_MS },
    idleAfterMs: options.idleAfterMs,
    alignment: options.alignment && checkedAlignment(options.alignment),
  };
}

function checkedAlignment(options: WatermarkAlignmentOptions): WatermarkAlignment {
  const { group, maxDriftMs, updateIntervalMs = ALIGNMENT_INTERVAL_MS } = options;
  if (maxDriftMs >= 0 && updateIntervalMs > 0) return { group, maxDriftMs, updateIntervalMs };
  throw new EngineError(
    'JOB_INVALID',
    `The alignment of group "${group}" has maxDriftMs ${maxDriftMs} and updateIntervalMs ${updateIntervalMs}: use 0 or more, ` +
      'and above 0.',
  );
}
