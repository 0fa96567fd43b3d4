// How a keyed process function declares its state: `state: { total: valueState<number>() }`. The name is the property. A
// schema in place of the type parameter also says how the state is stored: `valueState(z.object({ total: z.number() }))`.

import { z } from 'zod';

import { EngineError } from '../core/errors.ts';
import type {
  AggregatingState,
  ListState,
  MapState,
  ReducingState,
  StateDescriptor,
  StateTtl,
  ValueState,
} from '../state/state.ts';
import { recordTypeOf } from '../types/schema.ts';
import type { AggregateFunction } from './aggregate.ts';

declare const held: unique symbol;

/** A declaration that carries the type of the state it declares. */
export type Declared<State> = StateDescriptor & { readonly [held]?: State };

/** The states that a set of declarations gives. */
export type StatesOf<Declarations> = {
  readonly [Name in keyof Declarations]: Declarations[Name] extends Declared<infer State>
    ? State
    : never;
};

/** How long state lives, by the clock of the machine: `ttl: { ms: 3_600_000 }`. Without it, until it is cleared. */
export interface TtlOptions {
  readonly ms: number;
  /** What starts an entry's time anew. @default 'on-create-and-write' */
  readonly update?: StateTtl['update'];
  /** Whether an entry that has expired but still lies there is read once more. @default 'never-return-expired' */
  readonly visibility?: StateTtl['visibility'];
  /**
   * How expired entries go that nobody reads: with each access to the state, or each record, some keys are looked at.
   * @default { keys: 5, each: 'access' }
   */
  readonly cleanup?: StateTtl['cleanup'];
}

/** What every state may be declared with. */
export interface StateOptions {
  readonly ttl?: TtlOptions;
}

/** Of a value state: what is read before the first write; an object is copied for each reader. */
export interface DefaultOption<T> {
  readonly default: T;
}

/** One value a key. */
export function valueState<Schema extends z.ZodType>(
  schema: Schema,
  options: StateOptions & DefaultOption<z.output<Schema>>,
): Declared<ValueState<z.output<Schema>, z.output<Schema>>>;
export function valueState<Schema extends z.ZodType>(
  schema: Schema,
  options?: StateOptions,
): Declared<ValueState<z.output<Schema>>>;
export function valueState<T>(options: StateOptions & DefaultOption<T>): Declared<ValueState<T, T>>;
export function valueState<T>(options?: StateOptions): Declared<ValueState<T>>;
export function valueState(
  first?: z.ZodType | (StateOptions & Partial<DefaultOption<unknown>>),
  second?: StateOptions & Partial<DefaultOption<unknown>>,
): StateDescriptor {
  const options = (isSchema(first) ? second : first) ?? {};
  return { kind: 'value', ...describe(first, options), default: options.default };
}

/** A list a key. The schema is of an element. */
export function listState<Schema extends z.ZodType>(
  schema: Schema,
  options?: StateOptions,
): Declared<ListState<z.output<Schema>>>;
export function listState<T>(options?: StateOptions): Declared<ListState<T>>;
export function listState(
  first?: z.ZodType | StateOptions,
  second?: StateOptions,
): StateDescriptor {
  return { kind: 'list', ...describe(first, isSchema(first) ? second : first) };
}

/** A map a key. The schemas are of its keys and values. */
export function mapState<KeySchema extends z.ZodType, Schema extends z.ZodType>(
  keySchema: KeySchema,
  schema: Schema,
  options?: StateOptions,
): Declared<MapState<z.output<KeySchema>, z.output<Schema>>>;
export function mapState<K, V>(options?: StateOptions): Declared<MapState<K, V>>;
export function mapState(
  first?: z.ZodType | StateOptions,
  schema?: z.ZodType,
  options?: StateOptions,
): StateDescriptor {
  if (!isSchema(first)) return { kind: 'map', ...describe(undefined, first) };
  return { kind: 'map', mapKeyType: recordTypeOf(first), ...describe(schema, options) };
}

/** A value a key into which each added one is combined: `reducingState((left: number, right) => left + right)`. */
export function reducingState<Schema extends z.ZodType>(
  schema: Schema,
  reduce: (left: z.output<Schema>, right: z.output<Schema>) => z.output<Schema>,
  options?: StateOptions,
): Declared<ReducingState<z.output<Schema>>>;
export function reducingState<T>(
  reduce: (left: T, right: T) => T,
  options?: StateOptions,
): Declared<ReducingState<T>>;
export function reducingState(
  first: z.ZodType | Reduce,
  second?: Reduce | StateOptions,
  third?: StateOptions,
): StateDescriptor {
  const [schema, reduce, options] = isSchema(first)
    ? [first, second, third]
    : [undefined, first, second];
  return {
    kind: 'reducing',
    reduce: reduce as Reduce,
    ...describe(schema, options as StateOptions | undefined),
  };
}

type Reduce = (left: unknown, right: unknown) => unknown;

/** Of an aggregating state, besides what every state may have: a schema of its accumulator. */
export interface AggregatingOptions<Accumulator> extends StateOptions {
  readonly accumulator?: z.ZodType<Accumulator>;
}

/** An accumulator a key, of which the result is read; `add` may change and return the accumulator it was given. */
export function aggregatingState<In, Accumulator, Out>(
  aggregate: AggregateFunction<In, Accumulator, Out> & AggregatingOptions<Accumulator>,
): Declared<AggregatingState<In, Out>> {
  const { accumulator } = aggregate;
  return {
    kind: 'aggregating',
    create: () => aggregate.create(),
    add: (before, value) => aggregate.add(before as Accumulator, value as In),
    result: (last) => aggregate.result(last as Accumulator),
    ...describe(accumulator, aggregate),
  };
}

function isSchema(argument: unknown): argument is z.ZodType {
  return argument instanceof z.ZodType;
}

function describe(
  schema: unknown,
  { ttl }: StateOptions = {},
): Pick<StateDescriptor, 'type' | 'ttl'> {
  return {
    ...(isSchema(schema) ? { type: recordTypeOf(schema) } : {}),
    ...(ttl === undefined ? {} : { ttl: completeTtl(ttl) }),
  };
}

function completeTtl(options: TtlOptions): StateTtl {
  const { ms, update = 'on-create-and-write', visibility = 'never-return-expired' } = options;
  const { cleanup = { keys: 5, each: 'access' } } = options;
  if (!(ms > 0)) {
    throw new EngineError('JOB_INVALID', `The TTL of a state is ${ms} ms: use more than 0.`);
  }
  if (cleanup !== 'on-read-only' && !(Number.isInteger(cleanup.keys) && cleanup.keys > 0)) {
    throw new EngineError(
      'JOB_INVALID',
      `The cleanup of a state looks at ${cleanup.keys} keys at a time: use a whole number above 0, ` +
        "or 'on-read-only'.",
    );
  }
  return { ms, update, visibility, cleanup };
}
