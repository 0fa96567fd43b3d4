// Builds an image from a Dockerfile and a root file system made of listed files.
//   I1. An image whose label has the key of these files and of the Dockerfile is not built again.

import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { buildArguments, type DockerCli, runDocker } from './docker-cli.ts';
import { assembleRoot, hashFiles, type RootFile } from './root-files.ts';

export interface ImageBuildOptions {
  readonly docker: DockerCli;
  /** For what is gone after the build. */
  readonly workDirectory: string;
  readonly onProgress: (line: string) => void;
}

export interface ImageBuild {
  readonly image: string;
  /** Copies `rootfs/`, and has the argument `KEY` as its label. */
  readonly dockerfile: string;
  readonly files: readonly RootFile[];
  readonly base?: { readonly image: string; readonly key: string };
}

const KEY_LABEL = 'millrace.e2e.key';

/** Answers with the image's key. */
export async function buildKeyedImage(
  options: ImageBuildOptions,
  { image, dockerfile, files, base }: ImageBuild,
): Promise<string> {
  const key = createHash('sha256')
    .update(await readFile(dockerfile))
    .update(base?.key ?? '')
    .update(await hashFiles(files))
    .digest('hex');
  if ((await readKey(options.docker, image)) === key) return key;
  options.onProgress(`building ${image}`);
  await mkdir(options.workDirectory, { recursive: true });
  const context = await mkdtemp(join(options.workDirectory, 'image-'));
  try {
    await assembleRoot(join(context, 'rootfs'), files);
    const pairs = { KEY: key, ...(base === undefined ? {} : { BASE: base.image }) };
    await runDocker(options.docker, [
      ...['build', '--quiet', '--network', 'none', '--file', dockerfile, '--tag', image],
      ...buildArguments(pairs),
      context,
    ]);
  } finally {
    await rm(context, { recursive: true });
  }
  return key;
}

/** Of the image that is there, if one is. */
async function readKey(cli: DockerCli, image: string): Promise<string | undefined> {
  const found = await runDocker(cli, ['image', 'ls', '--quiet', '--no-trunc', image]);
  const [id] = found.trim().split('\n');
  if (id === undefined || id === '') return undefined;
  const label = `{{index .Config.Labels "${KEY_LABEL}"}}`;
  return (await runDocker(cli, ['image', 'inspect', '--format', label, id])).trim();
}
