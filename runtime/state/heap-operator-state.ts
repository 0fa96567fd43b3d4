// The lists of one subtask, on the heap.

import type {
  OperatorListState,
  OperatorStateDescriptor,
  OperatorStateSnapshot,
  OperatorStateStore,
} from './operator-state.ts';

/** The lists of one subtask on the heap. */
export class HeapOperatorState implements OperatorStateStore {
  readonly states: Readonly<Record<string, HeapOperatorList>>;
  readonly isRestored: boolean;

  /** `restored`: what `redistribute` gave for this subtask. */
  constructor(
    descriptors: Readonly<Record<string, OperatorStateDescriptor>>,
    restored?: OperatorStateSnapshot,
  ) {
    this.isRestored = restored !== undefined;
    this.states = Object.fromEntries(
      Object.keys(descriptors).map((name) => [name, new HeapOperatorList(restored?.[name] ?? [])]),
    );
  }

  snapshot(): OperatorStateSnapshot {
    const lists = Object.entries(this.states).map(([name, state]) => [name, [...state.get()]]);
    return Object.fromEntries(lists) as OperatorStateSnapshot;
  }
}

class HeapOperatorList implements OperatorListState<unknown> {
  #elements: unknown[];

  constructor(elements: readonly unknown[]) {
    this.#elements = [...elements];
  }

  get(): readonly unknown[] {
    return this.#elements;
  }

  add(value: unknown): void {
    this.#elements.push(value);
  }

  addAll(values: Iterable<unknown>): void {
    for (const value of values) this.#elements.push(value);
  }

  update(values: readonly unknown[]): void {
    this.#elements = [...values];
  }

  clear(): void {
    this.#elements = [];
  }
}
