// Windows in general, as a job describes them: who assigns, who fires, who evicts, what is kept and what is called. The
// interfaces `WindowAssigner`, `Trigger` and `Evictor` are what a job may implement itself; the built-in triggers and evictors
// (`api/triggers.ts`, `api/evictors.ts`) are written against them and nothing else. `general-window.ts` runs all this.

import type { OutputTag } from './output-tag-spec.ts';
import type { Key } from '../core/key-group.ts';
import type { StateDescriptor } from '../state/state.ts';
import type { AggregateColumn, AlignedWindows, TimeWindow } from './window-spec.ts';

/** Which time windows are made of: that of the records, or that of the machine when it sees them. */
export type TimeKind = 'event' | 'processing';

/** What an assigner is told besides the record. */
export interface AssignerContext {
  readonly nowMs: number;
}

/** Windows that a merging assigner wants to be one. */
export interface WindowMerge {
  readonly into: TimeWindow;
  /** Two or more of the windows it was asked about. */
  readonly from: readonly TimeWindow[];
}

/** Your own way to put records into windows. */
export interface WindowAssigner<T> {
  /** Shown in plans. */
  readonly label: string;
  /** Decides what is late (event time only), the default trigger, and when a window's state is dropped. */
  readonly time: TimeKind;
  /** The windows of a record; `timestampMs` is its event time, also where `time` is 'processing'. */
  assign(value: T, timestampMs: number, context: AssignerContext): readonly TimeWindow[];
  /** Makes the assigner a merging one: which of a key's windows, given without duplicates by start, become one. */
  merge?(windows: readonly TimeWindow[]): Iterable<WindowMerge>;
}

/** Every way to put records into windows. */
export type WindowsSpec =
  | AlignedWindows
  | { readonly kind: 'processing-time'; readonly windows: AlignedWindows }
  | {
      readonly kind: 'session';
      readonly time: TimeKind;
      readonly gapMs: number | ((value: unknown) => number);
    }
  | { readonly kind: 'days'; readonly time: TimeKind; readonly timeZone: string }
  | { readonly kind: 'global' }
  | { readonly kind: 'custom'; readonly assigner: WindowAssigner<unknown> };

/** What happens to a window now: `fire` calls its function with what it holds, `purge` drops what it holds. */
export type TriggerResult = 'continue' | 'fire' | 'purge' | 'fire-and-purge';

/** What a trigger may do. Timers and `state` belong to the key and window at hand. */
export interface TriggerContext<State> {
  readonly window: TimeWindow;
  readonly key: Key;
  readonly watermarkMs: number;
  readonly nowMs: number;
  /** A value of the trigger's own, undefined until it is set; setting undefined drops it. Replace it, do not change it. */
  state: State | undefined;
  readonly registerEventTimer: (timeMs: number) => void;
  readonly deleteEventTimer: (timeMs: number) => void;
  readonly registerProcessingTimer: (timeMs: number) => void;
  readonly deleteProcessingTimer: (timeMs: number) => void;
}

/** Decides when windows fire. `onEventTime` and `onProcessingTime` do nothing where they are absent. */
export interface Trigger<T, State = unknown> {
  /** Shown in plans and messages. */
  readonly label: string;
  /** A record was added to a window. */
  onRecord(value: T, timestampMs: number, context: TriggerContext<State>): TriggerResult;
  /** The watermark has reached a timer of the window, its own or the one that ends the window: compare `timeMs`. */
  onEventTime?(timeMs: number, context: TriggerContext<State>): TriggerResult;
  /** The same for the clock. */
  onProcessingTime?(timeMs: number, context: TriggerContext<State>): TriggerResult;
  /**
   * Windows became one; the context is that of the new one, which has no state and no timers yet, and `states` are those of
   * the old ones. `clear` is called for each old one afterwards. A trigger without it cannot be used with merging windows.
   */
  onMerge?(context: TriggerContext<State>, states: readonly State[]): void;
  /** The window is over: delete its timers. Its state is dropped. */
  clear?(context: TriggerContext<State>): void;
}

/** A record of a window and its event time, `NO_TIMESTAMP` when it has none. */
export interface TimestampedRecord<T> {
  readonly value: T;
  readonly timestampMs: number;
}

/** What an evictor is told besides the records. */
export interface EvictorContext {
  readonly window: TimeWindow;
  readonly key: Key;
  readonly watermarkMs: number;
  readonly nowMs: number;
}

/** Removes records from a window that fires. Both functions return the records that stay, for good. */
export interface Evictor<T> {
  /** Shown in plans. */
  readonly label: string;
  /** Before the window's function sees the records, which are in order of arrival. */
  evictBefore?(
    records: readonly TimestampedRecord<T>[],
    context: EvictorContext,
  ): readonly TimestampedRecord<T>[];
  /** After it. */
  evictAfter?(
    records: readonly TimestampedRecord<T>[],
    context: EvictorContext,
  ): readonly TimestampedRecord<T>[];
}

/** Records folded into one accumulator as they come. */
export interface WindowFold {
  /** Undefined: the first record is the accumulator. */
  readonly create: (() => unknown) | undefined;
  readonly add: (accumulator: unknown, value: unknown) => unknown;
  /** Needed with merging windows. */
  readonly merge: ((left: unknown, right: unknown) => unknown) | undefined;
  readonly result: (accumulator: unknown) => unknown;
}

/** What the function of a window may do. Results carry the window's last millisecond as their timestamp. */
export interface WindowFunctionContext {
  readonly key: Key;
  readonly window: TimeWindow;
  /** The window's last millisecond. */
  readonly timestampMs: number;
  readonly watermarkMs: number;
  readonly nowMs: number;
  readonly state: Readonly<Record<string, unknown>>;
  readonly windowState: Readonly<Record<string, unknown>>;
  readonly emit: (value: unknown) => void;
  readonly output: <Side>(tag: OutputTag<Side>, value: NoInfer<Side>) => void;
  readonly count: (counter: string, by?: number) => void;
}

/** What is called when a window fires and when it is over. */
export interface WindowFunction {
  /** States of the key, whatever the window. */
  readonly state: Readonly<Record<string, StateDescriptor>>;
  /** States of the key and window, dropped when the window is over. */
  readonly windowState: Readonly<Record<string, StateDescriptor>>;
  /** `input` is an object of columns, the fold's result, or the records in order of arrival. */
  readonly onWindow: (input: unknown, context: WindowFunctionContext) => void;
  readonly onClear: ((context: WindowFunctionContext) => void) | undefined;
}

/** What windows keep of their records: what their function is given when they fire. */
export type WindowInput =
  | { readonly kind: 'columns'; readonly columns: readonly AggregateColumn[] }
  | { readonly kind: 'fold'; readonly fold: WindowFold }
  | { readonly kind: 'records' };

/** One window operator that is not of the plainest kind. */
export interface GeneralWindow {
  readonly windows: WindowsSpec;
  readonly trigger: Trigger<unknown>;
  readonly evictor: Evictor<unknown> | undefined;
  /** How long after its end a window in event time takes records, and fires again for them. */
  readonly allowedLatenessMs: number;
  readonly input: WindowInput;
  readonly function: WindowFunction;
}
