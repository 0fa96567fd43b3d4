// The answers to the queries of the Nexmark suite by plain loops over all events, for comparing the engine's with, at any
// number of events, rate and disorder. Nothing of the engine is in here. Not answered: q12, whose windows depend on when the
// events are read (only its total is known: the number of bids).

import type { NexmarkEvent } from '../../../runtime/jobs/nexmark/events.ts';
import { q0, q1, q10, q13, q14, q2, q21, q22 } from './bid-answers.ts';
import { q20, q23, q3, q4, q6, q9 } from './join-answers.ts';
import { q15, q16, q17, q18, q19 } from './statistics-answers.ts';
import { eventsByKind, type Events, type Row } from './table.ts';
import { q11, q5, q7, q8 } from './window-answers.ts';

const ANSWERS: Readonly<Record<string, (events: Events) => Row[]>> = {
  ...{ q0, q1, q2, q3, q4, q5, q6, q7, q8, q9, q10, q11, q13, q14, q15, q16, q17, q18, q19 },
  ...{ q20, q21, q22, q23 },
};

/** The queries that `referenceRows` answers. */
export const ANSWERED_QUERIES: readonly string[] = Object.keys(ANSWERS);

/** The rows of a query's final answer, each as a line of JSON, sorted. */
export function referenceRows(query: string, events: readonly NexmarkEvent[]): readonly string[] {
  const answer = ANSWERS[query];
  if (answer === undefined) throw new Error(`there is no reference answer to ${query}`);
  return answer(eventsByKind(events))
    .map((row) => JSON.stringify(row))
    .sort();
}
