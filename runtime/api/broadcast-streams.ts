// A stream beside one that all subtasks get whole: rules, rates, switches. What the broadcast side says is kept in maps, the
// same in every subtask.

import type { z } from 'zod';
import type { Key } from '../core/key-group.ts';
import type { LogicalNode } from '../graph/logical.ts';
import type {
  BroadcastFunctions,
  KeyedBroadcastFunctions,
  OperatorSpec,
} from '../operators/spec.ts';
import { recordTypeOf } from '../types/schema.ts';
import type {
  BroadcastDeclarations,
  BroadcastProcess,
  KeyedBroadcastProcess,
} from './process-functions.ts';
import type { Declared } from './states.ts';
import { KeyedStream, OperatorStream, type Stream } from './stream.ts';
import type { KeyedHandle, StreamHandle } from './stream-handle.ts';

/** What every operator with a broadcast side may say of its results. */
interface ResultOptions<Out> {
  readonly type?: z.ZodType<Out>;
}

/**
 * A stream, keyed or not, and one whose every record goes to all subtasks:
 * `connectBroadcast(payments.keyBy('card'), rules).process({ broadcast, onRecord, onBroadcast })`.
 */
export function connectBroadcast<Main, Side, K extends Key>(
  main: KeyedStream<Main, K, unknown>,
  broadcast: Stream<Side>,
): KeyedBroadcastStreams<Main, Side, K>;
export function connectBroadcast<Main, Side>(
  main: Stream<Main>,
  broadcast: Stream<Side>,
): BroadcastStreams<Main, Side>;
export function connectBroadcast(
  main: Stream<unknown> | KeyedStream<unknown, Key, unknown>,
  broadcast: Stream<unknown>,
): unknown {
  return main instanceof KeyedStream
    ? new KeyedBroadcastStreams(main.handle, broadcast.handle)
    : new BroadcastStreams(main.handle, broadcast.handle);
}

/** A stream and its broadcast side. */
export class BroadcastStreams<Main, Side> {
  readonly #main: StreamHandle;
  readonly #broadcast: StreamHandle;

  constructor(main: StreamHandle, broadcast: StreamHandle) {
    this.#main = main;
    this.#broadcast = broadcast;
  }

  /** Your own logic; only `onBroadcast` may write the broadcast states. */
  process<Out, Broadcast extends BroadcastDeclarations>(
    functions: BroadcastProcess<Main, Side, Out, Broadcast>,
    options: ResultOptions<Out> = {},
  ): OperatorStream<Out> {
    const spec: OperatorSpec = {
      kind: 'broadcast',
      functions: {
        ...functions,
        broadcast: Object.keys(functions.broadcast),
      } as unknown as BroadcastFunctions,
    };
    const { builder } = this.#main;
    return new OperatorStream(builder, add(spec, [this.#main, this.#broadcast], options.type));
  }
}

/** A keyed stream and its broadcast side. */
export class KeyedBroadcastStreams<Main, Side, K extends Key> {
  readonly #main: KeyedHandle;
  readonly #broadcast: StreamHandle;

  constructor(main: KeyedHandle, broadcast: StreamHandle) {
    this.#main = main;
    this.#broadcast = broadcast;
  }

  /** Your own logic with state and timers of the main side's keys; only `onBroadcast` may write the broadcast states. */
  process<
    Out,
    Broadcast extends BroadcastDeclarations,
    Declarations extends Readonly<Record<string, Declared<unknown>>> = Readonly<
      Record<string, never>
    >,
  >(
    functions: KeyedBroadcastProcess<K, Main, Side, Out, Declarations, Broadcast>,
    options: ResultOptions<Out> = {},
  ): OperatorStream<Out> {
    const spec: OperatorSpec = {
      kind: 'keyed-broadcast',
      selector: this.#main.selector,
      functions: {
        ...functions,
        state: functions.state ?? {},
        broadcast: Object.keys(functions.broadcast),
      } as unknown as KeyedBroadcastFunctions,
    };
    const { builder } = this.#main.stream;
    return new OperatorStream(builder, add(spec, [this.#main, this.#broadcast], options.type));
  }
}

function add(
  spec: OperatorSpec,
  [main, broadcast]: readonly [StreamHandle | KeyedHandle, StreamHandle],
  type: z.ZodType | undefined,
): LogicalNode {
  return broadcast.builder.add(spec, {
    name: 'broadcast-process',
    inputs: [...main.edges(0), ...broadcast.partitioned({ kind: 'broadcast' }).edges(1)],
    outputType: type === undefined ? undefined : recordTypeOf(type),
  });
}
