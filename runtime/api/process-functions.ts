// The shapes of process functions: what the job writes, and what it is given while it runs.

import type { KeyedProcessContext, ProcessContext } from '../operators/spec.ts';
import type { StatesOf } from './states.ts';

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

/** The states of a keyed process function, and what it does when a timer of a key is due. */
interface KeyedTimers<K, Out, Declarations> {
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
export interface CoProcess<Left, Right, Out> {
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
