// The plan of the stack's job as text for a preview: what the stack decides about it, then a line an operator from the
// engine itself, so that a pull request shows how the streaming job changes and not only its YAML.
//   I1. A job that the engine would refuse (its name, its parameters, its parallelism) is refused here, as bad config.

import type { JobPlan } from './components/cluster-settings.ts';
import { StackConfigError } from './config.ts';
import { gatherFacts, isFlinkStack } from './engines/flink/facts.ts';
import { planFlink } from './engines/flink/plan.ts';
import { planImage } from './image-plan.ts';
import { EngineError } from '../runtime/deployment.ts';
import type { JobDescription } from '../runtime/deployment.ts';
import { parallelismOf, sizeSlots } from './sizing.ts';
import { jobNameOf } from './stack-schema.ts';
import type { StackConfig } from './stack-schema.ts';

/** A job that is in the image alone cannot be shown before it runs. */
const WHERE_JOBS_ARE =
  'The preview loads the job from this project, the pods from the same path in the image.';

/** Builds a job's plan without running it (`describeJob` of the engine); rejects with `EngineError`. */
export type DescribeJob = (
  name: string,
  parameters: Readonly<Record<string, unknown>>,
  options: { readonly parallelism: number; readonly mode: StackConfig['job']['mode'] },
) => Promise<JobDescription>;

/** The plan of the stack's job; rejects with `StackConfigError`. */
export async function planJob(config: StackConfig, describe: DescribeJob): Promise<JobPlan> {
  if (isFlinkStack(config)) return planFlink(gatherFacts(config, planImage(config)));
  const { job, workers } = config;
  const slots = sizeSlots(config);
  const parallelism = parallelismOf(config);
  const { lines, hash, slotsNeeded } = await describeChecked(describe, job, parallelism);
  if (slotsNeeded > slots.min) {
    const rule =
      `its operators need ${slotsNeeded} slots, but ${slots.workersMin} workers x ` +
      `${workers.slots} slots = ${slots.min}: add workers or slots`;
    throw new StackConfigError([{ path: 'job.name', value: job.name, rule }]);
  }
  return { lines: [...describeDecisions(job, parallelism), ...lines], hash };
}

async function describeChecked(
  describe: DescribeJob,
  job: StackConfig['job'],
  parallelism: number,
): Promise<JobDescription> {
  const { parameters, mode } = job;
  const name = jobNameOf(job);
  try {
    return await describe(name, parameters, { parallelism, mode });
  } catch (error) {
    if (!(error instanceof EngineError) || error.domain !== 'user') throw error;
    if (error.code === 'PARAMETERS_INVALID') {
      throw new StackConfigError([
        { path: 'job.parameters', value: parameters, rule: error.message },
      ]);
    }
    const isMissing = error.code === 'JOB_NOT_FOUND';
    const rule = isMissing ? `${error.message} ${WHERE_JOBS_ARE}` : error.message;
    throw new StackConfigError([{ path: 'job.name', value: name, rule }]);
  }
}

function describeDecisions(job: StackConfig['job'], parallelism: number): readonly string[] {
  const parameters = Object.entries(job.parameters).sort(([left], [right]) =>
    left < right ? -1 : 1,
  );
  return [
    `job ${jobNameOf(job)}`,
    `parallelism ${parallelism}`,
    ...(job.mode === 'batch' ? ['mode batch'] : []),
    `upgrade ${job.upgrade}`,
    ...parameters.map(([name, value]) => `parameter ${name} = ${JSON.stringify(value)}`),
  ];
}
