// What the operators of this folder that keep one value a key share: finding the key of a record, and its value.
//   I1. The value belongs to the key of the last `moveTo`; changing it in place is not a state change before `set`.

import { hashOfKey, type Key, keyGroupOfHash } from '../core/key-group.ts';
import { HeapKeyedState } from '../state/heap-keyed-state.ts';
import type { ValueState } from '../state/state.ts';
import type { OperatorContext } from './operator.ts';

/** One value a key, and the key at hand. */
export class KeyedValue<Value> {
  key: Key = '';
  keyGroup: number;
  readonly #store: HeapKeyedState;
  readonly #state: ValueState<Value>;
  readonly #maxParallelism: number;

  constructor(name: string, context: OperatorContext) {
    this.#store = new HeapKeyedState({ [name]: { kind: 'value' } }, context.keyGroups);
    this.#state = this.#store.states[name] as ValueState<Value>;
    this.#maxParallelism = context.maxParallelism;
    this.keyGroup = context.keyGroups.start;
  }

  moveTo(key: Key): void {
    this.key = key;
    this.keyGroup = keyGroupOfHash(hashOfKey(key), this.#maxParallelism);
    this.#store.setCurrentKey(key, this.keyGroup);
  }

  get(): Value | undefined {
    return this.#state.get();
  }

  set(value: Value): void {
    this.#state.set(value);
  }

  clear(): void {
    this.#state.clear();
  }
}
