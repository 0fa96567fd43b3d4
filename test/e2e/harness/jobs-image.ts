// The image of most scenarios: the engine's, built as the program builds it, with the scenarios' jobs on top, as users do it.

import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { computeImageTag } from '../../../infra/image-tag.ts';
import type { OwnCluster } from '../cluster/facts.ts';

const REPOSITORY = resolve(import.meta.dirname, '../../..');
const OUTPUT_BYTES_MAX = 16 * 1024 ** 2;

const run = promisify(execFile);

/** Builds and pushes it, from the layers of an earlier build where there is one; the reference is by digest. */
export async function buildJobsImage(own: OwnCluster): Promise<string> {
  const { buildImage, baseImage, registry } = own;
  const base = { BUILD_IMAGE: buildImage, BASE_IMAGE: baseImage };
  const engine = `${registry}/millrace/engine:${computeImageTag(REPOSITORY, base)}`;
  await docker(own, [...build(engine, base), '--file', 'runtime/Dockerfile', '.']);
  const image = `${registry}/millrace/jobs`;
  await docker(own, [...build(image, { ENGINE: engine }), 'test/e2e/jobs']);
  await docker(own, ['push', '--quiet', image]);
  const digests = await docker(own, ['inspect', '--format', '{{json .RepoDigests}}', image]);
  const [digest] = JSON.parse(digests) as string[];
  if (digest === undefined) throw new Error(`${image} has no digest after the push`);
  return digest;
}

function build(tag: string, buildArguments: Readonly<Record<string, string>>): readonly string[] {
  const pairs = Object.entries(buildArguments).flatMap(([name, value]) => [
    '--build-arg',
    `${name}=${value}`,
  ]);
  // The daemon of the suite has no bridge.
  return ['build', '--quiet', '--network', 'host', '--tag', tag, ...pairs];
}

async function docker(own: OwnCluster, parameters: readonly string[]): Promise<string> {
  const { stdout } = await run(own.dockerCommand, parameters, {
    cwd: REPOSITORY,
    // BuildKit: the same builder as the program's, so that layers are shared.
    env: { ...process.env, DOCKER_HOST: own.dockerHost, DOCKER_BUILDKIT: '1' },
    maxBuffer: OUTPUT_BYTES_MAX,
  });
  return stdout;
}
