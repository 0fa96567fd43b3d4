// The queries that the suite has, by name, and those that a command line asks for.

import { EngineError } from 'millrace';
import type { CostlyColumn } from './generator.ts';
import { q0 } from './queries/q0.ts';
import { q1 } from './queries/q1.ts';
import { q14 } from './queries/q14.ts';
import { q2 } from './queries/q2.ts';
import { q21 } from './queries/q21.ts';
import { q22 } from './queries/q22.ts';
import type { NexmarkQuery } from './query.ts';

/** In the order in which `all` names them. */
export const QUERIES: readonly NexmarkQuery[] = [q0, q1, q2, q14, q21, q22];

/** `q5`, `q5,q7` or `all`. Throws `PARAMETERS_INVALID` that lists the queries there are. */
export function selectQueries(names: string): readonly NexmarkQuery[] {
  if (names === 'all') return QUERIES;
  return [...new Set(names.split(','))].map((name) => {
    const query = QUERIES.find((candidate) => candidate.name === name);
    if (query !== undefined) return query;
    const known = QUERIES.map((candidate) => candidate.name).join(', ');
    throw new EngineError(
      'PARAMETERS_INVALID',
      `nexmark: there is no query "${name}"; use ${known}, several joined by commas, or all`,
    );
  });
}

/** The columns that none of the queries looks at. */
export function unreadColumns(queries: readonly NexmarkQuery[]): readonly CostlyColumn[] {
  const all: readonly CostlyColumn[] = ['channel', 'extra'];
  return all.filter((column) => queries.every(({ unread = [] }) => unread.includes(column)));
}
