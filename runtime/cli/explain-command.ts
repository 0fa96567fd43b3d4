// `millrace explain`: a job's plan, without running it.

import { explainPlan } from '../graph/explain.ts';
import { loadJob, resolveJobModule } from '../program/load-job.ts';
import { planJob, type PlanOptions } from '../program/plan-job.ts';
import { parseJobParameters } from './job-parameters.ts';

/** Prints the plan. Throws what loading and planning throw. */
export async function explainJob(
  name: string,
  options: PlanOptions,
  jobArgs: readonly string[],
): Promise<void> {
  const job = await loadJob(resolveJobModule(name, undefined));
  const { plan } = planJob(job, parseJobParameters(job, jobArgs), options);
  process.stdout.write(`${explainPlan(plan).join('\n')}\n`);
}
