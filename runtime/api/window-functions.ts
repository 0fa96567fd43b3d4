// The shapes of window functions: what the job writes, what it is given, and what declarative aggregates give.

import type { z } from 'zod';
import type { Evictor, Trigger, WindowFunctionContext } from '../operators/general-window-spec.ts';
import type { TimeWindow } from '../operators/spec.ts';
import type { Numbers } from './aggregate.ts';
import type { Rich } from './process-functions.ts';
import type { Declared, StatesOf } from './states.ts';

/** States by name, as `state: { total: valueState<number>() }` declares them. */
export type Declarations = Readonly<Record<string, Declared<unknown>>>;

/** No states. */
export type NoStates = Readonly<Record<string, never>>;

/** With `type`, results are laid out by that schema when they cross threads. */
export interface ResultOptions<Out> {
  readonly type?: z.ZodType<Out>;
}

/** How windows differ from the plainest: fired once, at their end, with all they hold. */
export interface WindowOptions<T> {
  /** When windows fire; replaces the default of the windows. */
  readonly trigger?: Trigger<T>;
  /** Which records a window goes on with when it fires. */
  readonly evictor?: Evictor<T>;
  /**
   * How long after its end a window in event time still takes records, and fires again for each.
   * @default 0
   */
  readonly allowedLatenessMs?: number;
}

/** What a window function may do. Results carry the window's last millisecond as their timestamp. */
export interface WindowContext<K, Out, State, WindowState> extends Omit<
  WindowFunctionContext,
  'emit' | 'key' | 'state' | 'windowState'
> {
  readonly key: K;
  /** The states of the key, whatever the window. */
  readonly state: StatesOf<State>;
  /** The states of the key and window: what an earlier firing of the same window left. */
  readonly windowState: StatesOf<WindowState>;
  readonly emit: (value: Out) => void;
}

/** The functions of a window: `In` is its records, or what an aggregate made of them. */
export interface WindowProcess<In, K, Out, State, WindowState> extends Rich {
  /** States of the key, by name. */
  readonly state?: State;
  /** States of the key and window, by name; dropped when the window is over. Not with merging windows. */
  readonly windowState?: WindowState;
  /** The window fires. */
  readonly onWindow: (input: In, context: WindowContext<K, Out, State, WindowState>) => void;
  /** The window is over. */
  readonly onClear?: (context: WindowContext<K, Out, State, WindowState>) => void;
}

/** What a result says of its window. */
export interface WindowBounds {
  readonly windowStartMs: number;
  readonly windowEndMs: number;
}

/** What a result says of a window without bounds: nothing. */
export type NoBounds = unknown;

/** The result of declarative aggregates: what names it (the key's fields, the window's bounds), and a number a column. */
export type AggregateResult<KeyFields, Columns, Bounds = WindowBounds> = KeyFields &
  Bounds &
  Numbers<Columns>;

/** Makes a result of an aggregate's, seeing the key and the window. */
export type ToResult<In, K, Out> = (input: In, key: K, window: TimeWindow) => Out;

/** Either form of what is done with a window's input, whatever the types. */
export type Then =
  | ToResult<never, never, unknown>
  | (Rich & {
      readonly state?: Declarations;
      readonly windowState?: Declarations;
      readonly onWindow: (input: never, context: never) => void;
      readonly onClear?: (context: never) => void;
    });
