// Windows as values: what the specs of both window operators and their arithmetic share. Re-exported by `spec.ts`, which is
// where others find them; a file of its own because `general-window-spec.ts` needs them and `spec.ts` needs that one.

/** A window's bounds in time, `[startMs, endMs)`. */
export interface TimeWindow {
  readonly startMs: number;
  readonly endMs: number;
}

/** Aligned windows of one size; `offsetMs` moves their starts (Flink: TimeWindow.getWindowStartWithOffset). */
export interface TumblingWindows {
  readonly kind: 'tumbling';
  readonly sizeMs: number;
  readonly offsetMs: number;
}

/** Overlapping windows of one size, one beginning every `slideMs`. */
export interface SlidingWindows {
  readonly kind: 'sliding';
  readonly sizeMs: number;
  readonly slideMs: number;
  readonly offsetMs: number;
}

/** Windows that grow by `stepMs` from a common start up to `sizeMs`, then begin anew (Flink SQL: CUMULATE). */
export interface CumulativeWindows {
  readonly kind: 'cumulative';
  readonly sizeMs: number;
  readonly stepMs: number;
  readonly offsetMs: number;
}

/** Windows whose bounds follow from time alone, the same for every key. */
export type AlignedWindows = TumblingWindows | SlidingWindows | CumulativeWindows;

/** Only records that pass the test count. */
export interface AggregateCondition {
  readonly test: (record: unknown) => boolean;
  /** The fields it looks at, when they are known. */
  readonly reads: readonly string[] | undefined;
}

/** One result column computed from one field. */
export interface AggregateColumn {
  readonly name: string;
  readonly function: 'count' | 'sum' | 'min' | 'max' | 'average' | 'count-distinct';
  /** Undefined for `count`. */
  readonly field: string | undefined;
  readonly where?: AggregateCondition | undefined;
}
