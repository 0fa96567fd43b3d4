// What each subtask of an operator begins with when the job starts again, perhaps with another parallelism. Pure.
//   I1. Redistribution loses and repeats nothing: all elements of a list go to exactly one subtask, in order.
//   I2. The same parts give the same lists, whoever asks: every subtask can work out its own.

import { EngineError } from '../core/errors.ts';
import type {
  OperatorStateDescriptor,
  OperatorStateSnapshot,
  Redistribution,
} from './operator-state.ts';

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
