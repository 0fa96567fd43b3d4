// A stack of Flink under test: the image with Flink on this cluster, the example job, and what Flink's REST API says of it.

import { copyFile, mkdir, rm } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import type { OwnCluster } from '../cluster/facts.ts';
import { accessByShell } from '../harness/pod-access.ts';
import type { Platform, Sections } from '../harness/platform.ts';
import { openScenario, type Scenario } from '../harness/scenario.ts';
import { until } from '../harness/until.ts';
import { buildFlinkImage } from './flink-image.ts';
import type { Jdk } from './java.ts';

/** What the stack files of this machine name. */
export interface FlinkBuild {
  readonly image: Sections;
  /** The example job, relative to the project. */
  readonly jar: string;
}

const REPOSITORY = resolve(import.meta.dirname, '../../..');
/** Not under version control. */
const JAR_DIRECTORY = join(REPOSITORY, 'out/e2e-flink');
const FLINK_USER = 9_999;
/** A restart is the start of a virtual machine on cores that are shared with a whole cluster. */
const RESTART_MS = 240_000;

/** The image to build on, and the jar where a stack file can name it; `removeFlinkBuild` removes the latter. */
export async function provideFlinkBuild(own: OwnCluster, jdk: Jdk): Promise<FlinkBuild> {
  const { baseImage, jar } = await buildFlinkImage(own, jdk, (line) => {
    console.log(line);
  });
  await mkdir(JAR_DIRECTORY, { recursive: true });
  const copy = join(JAR_DIRECTORY, 'paced-job.jar');
  await copyFile(jar, copy);
  const image = { source: 'build', repository: `${own.registry}/millrace/flink`, baseImage };
  return { image, jar: relative(REPOSITORY, copy) };
}

export async function removeFlinkBuild(): Promise<void> {
  await rm(JAR_DIRECTORY, { recursive: true, force: true });
}

/** Opens a stack with the example job that runs for `seconds`. */
export async function openFlinkScenario(
  { image, jar }: FlinkBuild,
  name: string,
  seconds: number,
  sections: Sections = {},
): Promise<Scenario> {
  const args = ['--seconds', String(seconds), '--out', '/data/out'];
  return openScenario({
    name,
    stackFile: 'flink',
    sections: { engine: { jar, args }, ...sections },
    engine: {
      image,
      user: FLINK_USER,
      access: accessByShell,
      checkpointClaim: 'millrace-checkpoints',
    },
  });
}

/** How many checkpoints a job has taken, and which one it was restored from last. */
export interface Checkpoints {
  readonly counts: { readonly completed: number; readonly restored: number };
  readonly latest: {
    readonly restored: { readonly id: number; readonly is_savepoint: boolean } | null;
  };
}

interface JobDetails {
  readonly vertices: readonly {
    readonly name: string;
    readonly status: string;
    readonly parallelism: number;
  }[];
}

/** The only job, once all its subtasks run and `holds` of its checkpoints. */
export function runningJob(
  platform: Platform,
  what: string,
  holds: (checkpoints: Checkpoints) => boolean,
): Promise<{ readonly id: string; readonly checkpoints: Checkpoints }> {
  return until(
    `the job runs ${what}`,
    async () => {
      const [job] = await platform.jobs();
      if (job?.state !== 'RUNNING') return undefined;
      const { vertices } = await platform.rest<JobDetails>(`/jobs/${job.jid}`);
      if (!vertices.every(({ status }) => status === 'RUNNING')) return undefined;
      const checkpoints = await platform.rest<Checkpoints>(`/jobs/${job.jid}/checkpoints`);
      return holds(checkpoints) ? { id: job.jid, checkpoints } : undefined;
    },
    RESTART_MS,
  );
}

/** The parallelism of each operator, by its name, once it is so everywhere but in the source. */
export async function parallelismIs(platform: Platform, parallelism: number): Promise<void> {
  await until(
    `the job runs with parallelism ${parallelism}`,
    async () => {
      const [job] = await platform.jobs();
      if (job?.state !== 'RUNNING') return false;
      const { vertices } = await platform.rest<JobDetails>(`/jobs/${job.jid}`);
      const others = vertices.filter(({ name }) => !name.startsWith('Source'));
      return (
        vertices.every(({ status }) => status === 'RUNNING') &&
        others.every((vertex) => vertex.parallelism === parallelism)
      );
    },
    RESTART_MS,
  );
}

/** Stops the job with a savepoint, and answers with its folder. */
export async function stopWithSavepoint(platform: Platform, id: string): Promise<string> {
  const { 'request-id': request } = await platform.rest<{ 'request-id': string }>(
    `/jobs/${id}/stop`,
    'POST',
    { drain: false },
  );
  const location = await until('the savepoint is complete', async () => {
    const { operation } = await platform.rest<{ operation?: { location?: string } }>(
      `/jobs/${id}/savepoints/${request}`,
    );
    return operation?.location;
  });
  return location.startsWith('file:/') ? location.replace(/^file:\/+/, '/') : location;
}
