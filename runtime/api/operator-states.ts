// How a process function without keys declares state of its subtask: `state: { waiting: operatorListState<Order>() }`. What
// the subtasks hold is dealt out anew when the job starts with another parallelism.

import type { z } from 'zod';
import type { OperatorListState, OperatorStateDescriptor } from '../state/operator-state.ts';
import { recordTypeOf } from '../types/schema.ts';

declare const element: unique symbol;

/** A declaration that carries the type of an element. */
export type DeclaredList<T> = OperatorStateDescriptor & { readonly [element]?: T };

/** Declarations by name. */
export type DeclaredLists = Readonly<Record<string, DeclaredList<unknown>>>;

/** The states that a set of declarations gives. */
export type ListsOf<Declarations> = {
  readonly [Name in keyof Declarations]: Declarations[Name] extends DeclaredList<infer T>
    ? OperatorListState<T>
    : never;
};

/** A list a subtask; at another parallelism each gets an even share of all elements (Flink: getListState). */
export function operatorListState<T>(schema?: z.ZodType<T>): DeclaredList<T> {
  return declare('list', schema);
}

/** A list a subtask; after a restart each gets the elements of all, and keeps what it wants (Flink: getUnionListState). */
export function operatorUnionState<T>(schema?: z.ZodType<T>): DeclaredList<T> {
  return declare('union', schema);
}

function declare<T>(
  redistribution: 'list' | 'union',
  schema: z.ZodType<T> | undefined,
): DeclaredList<T> {
  return { redistribution, type: schema === undefined ? undefined : recordTypeOf(schema) };
}
