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

/** The functions of a keyed process operator. */
export interface KeyedProcess<T, K, Out, Declarations> {
  /** The states, by name. */
  readonly state?: Declarations;
  readonly onRecord: (value: T, context: KeyedStreamContext<K, Out, Declarations>) => void;
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
