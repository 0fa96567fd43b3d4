// Two streams with types of their own as the two inputs of one operator. In which order the engine takes records of the
// two is not fixed; the records of each come in their order. Event time is the earlier of the two.

import type { z } from 'zod';
import type { Key } from '../core/key-group.ts';
import type {
  CoProcessFunctions,
  KeyedCoProcessFunctions,
  OperatorSpec,
} from '../operators/spec.ts';
import { recordTypeOf } from '../types/schema.ts';
import { type CustomCoOperator, customSpec, type Transformation } from './custom-operator.ts';
import type { CoProcess, KeyedCoProcess } from './process-functions.ts';
import type { Declared } from './states.ts';
import { type KeyedStream, OperatorStream, Stream } from './stream.ts';
import { type KeyedHandle, StreamHandle } from './stream-handle.ts';

/** What every operator over two streams may say of its results. */
interface ResultOptions<Out> {
  readonly type?: z.ZodType<Out>;
}

/**
 * Two streams into one operator: `connect(orders, rates).process({ onLeft, onRight })`. Two keyed streams need keys of the
 * same type: then state and timers belong to the key, whichever side its records come from.
 */
export function connect<Left, Right, K extends Key>(
  left: KeyedStream<Left, K, unknown>,
  right: KeyedStream<Right, NoInfer<K>, unknown>,
): KeyedConnectedStreams<Left, Right, K>;
export function connect<Left, Right>(
  left: Stream<Left>,
  right: Stream<Right>,
): ConnectedStreams<Left, Right>;
export function connect(
  left: Stream<unknown> | KeyedStream<unknown, Key, unknown>,
  right: Stream<unknown> | KeyedStream<unknown, Key, unknown>,
): unknown {
  if (left instanceof Stream || right instanceof Stream) {
    return new ConnectedStreams(left.handle as StreamHandle, right.handle as StreamHandle);
  }
  return new KeyedConnectedStreams(left.handle, right.handle);
}

/** Two streams without a common key. */
export class ConnectedStreams<Left, Right> {
  readonly #left: StreamHandle;
  readonly #right: StreamHandle;

  constructor(left: StreamHandle, right: StreamHandle) {
    this.#left = left;
    this.#right = right;
  }

  /** One result a record, of either side. */
  map<OfLeft, OfRight>(
    onLeft: (value: Left) => OfLeft,
    onRight: (value: Right) => OfRight,
    options: ResultOptions<OfLeft | OfRight> = {},
  ): OperatorStream<OfLeft | OfRight> {
    const functions: CoProcess<Left, Right, OfLeft | OfRight> = {
      onLeft: (value, context) => {
        context.emit(onLeft(value));
      },
      onRight: (value, context) => {
        context.emit(onRight(value));
      },
    };
    return this.process(functions, options).named('co-map');
  }

  /** Any number of results a record, of either side. */
  flatMap<OfLeft, OfRight>(
    onLeft: (value: Left) => Iterable<OfLeft>,
    onRight: (value: Right) => Iterable<OfRight>,
    options: ResultOptions<OfLeft | OfRight> = {},
  ): OperatorStream<OfLeft | OfRight> {
    const functions: CoProcess<Left, Right, OfLeft | OfRight> = {
      onLeft: (value, context) => {
        for (const result of onLeft(value)) context.emit(result);
      },
      onRight: (value, context) => {
        for (const result of onRight(value)) context.emit(result);
      },
    };
    return this.process(functions, options).named('co-flat-map');
  }

  /** An operator of your own with two inputs. */
  transform<Out>(
    transformation: Transformation<Out, CustomCoOperator<Left, Right>>,
  ): OperatorStream<Out> {
    const sides = { left: this.#left, right: this.#right };
    const spec = customSpec(transformation, [], true);
    return addCoOperator(spec, sides, transformation).named(transformation.name);
  }

  /** Full control: timestamps, watermarks, side outputs, counters. */
  process<Out>(
    functions: CoProcess<Left, Right, Out>,
    options: ResultOptions<Out> = {},
  ): OperatorStream<Out> {
    const spec: OperatorSpec = {
      kind: 'co-process',
      functions: functions as unknown as CoProcessFunctions,
    };
    return addCoOperator(spec, { left: this.#left, right: this.#right }, options);
  }
}

/** Two streams with keys of one type: all records of a key, of both sides, go to one subtask. */
export class KeyedConnectedStreams<Left, Right, K extends Key> {
  readonly #left: KeyedHandle;
  readonly #right: KeyedHandle;

  constructor(left: KeyedHandle, right: KeyedHandle) {
    this.#left = left;
    this.#right = right;
  }

  /** An operator of your own with two inputs, which gets all records of a key; `create` is told how to find it. */
  transform<Out>(
    transformation: Transformation<
      Out,
      CustomCoOperator<Left, Right>,
      [keyOfLeft: (value: Left) => K, keyOfRight: (value: Right) => K]
    >,
  ): OperatorStream<Out> {
    const sides = { left: this.#left, right: this.#right };
    const keyOfLeft = sides.left.selector.keyOf as (value: Left) => K;
    const keyOfRight = sides.right.selector.keyOf as (value: Right) => K;
    const spec = customSpec(transformation, [keyOfLeft, keyOfRight], true);
    return addCoOperator(spec, sides, transformation).named(transformation.name);
  }

  /** Your own logic with state and timers that both sides share. */
  process<
    Out,
    Declarations extends Readonly<Record<string, Declared<unknown>>> = Readonly<
      Record<string, never>
    >,
  >(
    functions: KeyedCoProcess<Left, Right, K, Out, Declarations>,
    options: ResultOptions<Out> = {},
  ): OperatorStream<Out> {
    const spec: OperatorSpec = {
      kind: 'keyed-co-process',
      left: this.#left.selector,
      right: this.#right.selector,
      functions: {
        ...functions,
        state: functions.state ?? {},
      } as unknown as KeyedCoProcessFunctions,
    };
    return addCoOperator(spec, { left: this.#left, right: this.#right }, options);
  }
}

/** Adds an operator with the left side as its first input and the right side as its second. */
function addCoOperator<Out>(
  spec: OperatorSpec,
  sides: { readonly left: StreamHandle | KeyedHandle; readonly right: StreamHandle | KeyedHandle },
  { type }: ResultOptions<Out>,
): OperatorStream<Out> {
  const builder =
    sides.left instanceof StreamHandle ? sides.left.builder : sides.left.stream.builder;
  const node = builder.add(spec, {
    name: 'co-process',
    inputs: [...sides.left.edges(0), ...sides.right.edges(1)],
    outputType: type === undefined ? undefined : recordTypeOf(type),
  });
  return new OperatorStream(builder, node);
}
