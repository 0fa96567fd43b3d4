// The legal ways of a job's status, as one table (Flink: JobStatus). Whatever is not in it is a bug.

import { invariant } from '../core/invariant.ts';
import type { JobStatus } from '../protocol/cluster-snapshot.ts';

const TRANSITIONS: Readonly<Record<JobStatus, readonly JobStatus[]>> = {
  INITIALIZING: ['CREATED', 'FAILED', 'CANCELED'],
  CREATED: ['RUNNING', 'FAILING', 'CANCELLING'],
  RUNNING: ['FINISHED', 'FAILING', 'CANCELLING'],
  FAILING: ['FAILED'],
  CANCELLING: ['CANCELED', 'FAILING'],
  FINISHED: [],
  FAILED: [],
  CANCELED: [],
};

/** True when nothing follows. */
export function isTerminal(status: JobStatus): boolean {
  return TRANSITIONS[status].length === 0;
}

/** A job's status and when each was entered. */
export class JobStatusHistory {
  readonly enteredMs: Partial<Record<JobStatus, number>>;
  #status: JobStatus = 'INITIALIZING';

  constructor(nowMs: number) {
    this.enteredMs = { INITIALIZING: nowMs };
  }

  get status(): JobStatus {
    return this.#status;
  }

  enter(next: JobStatus, nowMs: number): void {
    invariant(
      TRANSITIONS[this.#status].includes(next),
      `a job goes from ${this.#status} to ${next}`,
    );
    this.#status = next;
    this.enteredMs[next] = nowMs;
  }
}
