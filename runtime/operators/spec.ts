// Operators as a job describes them: plain values that hold the job's functions. The maker of each kind is a file of this
// folder, found by `kind` when a slot builds its chains. Pure: describing a job opens nothing.

import type { SinkSpec, SourceSpec } from '../connectors/connector.ts';
import type { Key } from '../core/key-group.ts';
import type { StateDescriptor } from '../state/state.ts';
import type { WatermarkStrategy } from '../time/watermark.ts';
import type { Operator, OperatorContext } from './operator.ts';

/** How the key of a record is found, and what it is called in results. */
export interface KeySelector {
  readonly keyOf: (value: unknown) => Key;
  /** The fields it is made of, when they are known: one field, or a tuple of several. */
  readonly fields: readonly string[] | undefined;
}

/** What a non-keyed process function may do besides returning. Its functions may be taken out of it: `({ emit }) => ...`. */
export interface ProcessContext {
  readonly timestampMs: number;
  readonly watermarkMs: number;
  readonly emit: (value: unknown) => void;
  readonly output: (tag: string, value: unknown) => void;
  readonly count: (counter: string, by?: number) => void;
}

/** What a keyed process function may do besides. Times are epoch milliseconds. */
export interface KeyedProcessContext extends ProcessContext {
  readonly key: Key;
  readonly nowMs: number;
  readonly state: Readonly<Record<string, unknown>>;
  readonly registerEventTimer: (timeMs: number) => void;
  readonly deleteEventTimer: (timeMs: number) => void;
  readonly registerProcessingTimer: (timeMs: number) => void;
  readonly deleteProcessingTimer: (timeMs: number) => void;
}

/** The functions of a keyed process operator. */
export interface KeyedProcessFunctions {
  readonly state: Readonly<Record<string, StateDescriptor>>;
  readonly onRecord: (value: unknown, context: KeyedProcessContext) => void;
  readonly onEventTimer: ((timeMs: number, context: KeyedProcessContext) => void) | undefined;
  readonly onProcessingTimer: ((timeMs: number, context: KeyedProcessContext) => void) | undefined;
}

/** Only records whose field passes count for a column. */
export interface AggregateCondition {
  readonly field: string;
  readonly test: (value: unknown) => boolean;
}

/** One result column computed from one field. */
export interface AggregateColumn {
  readonly name: string;
  readonly function: 'count' | 'sum' | 'min' | 'max' | 'average' | 'count-distinct';
  /** Undefined for `count`. */
  readonly field: string | undefined;
  readonly where?: readonly AggregateCondition[] | undefined;
}

/** A window's bounds in event time, `[startMs, endMs)`. */
export interface TimeWindow {
  readonly startMs: number;
  readonly endMs: number;
}

/** How the records of a key and window become one result. */
export type WindowEvaluation =
  | { readonly kind: 'columns'; readonly columns: readonly AggregateColumn[] }
  | {
      readonly kind: 'general';
      readonly create: () => unknown;
      readonly add: (accumulator: unknown, value: unknown) => unknown;
      /** Puts a later slice's accumulator, which it leaves alone, into an earlier one. Without it each window has its own. */
      readonly merge?: ((left: unknown, right: unknown) => unknown) | undefined;
      readonly result: (accumulator: unknown, key: Key, window: TimeWindow) => unknown;
    };

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

/** Every operator kind. */
export type OperatorSpec =
  | {
      readonly kind: 'source';
      readonly source: SourceSpec<unknown>;
      readonly watermarks: WatermarkStrategy<unknown> | undefined;
    }
  | { readonly kind: 'map'; readonly apply: (value: unknown) => unknown }
  | { readonly kind: 'filter'; readonly keep: (value: unknown) => boolean }
  | { readonly kind: 'flat-map'; readonly apply: (value: unknown) => Iterable<unknown> }
  | {
      readonly kind: 'process';
      readonly apply: (value: unknown, context: ProcessContext) => void;
    }
  | { readonly kind: 'timestamps'; readonly watermarks: WatermarkStrategy<unknown> }
  | {
      readonly kind: 'keyed-process';
      readonly selector: KeySelector;
      readonly functions: KeyedProcessFunctions;
    }
  | {
      readonly kind: 'keyed-reduce';
      readonly selector: KeySelector;
      readonly reduce: (left: unknown, right: unknown) => unknown;
    }
  | {
      readonly kind: 'window';
      readonly selector: KeySelector;
      readonly windows: AlignedWindows;
      readonly evaluation: WindowEvaluation;
    }
  | {
      readonly kind: 'custom';
      /** Makes the operator of one subtask; see `operator.ts` for what it must guarantee. */
      readonly create: (context: OperatorContext) => Operator;
    }
  | { readonly kind: 'sink'; readonly sink: SinkSpec<unknown> };

/** The tag under which a window operator emits records that came too late. */
export const LATE_OUTPUT = 'late';
