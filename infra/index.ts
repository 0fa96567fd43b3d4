// The Pulumi program: reads the stack's config, composes the platform, exports what the stack shows. No logic of its own.

import { describeJob } from '../runtime/deployment.ts';
import { StreamPlatform } from './components/stream-platform.ts';
import { readStackConfig } from './config.ts';
import { planJob } from './job-plan.ts';

const config = readStackConfig();
const plan = await planJob(config, describeJob);
const platform = new StreamPlatform('millrace', { config, plan });

/** Where the REST API and the page are, and how to reach them. */
export const rest = platform.rest;
/** The image that the pods run. */
export const image = platform.image;
/** Slots of the smallest and the largest cluster. */
export const slots = platform.slots;
/** How a worker's memory is divided, in MiB; the last line is the container's limit. */
export const memoryBudget = platform.memoryBudget;
/** P = N/M and T = N/R of the job, or a hint where the figures are set. */
export const sizing = platform.sizing ?? 'set job.sizing for P = N/M and T = N/R';
