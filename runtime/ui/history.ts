// The last minutes of each job's input rate, kept by the page itself: the coordinator reports the present only.
//   I1. At most `SAMPLES_MAX` samples a job, and only jobs of the newest snapshot are kept.

import { summarizeJob } from './figures.ts';
import type { SnapshotResponse } from '../server/schema.ts';

/** Two minutes at a sample a second. */
export const SAMPLES_MAX = 120;

/** Records read per second by job id, oldest first. */
export type RateHistory = ReadonlyMap<string, readonly number[]>;

/** The history with one more sample of every job. */
export function extendHistory(history: RateHistory, snapshot: SnapshotResponse): RateHistory {
  return new Map(
    snapshot.jobs.map((job) => {
      const before = history.get(job.id) ?? [];
      return [job.id, [...before, summarizeJob(job).readPerSecond].slice(-SAMPLES_MAX)]; // I1
    }),
  );
}
