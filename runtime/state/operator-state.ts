// State that belongs to a subtask and not to a key: offsets of a source, buffers of a sink. And how it is dealt out when a
// job starts again with another parallelism; broadcast state has its own store, but the rule is here with the others.
//   I1. Redistribution loses and repeats nothing: all elements of a list go to exactly one subtask, in order.
//   I2. The same parts give the same lists, whoever asks: every subtask can work out its own.

import { EngineError } from '../core/errors.ts';
import type { RecordType } from '../types/record-type.ts';

/**
 * How the parts of all subtasks become the parts of the new ones. `list`: an even share each (Flink: getListState).
 * `union`: everything to everyone, who picks (Flink: getUnionListState). `broadcast`: all parts are the same, everyone gets
 * one (Flink: getBroadcastState).
 */
export type Redistribution = 'list' | 'union' | 'broadcast';

/** Describes one state of a subtask; its name is the property it is declared under. */
export interface OperatorStateDescriptor {
  readonly redistribution: Redistribution;
  /** The type of an element; `any` when the job gave no schema. */
  readonly type?: RecordType | undefined;
}

/** A list of independent elements. */
export interface OperatorListState<T> {
  get(): readonly T[];
  add(value: T): void;
  addAll(values: Iterable<T>): void;
  /** Puts these elements in place of all. */
  update(values: readonly T[]): void;
  clear(): void;
}

/** The elements of each state of a subtask, by name. */
export type OperatorStateSnapshot = Readonly<Record<string, readonly unknown[]>>;

/** The operator state of one subtask. */
export interface OperatorStateStore {
  readonly states: Readonly<Record<string, OperatorListState<unknown>>>;
  /** True when the subtask began with the state of an earlier run, be it empty. */
  readonly isRestored: boolean;
  /** Copies of the lists; the elements are the stored ones: encode them before the next record. */
  snapshot(): OperatorStateSnapshot;
}

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

/** The snapshots of all old subtasks, in order of their index, as those of the new ones. */
export function redistribute(
  descriptors: Readonly<Record<string, OperatorStateDescriptor>>,
  snapshots: readonly OperatorStateSnapshot[],
  parallelism: number,
): readonly OperatorStateSnapshot[] {
  const dealt = Object.entries(descriptors).map(([name, { redistribution }]) => {
    const parts = snapshots.map((snapshot) => snapshot[name] ?? []);
    return [name, RULES[redistribution](parts, parallelism)] as const;
  });
  return Array.from({ length: parallelism }, (_, index) =>
    Object.fromEntries(dealt.map(([name, parts]) => [name, parts[index] ?? []])),
  );
}

type Parts = readonly (readonly unknown[])[];

const RULES: Readonly<Record<Redistribution, (parts: Parts, parallelism: number) => Parts>> = {
  list: redistributeList,
  union: redistributeUnion,
  broadcast: redistributeBroadcast,
};

/**
 * An even share each, in order; the first ones get one more where it does not come out even. At the old parallelism
 * everyone gets back its own (Flink: RoundRobinOperatorStateRepartitioner).
 */
export function redistributeList<T>(
  parts: readonly (readonly T[])[],
  parallelism: number,
): readonly (readonly T[])[] {
  checkParallelism(parallelism);
  if (parts.length === parallelism) return parts;
  const all = parts.flat();
  const share = Math.floor(all.length / parallelism);
  const rest = all.length % parallelism;
  const startOf = (index: number): number => index * share + Math.min(index, rest);
  return Array.from({ length: parallelism }, (_, index) =>
    all.slice(startOf(index), startOf(index + 1)),
  );
}

/** Everything to everyone. */
export function redistributeUnion<T>(
  parts: readonly (readonly T[])[],
  parallelism: number,
): readonly (readonly T[])[] {
  checkParallelism(parallelism);
  const all = parts.flat();
  return Array.from({ length: parallelism }, () => all);
}

/** Everyone's own again; new ones get a copy of one that is there, in turn. */
export function redistributeBroadcast<T>(parts: readonly T[], parallelism: number): readonly T[] {
  checkParallelism(parallelism);
  if (parts.length === 0) return [];
  return Array.from({ length: parallelism }, (_, index) => parts[index % parts.length] as T);
}

function checkParallelism(parallelism: number): void {
  if (Number.isInteger(parallelism) && parallelism > 0) return;
  throw new EngineError('JOB_INVALID', `State cannot be dealt out to ${parallelism} subtasks.`);
}
