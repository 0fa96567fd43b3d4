// From a job's name or path to its definition. A job is looked for, in this order: as a path, in the job-dir volume, among
// the jobs that come with the engine.

import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { JobDefinition } from '../api/job.ts';
import { EngineError } from '../core/errors.ts';
import { provideToJobs } from './provided-packages.ts';

const OWN_JOBS = fileURLToPath(new URL('../jobs/', import.meta.url));
const EXTENSIONS = ['.ts', '.js', '.mjs'] as const;

/** The module of a job, as a file URL. Throws `JOB_NOT_FOUND` with the jobs there are. */
export function resolveJobModule(job: string, jobsDirectory: string | undefined): string {
  const isPath =
    job.includes('/') || job.startsWith('.') || EXTENSIONS.some((end) => job.endsWith(end));
  const folders = [...(jobsDirectory === undefined ? [] : [jobsDirectory]), OWN_JOBS];
  const candidates = isPath
    ? [resolve(job), ...moduleNames(resolve(job))]
    : folders.flatMap((folder) => moduleNames(join(folder, job)));
  const found = candidates.find(
    (file) => EXTENSIONS.some((end) => file.endsWith(end)) && existsSync(file),
  );
  if (found !== undefined) return pathToFileURL(found).href;
  throw new EngineError(
    'JOB_NOT_FOUND',
    isPath
      ? `There is no job module at ${resolve(job)}: give the path of a .ts or .js file, or of a folder with a job.ts.`
      : `There is no job "${job}". Jobs: ${listJobs(jobsDirectory).join(', ')}; or give the path of a job module.`,
  );
}

/** The names of the jobs in the job-dir volume and of those that come with the engine. */
export function listJobs(jobsDirectory: string | undefined): readonly string[] {
  const folders = [...(jobsDirectory === undefined ? [] : [jobsDirectory]), OWN_JOBS];
  const names = folders.filter(existsSync).flatMap((folder) =>
    readdirSync(folder, { withFileTypes: true })
      .filter(
        (entry) => entry.isDirectory() && moduleNames(join(folder, entry.name)).some(existsSync),
      )
      .map((entry) => entry.name),
  );
  return [...new Set(names)].toSorted();
}

/** Imports a job module. Throws `JOB_INVALID` when it has no job as its default export, or cannot be loaded. */
export async function loadJob(module: string): Promise<JobDefinition> {
  let exported: { readonly default?: unknown };
  provideToJobs();
  try {
    exported = (await import(module)) as typeof exported;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new EngineError(
      'JOB_INVALID',
      `The job module ${shown(module)} cannot be loaded: ${reason}`,
      {
        cause,
      },
    );
  }
  if (isJobDefinition(exported.default)) return exported.default;
  throw new EngineError(
    'JOB_INVALID',
    `${shown(module)} has no job as its default export: write \`export default defineJob({ name, parameters, build })\`.`,
  );
}

function moduleNames(base: string): string[] {
  return EXTENSIONS.flatMap((extension) => [join(base, `job${extension}`), `${base}${extension}`]);
}

function isJobDefinition(value: unknown): value is JobDefinition {
  return (
    typeof value === 'object' &&
    value !== null &&
    'name' in value &&
    typeof value.name === 'string' &&
    'parameters' in value &&
    'build' in value &&
    typeof value.build === 'function'
  );
}

function shown(module: string): string {
  return module.startsWith('file:') ? fileURLToPath(module) : module;
}
