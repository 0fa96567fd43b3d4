// The shapes of process functions: what the job writes, and what it is given while it runs.

import type { KeyedProcessContext, OpenContext, ProcessContext } from '../operators/spec.ts';
import type { MapState, ReadonlyMapState } from '../state/state.ts';
import type { Declared, StatesOf } from './states.ts';

/** What a process function may do besides returning nothing. */
export interface StreamContext<Out> extends Omit<ProcessContext, 'emit'> {
  readonly emit: (value: Out) => void;
}

/** What a keyed process function may do besides returning nothing. */
export interface KeyedStreamContext<K, Out, Declarations> extends Omit<
  KeyedProcessContext,
  'emit' | 'key' | 'state'
> {
  readonly key: K;
  readonly state: StatesOf<Declarations>;
  readonly emit: (value: Out) => void;
}

/** What is called in every subtask before the first record and after the last, to open and close what records need. */
export interface Rich {
  readonly open?: (context: OpenContext) => void | Promise<void>;
  /** Also after a failure. */
  readonly close?: () => void | Promise<void>;
}

/** The functions of a process operator. */
export interface Process<T, Out> extends Rich {
  readonly onRecord: (value: T, context: StreamContext<Out>) => void;
}

/** The states of a keyed process function, and what it does when a timer of a key is due. */
interface KeyedTimers<K, Out, Declarations> extends Rich {
  /** The states, by name. */
  readonly state?: Declarations;
  /** An event-time timer of the key is due: the watermark has reached it. */
  readonly onEventTimer?: (
    timeMs: number,
    context: KeyedStreamContext<K, Out, Declarations>,
  ) => void;
  /** A processing-time timer of the key is due. */
  readonly onProcessingTimer?: (
    timeMs: number,
    context: KeyedStreamContext<K, Out, Declarations>,
  ) => void;
}

/** The functions of a keyed process operator. */
export interface KeyedProcess<T, K, Out, Declarations> extends KeyedTimers<K, Out, Declarations> {
  readonly onRecord: (value: T, context: KeyedStreamContext<K, Out, Declarations>) => void;
}

/** The functions of a process operator over two connected streams. */
export interface CoProcess<Left, Right, Out> extends Rich {
  readonly onLeft: (value: Left, context: StreamContext<Out>) => void;
  readonly onRight: (value: Right, context: StreamContext<Out>) => void;
}

/** The functions of a process operator over two keyed streams: a key's states and timers belong to both. */
export interface KeyedCoProcess<Left, Right, K, Out, Declarations> extends KeyedTimers<
  K,
  Out,
  Declarations
> {
  readonly onLeft: (value: Left, context: KeyedStreamContext<K, Out, Declarations>) => void;
  readonly onRight: (value: Right, context: KeyedStreamContext<K, Out, Declarations>) => void;
}

/** Broadcast states, by name: maps. */
export type BroadcastDeclarations = Readonly<Record<string, Declared<MapState<unknown, unknown>>>>;

/** The broadcast states as the main side sees them. */
export type BroadcastViews<Broadcast> = {
  readonly [Name in keyof Broadcast]: StatesOf<Broadcast>[Name] extends MapState<infer K, infer V>
    ? ReadonlyMapState<K, V>
    : never;
};

/** What the main side of a broadcast operator may do. */
export interface BroadcastReadContext<Out, Broadcast> extends StreamContext<Out> {
  readonly broadcast: BroadcastViews<Broadcast>;
}

/** What the broadcast side may do. */
export interface BroadcastWriteContext<Out, Broadcast> extends StreamContext<Out> {
  readonly broadcast: StatesOf<Broadcast>;
}

/** The functions of an operator with a broadcast side. */
export interface BroadcastProcess<Main, Side, Out, Broadcast> extends Rich {
  /** Maps that `onBroadcast` writes and everybody reads. */
  readonly broadcast: Broadcast;
  readonly onRecord: (value: Main, context: BroadcastReadContext<Out, Broadcast>) => void;
  readonly onBroadcast: (value: Side, context: BroadcastWriteContext<Out, Broadcast>) => void;
}

/** What the main side of a keyed broadcast operator may do. */
export interface KeyedBroadcastReadContext<
  K,
  Out,
  Declarations,
  Broadcast,
> extends KeyedStreamContext<K, Out, Declarations> {
  readonly broadcast: BroadcastViews<Broadcast>;
}

/** What the broadcast side of a keyed operator may do: it has no key, but may visit all of them. */
export interface KeyedBroadcastWriteContext<
  K,
  Out,
  Declarations,
  Broadcast,
> extends BroadcastWriteContext<Out, Broadcast> {
  /** Every key of this subtask for which the named state holds something; `visit` may change it. */
  readonly forEachKey: <Name extends keyof Declarations & string>(
    name: Name,
    visit: (key: K, state: StatesOf<Declarations>[Name]) => void,
  ) => void;
}

/** The functions of a keyed operator with a broadcast side. */
export interface KeyedBroadcastProcess<K, Main, Side, Out, Declarations, Broadcast> extends Rich {
  /** Maps that `onBroadcast` writes and everybody reads. */
  readonly broadcast: Broadcast;
  /** The keyed states, by name. */
  readonly state?: Declarations;
  readonly onRecord: (
    value: Main,
    context: KeyedBroadcastReadContext<K, Out, Declarations, Broadcast>,
  ) => void;
  readonly onBroadcast: (
    value: Side,
    context: KeyedBroadcastWriteContext<K, Out, Declarations, Broadcast>,
  ) => void;
  readonly onEventTimer?: (
    timeMs: number,
    context: KeyedBroadcastReadContext<K, Out, Declarations, Broadcast>,
  ) => void;
  readonly onProcessingTimer?: (
    timeMs: number,
    context: KeyedBroadcastReadContext<K, Out, Declarations, Broadcast>,
  ) => void;
}
