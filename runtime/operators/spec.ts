// Operators as a job describes them: plain values that hold the job's functions. The maker of each kind is a file of this
// folder, found by `kind` when a slot builds its chains. Pure: describing a job opens nothing.

import type { SinkSpec, SourceSpec } from '../connectors/connector.ts';
import type { Key } from '../core/key-group.ts';
import type { OperatorStateDescriptor } from '../state/operator-state.ts';
import type { MapState, ReadonlyMapState, StateDescriptor } from '../state/state.ts';
import type { WatermarkStrategy } from '../time/watermark.ts';
import type { KeySelector } from './key-selector-spec.ts';
import type { Operator, OperatorContext } from './operator.ts';
import type { DetectSpec } from './pattern-spec.ts';
import type { OutputTag } from './output-tag-spec.ts';
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
export type { OutputTag } from './output-tag-spec.ts';

/** What a non-keyed process function may do besides returning. Its functions may be taken out of it: `({ emit }) => ...`. */
export interface ProcessContext {
  readonly timestampMs: number;
  readonly watermarkMs: number;
  readonly emit: (value: unknown) => void;
  readonly output: <Side>(tag: OutputTag<Side>, value: NoInfer<Side>) => void;
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

/** What a process function without keys sees besides, when it is told that its input has ended or keeps state. */
export interface SubtaskContext extends ProcessContext {
  readonly state: Readonly<Record<string, unknown>>;
}

/** The functions of a process operator without keys. */
export interface ProcessFunctions extends RichFunctions {
  readonly state?: Readonly<Record<string, OperatorStateDescriptor>>;
  readonly onRecord: (value: unknown, context: SubtaskContext) => void;
  readonly onEnd?: (context: SubtaskContext) => void;
}

/** The states of a keyed operator, and what it does when a timer is due. */
export interface KeyedTimerFunctions extends RichFunctions {
  readonly state: Readonly<Record<string, StateDescriptor>>;
  readonly onEventTimer: ((timeMs: number, context: KeyedProcessContext) => void) | undefined;
  readonly onProcessingTimer: ((timeMs: number, context: KeyedProcessContext) => void) | undefined;
}

/** The functions of a keyed process operator. */
export interface KeyedProcessFunctions extends KeyedTimerFunctions {
  readonly onRecord: (value: unknown, context: KeyedProcessContext) => void;
}

/** What `open` is told of the subtask it is called in. */
export interface OpenContext {
  /** From 0 to `parallelism - 1`. */
  readonly subtaskIndex: number;
  readonly parallelism: number;
  readonly maxParallelism: number;
  /** Adds to a counter that the page and the summary show. */
  readonly count: (counter: string, by?: number) => void;
}

/** What is called before the first record and after the last, in every subtask. */
export interface RichFunctions {
  readonly open?: ((context: OpenContext) => void | Promise<void>) | undefined;
  /** Also after a failure. */
  readonly close?: (() => void | Promise<void>) | undefined;
}

/** What an asynchronous function sees of one call. */
export interface AsyncCallContext {
  /** Aborted when the time is up, and when the job ends before the answer has come. */
  readonly signal: AbortSignal;
  /** 1 for the first, 2 for the first retry. */
  readonly attempt: number;
  readonly timestampMs: number;
  /** Sent with the answer of this attempt, and not at all if it is not the last. */
  readonly output: <Side>(tag: OutputTag<Side>, value: NoInfer<Side>) => void;
  readonly count: (counter: string, by?: number) => void;
}

/** What came of an attempt. */
export type AsyncOutcome<Out = unknown> =
  | { readonly kind: 'returned'; readonly result: Out }
  | { readonly kind: 'failed'; readonly error: unknown };

/** The functions of an asynchronous operator. */
export interface AsyncFunctions extends RichFunctions {
  readonly call: (value: unknown, context: AsyncCallContext) => unknown;
  /** Gives the answer when the time is up; without it the job fails. */
  readonly onTimeout: ((value: unknown, context: AsyncCallContext) => unknown) | undefined;
}

/** When an attempt is made again: after `delayMs`, then each time `multiplier` times as long, up to `delayMsMax`. */
export interface AsyncRetry {
  /** All of them, the first included. */
  readonly attemptsMax: number;
  readonly delayMs: number;
  readonly multiplier: number;
  readonly delayMsMax: number;
  readonly when: (outcome: AsyncOutcome) => boolean;
}

/** The functions of a process operator with two inputs. */
export interface CoProcessFunctions extends RichFunctions {
  readonly onLeft: (value: unknown, context: ProcessContext) => void;
  readonly onRight: (value: unknown, context: ProcessContext) => void;
}

/** The functions of a keyed process operator with two inputs; the states are shared. */
export interface KeyedCoProcessFunctions extends KeyedTimerFunctions {
  readonly onLeft: (value: unknown, context: KeyedProcessContext) => void;
  readonly onRight: (value: unknown, context: KeyedProcessContext) => void;
}

/** What the main side of a broadcast operator may do: it reads the broadcast states. */
export interface BroadcastReadContext extends ProcessContext {
  readonly broadcast: Readonly<Record<string, ReadonlyMapState<unknown, unknown>>>;
}

/** What the main side of a keyed broadcast operator may do. */
export interface KeyedBroadcastReadContext extends KeyedProcessContext {
  readonly broadcast: Readonly<Record<string, ReadonlyMapState<unknown, unknown>>>;
}

/** What the broadcast side may do: it writes the broadcast states, and may visit every key. */
export interface BroadcastWriteContext extends ProcessContext {
  readonly broadcast: Readonly<Record<string, MapState<unknown, unknown>>>;
  /** Of a keyed operator: every key of this subtask for which the named state holds something. */
  readonly forEachKey: (name: string, visit: (key: Key, state: unknown) => void) => void;
}

/** What both kinds of broadcast operators do with the broadcast side. */
interface BroadcastSide {
  /** The names of the broadcast states. */
  readonly broadcast: readonly string[];
  readonly onBroadcast: (value: unknown, context: BroadcastWriteContext) => void;
}

/** The functions of an operator with a broadcast side. */
export interface BroadcastFunctions extends RichFunctions, BroadcastSide {
  readonly onRecord: (value: unknown, context: BroadcastReadContext) => void;
}

/** The functions of a keyed operator with a broadcast side. */
export interface KeyedBroadcastFunctions extends RichFunctions, BroadcastSide {
  readonly state: Readonly<Record<string, StateDescriptor>>;
  readonly onRecord: (value: unknown, context: KeyedBroadcastReadContext) => void;
  readonly onEventTimer: ((timeMs: number, context: KeyedBroadcastReadContext) => void) | undefined;
  readonly onProcessingTimer:
    ((timeMs: number, context: KeyedBroadcastReadContext) => void) | undefined;
}

/** How all records of a subtask or key become results at the end of the input. */
export interface PartitionEvaluation {
  readonly create: () => unknown;
  readonly add: (accumulator: unknown, value: unknown) => unknown;
  /** `key` is undefined without keys. */
  readonly results: (accumulator: unknown, key: Key | undefined) => Iterable<unknown>;
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
      /** Over all subtasks; the source's own rate when undefined. */
      readonly recordsPerSecond?: number | undefined;
    }
  | { readonly kind: 'map'; readonly apply: (value: unknown) => unknown }
  | { readonly kind: 'filter'; readonly keep: (value: unknown) => boolean }
  | { readonly kind: 'flat-map'; readonly apply: (value: unknown) => Iterable<unknown> }
  | {
      readonly kind: 'process';
      readonly functions: ProcessFunctions;
    }
  | { readonly kind: 'timestamps'; readonly watermarks: WatermarkStrategy<unknown> }
  | {
      readonly kind: 'keyed-process';
      readonly selector: KeySelector;
      readonly functions: KeyedProcessFunctions;
    }
  | {
      readonly kind: 'async-map';
      readonly functions: AsyncFunctions;
      readonly order: 'ordered' | 'unordered';
      readonly capacity: number;
      /** For a record, all attempts and the delays between them. */
      readonly timeoutMs: number;
      readonly retry: AsyncRetry | undefined;
    }
  | { readonly kind: 'co-process'; readonly functions: CoProcessFunctions }
  | {
      readonly kind: 'keyed-co-process';
      /** How each input's key is found: keys of one type. */
      readonly left: KeySelector;
      readonly right: KeySelector;
      readonly functions: KeyedCoProcessFunctions;
    }
  | { readonly kind: 'broadcast'; readonly functions: BroadcastFunctions }
  | {
      readonly kind: 'keyed-broadcast';
      readonly selector: KeySelector;
      readonly functions: KeyedBroadcastFunctions;
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
  | { readonly kind: 'detect'; readonly selector: KeySelector; readonly detection: DetectSpec }
  | {
      readonly kind: 'partition-window';
      /** Undefined: one partition a subtask. */
      readonly selector: KeySelector | undefined;
      readonly evaluation: PartitionEvaluation;
    }
  | {
      readonly kind: 'general-window';
      /** Undefined for windows over all records: their operator has one subtask. */
      readonly selector: KeySelector | undefined;
      readonly window: GeneralWindow;
      readonly lifecycle?: RichFunctions | undefined;
    }
  | {
      readonly kind: 'custom';
      /** Makes the operator of one subtask; see `operator.ts` for what it must guarantee. */
      readonly create: (context: OperatorContext) => Operator;
      /** True when records come by a second input. @default false */
      readonly hasSecondInput?: boolean;
    }
  | RelationalSpec
  | { readonly kind: 'sink'; readonly sink: SinkSpec<unknown> };

/** The tag under which a window operator emits records that came too late. */
export const LATE_OUTPUT = 'late';

/** The tag under which records that are none, or not valid, are handed out. */
export const DEAD_LETTER_OUTPUT = 'dead-letters';
