// Event-time progress as values. A watermark `t` says: no more records with a timestamp at or below `t` are expected.

/** Before the first watermark. */
export const NO_WATERMARK = Number.MIN_SAFE_INTEGER;
/** The end of event time: every window and timer fires (Flink: Long.MAX_VALUE). */
export const MAX_WATERMARK = Number.MAX_SAFE_INTEGER;

/** Decides from the records seen what the watermark is. One instance a split. */
export interface WatermarkGenerator<T> {
  /** Called for each record, after its timestamp is known. */
  onRecord(value: T, timestampMs: number): void;
  /** The watermark now; may be asked at any time and must not fall. */
  current(): number;
  /** Called at each emission interval, with records or without, for a watermark that follows the clock. */
  onInterval?(nowMs: number): void;
}

/** How a stream gets timestamps and watermarks: plain data and functions of the job. */
export interface WatermarkStrategy<T> {
  /** Shown in plans: `bounded-out-of-orderness(24h)`. */
  readonly label: string;
  /** Event time of a record in epoch milliseconds; the source's own timestamp when absent. */
  readonly timestamp?: ((value: T, sourceTimestampMs: number) => number) | undefined;
  readonly generator: () => WatermarkGenerator<T>;
  /** `every-record`, or at most once in this many milliseconds of processing time. */
  readonly emit: 'every-record' | { readonly intervalMs: number };
  /** Without a record for this long (processing time) the source no longer holds event time back. */
  readonly idleAfterMs?: number | undefined;
  readonly alignment?: WatermarkAlignment | undefined;
}

/** Holds back sources, and splits of them, that are far ahead of others in event time. */
export interface WatermarkAlignment {
  /** Sources of a job that name the same group are kept together. */
  readonly group: string;
  /** How far a source may be ahead of the slowest one of the group. */
  readonly maxDriftMs: number;
  /** How often the sources tell where they are and are told how far they may go. */
  readonly updateIntervalMs: number;
}

/** Flink's BoundedOutOfOrdernessWatermarks: `max seen - bound - 1`. */
export class BoundedOutOfOrderness<T> implements WatermarkGenerator<T> {
  #maxSeenMs: number | undefined;
  readonly #boundMs: number;

  constructor(boundMs: number) {
    this.#boundMs = boundMs;
  }

  onRecord(_value: T, timestampMs: number): void {
    if (this.#maxSeenMs === undefined || timestampMs > this.#maxSeenMs)
      this.#maxSeenMs = timestampMs;
  }

  current(): number {
    return this.#maxSeenMs === undefined ? NO_WATERMARK : this.#maxSeenMs - this.#boundMs - 1;
  }
}

/** The timestamps of a strategy, without its watermarks: in batch mode event time ends with the input. */
export function timestampsOnly<T>(strategy: WatermarkStrategy<T>): WatermarkStrategy<T> {
  return {
    ...strategy,
    generator: () => new NoWatermarks<T>(),
    emit: { intervalMs: Infinity },
    idleAfterMs: undefined,
    alignment: undefined,
  };
}

/** For streams that carry no event time. */
export class NoWatermarks<T> implements WatermarkGenerator<T> {
  onRecord(): void {
    // Nothing is learnt from a record.
  }

  current(): number {
    return NO_WATERMARK;
  }
}
