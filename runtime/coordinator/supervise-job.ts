// Keeps a job going: runs it, and after a failure that a new attempt may overcome, runs it again from its beginning. What to
// do is decided in restart.ts.
//   I1. Attempts never overlap: an attempt has ended only when all its slots are released or lost (JobExecution's I3).

import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import type { Random } from '../core/random.ts';
import type { JobProgram } from '../protocol/control.ts';
import type { Coordinator } from './coordinator.ts';
import type { JobExecution } from './job-execution.ts';
import { decideRestart, type RestartDecision, type RestartPolicy } from './restart.ts';

export interface SupervisionOptions {
  readonly policy: RestartPolicy;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

/** Resolves with the last attempt: finished, canceled, or failed for good. Throws what loading and planning throw. */
export async function superviseJob(
  coordinator: Coordinator,
  program: JobProgram,
  { policy, clock, random, log }: SupervisionOptions,
): Promise<JobExecution> {
  let restartCount = 0;
  let pauseMs = 0;
  for (let attempt = 1; ; attempt++) {
    const id = await coordinator.submit(program, { attempt, pauseMs });
    const execution = await coordinator.waitForEnd(id);
    const { status, failure, ranMs } = execution;
    const decision = decideRestart({ status, failure, ranMs, restartCount }, policy, random.next());
    tell(log, clock, execution, decision);
    if (decision.kind === 'rest') return execution;
    ({ restartCount, delayMs: pauseMs } = decision);
  }
}

function tell(log: Log, clock: Clock, execution: JobExecution, decision: RestartDecision): void {
  const { attempt, failure, status, id } = execution;
  const facts = { job: execution.planned.plan.jobName, jobId: id, attempt };
  if (failure === undefined) {
    log.info(status === 'FINISHED' ? 'the job has finished' : 'the job was canceled', facts);
    return;
  }
  const why = { ...facts, code: failure.code, reason: failure.message };
  if (decision.kind === 'rest') {
    const { because } = decision;
    log.error(`the job has failed and is not run again: it ${explain(because)}`, why);
    return;
  }
  const startsAt = new Date(clock.nowMs() + decision.delayMs).toISOString();
  log.warn('the job has failed and is run again from its beginning', {
    ...why,
    nextAttempt: attempt + 1,
    pauseMs: decision.delayMs,
    startsAt,
  });
}

function explain(because: Extract<RestartDecision, { kind: 'rest' }>['because']): string {
  switch (because) {
    case 'done':
      return 'has ended';
    case 'failed for good':
      return 'would fail again';
    case 'too many restarts':
      return 'has failed more often in a row than MILLRACE_RESTART_COUNT_MAX allows';
  }
}
