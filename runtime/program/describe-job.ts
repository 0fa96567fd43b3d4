// A job's plan for a deployment: what the preview of an infrastructure change shows of the streaming job.

import { EngineError } from '../core/errors.ts';
import { listOperators } from '../graph/explain.ts';
import { loadJob, resolveJobModule } from './load-job.ts';
import { planJob, type PlanOptions } from './plan-job.ts';

/** What a deployment needs to know of a job. */
export interface JobDescription {
  /** One line an operator. */
  readonly lines: readonly string[];
  /** Of the whole plan and the parameters. */
  readonly hash: string;
  /** Slots the job needs at this parallelism. */
  readonly slotsNeeded: number;
  /** The largest parallelism of any operator. */
  readonly parallelismMax: number;
}

/** How a job is planned, and where jobs are besides the engine's own. */
export interface DescribeOptions extends PlanOptions {
  readonly jobsDirectory?: string | undefined;
}

/** Throws `JOB_NOT_FOUND`, `JOB_INVALID`, `PARAMETERS_INVALID`. */
export async function describeJob(
  name: string,
  parameters: Readonly<Record<string, unknown>>,
  options: DescribeOptions,
): Promise<JobDescription> {
  if (name.trim() === '') throw new EngineError('JOB_NOT_FOUND', 'The job has no name.');
  const { plan } = planJob(
    await loadJob(resolveJobModule(name, options.jobsDirectory)),
    parameters,
    options,
  );
  return {
    lines: listOperators(plan),
    hash: plan.hash,
    slotsNeeded: plan.slotsNeeded,
    parallelismMax: Math.max(...plan.tasks.map((task) => task.parallelism)),
  };
}
