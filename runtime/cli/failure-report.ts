// How a failed job is told at the terminal: what, where, which record, and the stack of the function that threw.

import type { JobSnapshot } from '../protocol/cluster-snapshot.ts';

const STACK_LINES_MAX = 12;

/** Lines for a failed job; the first one alone says what happened. */
export function renderFailure(job: JobSnapshot): readonly string[] {
  const first = job.failures.at(-1);
  if (first === undefined) return [`${job.name} ended as ${job.status}.`];
  const { error, taskName, workerId } = first;
  const lines = [`${job.name} failed (${error.code}): ${error.message}`];
  if (taskName !== undefined) lines.push(`  task      ${taskName}`);
  if (workerId !== undefined) lines.push(`  worker    ${workerId}`);
  for (const [name, value] of Object.entries(error.details ?? {})) {
    lines.push(`  ${name.padEnd(9)} ${value}`);
  }
  if (error.code === 'USER_FUNCTION_FAILED' || error.code === 'INVARIANT_BROKEN') {
    const stack = (error.stack ?? '').split('\n').slice(0, STACK_LINES_MAX);
    lines.push(...stack.map((line) => `  ${line.trim()}`));
  }
  return lines;
}
