// `millrace check`: would coordinator and workers start with this environment, and run the job that a preview showed? It
// opens nothing. A deployment runs it in the new image with the new settings before it replaces a pod.
//   I1. What is wrong is the last that is said: it fits into the termination message of a pod.

import { ENVIRONMENT } from '../config/environment.ts';
import { loadSettings } from '../config/load.ts';
import { readProcessEnvironment } from '../config/process-environment.ts';
import { EngineError } from '../core/errors.ts';
import { describeJob } from '../program/describe-job.ts';
import { explainError } from './explain-error.ts';

const EXIT_FAILED = 1;

/** Resolves with the exit code. `planHash`: what the plan must be; any when undefined. */
export async function checkDeployment(planHash: string | undefined): Promise<number> {
  try {
    await check(planHash);
    return 0;
  } catch (error) {
    explainError(error);
    return EXIT_FAILED;
  }
}

async function check(planHash: string | undefined): Promise<void> {
  const settings = loadSettings(readProcessEnvironment());
  const { jobName, jobsDirectory, jobParameters, parallelism, mode } = settings;
  if (jobName === undefined) {
    const { variable } = ENVIRONMENT.jobName;
    throw new EngineError('CONFIG_INVALID', `${variable} is not set: name the job to check.`);
  }
  const plan = await describeJob(jobName, jobParameters, {
    parallelism,
    mode,
    jobsDirectory,
  });
  const { lines, hash, slotsNeeded } = plan;
  process.stdout.write(`${[...lines, `slots ${slotsNeeded}`, `plan ${hash}`].join('\n')}\n`);
  if (planHash === undefined || planHash === hash) return;
  throw new EngineError(
    'PLAN_MISMATCH',
    `This image runs another plan of ${jobName} than the preview showed: image ${hash}, preview ${planHash}. Build the image ` +
      'from the commit that the preview was made from, and let build() depend on nothing but its parameters.',
  );
}
