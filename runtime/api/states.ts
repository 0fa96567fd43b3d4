// How a keyed process function declares its state: `state: { total: valueState<number>() }`. The name is the property.

import type { ListState, MapState, StateDescriptor, ValueState } from '../state/state.ts';

declare const held: unique symbol;

/** A declaration that carries the type of the state it declares. */
export type Declared<State> = StateDescriptor & { readonly [held]?: State };

/** The states that a set of declarations gives. */
export type StatesOf<Declarations> = {
  readonly [Name in keyof Declarations]: Declarations[Name] extends Declared<infer State>
    ? State
    : never;
};

/** One value a key. */
export function valueState<T>(): Declared<ValueState<T>> {
  return { kind: 'value' };
}

/** A list a key. */
export function listState<T>(): Declared<ListState<T>> {
  return { kind: 'list' };
}

/** A map a key. */
export function mapState<K, V>(): Declared<MapState<K, V>> {
  return { kind: 'map' };
}
