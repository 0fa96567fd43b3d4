// Operators as a job describes them: plain values that hold the job's functions. The maker of each kind is a file of this
// folder, found by `kind` when a slot builds its chains. Pure: describing a job opens nothing.

import type { SinkSpec, SourceSpec } from '../connectors/connector.ts';
import type { Key } from '../core/key-group.ts';
import type { StateDescriptor } from '../state/state.ts';
import type { WatermarkStrategy } from '../time/watermark.ts';
import type { KeySelector } from './key-selector-spec.ts';
import type { Operator, OperatorContext } from './operator.ts';
import type { RelationalSpec } from './relational-spec.ts';
import type { GeneralWindow } from './general-window-spec.ts';
import type { AggregateColumn, AlignedWindows, TimeWindow } from './window-spec.ts';

export type {
  AggregateColumn,
  AlignedWindows,
  CumulativeWindows,
  SlidingWindows,
  TimeWindow,
  TumblingWindows,
} from './window-spec.ts';

export type { KeySelector } from './key-selector-spec.ts';

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
      readonly kind: 'general-window';
      /** Undefined for windows over all records: their operator has one subtask. */
      readonly selector: KeySelector | undefined;
      readonly window: GeneralWindow;
    }
  | {
      readonly kind: 'custom';
      /** Makes the operator of one subtask; see `operator.ts` for what it must guarantee. */
      readonly create: (context: OperatorContext) => Operator;
    }
  | RelationalSpec
  | { readonly kind: 'sink'; readonly sink: SinkSpec<unknown> };

/** The tag under which a window operator emits records that came too late. */
export const LATE_OUTPUT = 'late';
