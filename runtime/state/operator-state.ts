// State that belongs to a subtask and not to a key: offsets of a source, buffers of a sink. `redistribute.ts` deals it out
// when a job starts again with another parallelism; broadcast state has its own store, but the rule is with the others.
//   I1. What is read is the stored list: it changes through its methods only.

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
