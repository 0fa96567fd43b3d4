// Whether a job that has ended is run again, from its beginning, and after which pause. Pure: facts in, a decision out;
// supervise-job.ts carries it out. Flink's exponential-delay strategy, with its defaults.
//   I1. A job that finished or was canceled is never run again.
//   I2. Of a failure only the table of errors is asked: `restart-job`, or not.
//   I3. The more failures in a row, the longer the pause, up to a bound; a long time without one begins the row anew.

import { ERROR_KINDS, type ErrorRecord } from '../core/errors.ts';
import type { JobStatus } from '../protocol/cluster-snapshot.ts';

const DELAY_GROWTH = 1.5;
/** So that the jobs of many clusters do not come back at the same moment. */
const DELAY_JITTER = 0.1;
/** A job that ran for so long has overcome what made it fail before. */
const QUIET_MS = 3_600_000;

/** From the settings. */
export interface RestartPolicy {
  readonly restartDelayMs: number;
  readonly restartDelayMaxMs: number;
  /** Most restarts in a row; no bound when undefined. */
  readonly restartCountMax: number | undefined;
}

/** How an attempt ended; nothing inferred. */
export interface AttemptEnd {
  readonly status: JobStatus;
  readonly failure: ErrorRecord | undefined;
  /** How long it ran; 0 when it never did. */
  readonly ranMs: number;
  /** Restarts in a row that led to this attempt. */
  readonly restartCount: number;
}

/** What the shell must do next. */
export type RestartDecision =
  | { readonly kind: 'rest'; readonly because: 'done' | 'failed for good' | 'too many restarts' }
  | {
      readonly kind: 'restart';
      readonly delayMs: number;
      /** Restarts in a row, this one included. */
      readonly restartCount: number;
    };

/** Same facts and chance (0 to 1), same decision. */
export function decideRestart(
  end: AttemptEnd,
  policy: RestartPolicy,
  chance: number,
): RestartDecision {
  if (end.status !== 'FAILED' || end.failure === undefined)
    return { kind: 'rest', because: 'done' }; // I1
  if (ERROR_KINDS[end.failure.code].retry !== 'restart-job') {
    return { kind: 'rest', because: 'failed for good' }; // I2
  }
  const before = end.ranMs >= QUIET_MS ? 0 : end.restartCount; // I3
  const { restartDelayMs, restartDelayMaxMs, restartCountMax } = policy;
  if (restartCountMax !== undefined && before >= restartCountMax) {
    return { kind: 'rest', because: 'too many restarts' };
  }
  const delayMs = Math.min(restartDelayMs * DELAY_GROWTH ** before, restartDelayMaxMs);
  const jitter = 1 + DELAY_JITTER * (2 * chance - 1);
  return { kind: 'restart', delayMs: Math.round(delayMs * jitter), restartCount: before + 1 };
}
