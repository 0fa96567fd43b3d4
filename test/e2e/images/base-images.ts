// The base images of a machine that reaches no container registry: `localhost/node:24` to run on and
// `localhost/node:24-build` to build with, in place of the official images of Node. Both have the Node that the tests run.
//   I1. An image whose label has the key of these files and Dockerfiles is not built again.

import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from '../machine/command.ts';
import { buildArguments, type DockerCli, runDocker } from './docker-cli.ts';
import {
  assembleRoot,
  hashFiles,
  listBuildFiles,
  listRuntimeFiles,
  type RootFile,
} from './root-files.ts';

export interface BaseImagesOptions {
  readonly docker: DockerCli;
  /** Survives runs: npm's package is kept in it. */
  readonly cacheDirectory: string;
  /** For what is gone after the build. */
  readonly workDirectory: string;
  readonly onProgress: (line: string) => void;
}

/** Arguments of the engine's Dockerfile. */
export interface BaseImages {
  readonly buildImage: string;
  readonly baseImage: string;
}

/** The newest that runs on the Node of package.json; exact, so that builds of one day are builds of another. */
const NPM_VERSION = '11.19.1';
const NODE = join(import.meta.dirname, '../../../node_modules/node/bin/node');
const IMAGES: BaseImages = {
  buildImage: 'localhost/node:24-build',
  baseImage: 'localhost/node:24',
};
const KEY_LABEL = 'millrace.e2e.key';

/** Builds what is missing. */
export async function buildBaseImages(options: BaseImagesOptions): Promise<BaseImages> {
  const npm = await fetchNpm(options);
  const key = await buildImage(options, {
    image: IMAGES.baseImage,
    dockerfile: 'node.Dockerfile',
    files: await listRuntimeFiles(NODE),
  });
  await buildImage(options, {
    image: IMAGES.buildImage,
    dockerfile: 'node-build.Dockerfile',
    files: await listBuildFiles(npm),
    base: { image: IMAGES.baseImage, key },
  });
  return IMAGES;
}

interface ImageBuild {
  readonly image: string;
  readonly dockerfile: string;
  readonly files: readonly RootFile[];
  readonly base?: { readonly image: string; readonly key: string };
}

/** Answers with the image's key. */
async function buildImage(options: BaseImagesOptions, build: ImageBuild): Promise<string> {
  const { image, files, base } = build;
  const dockerfile = join(import.meta.dirname, build.dockerfile);
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

/** The directory of npm's unpacked package. */
async function fetchNpm({ cacheDirectory, onProgress }: BaseImagesOptions): Promise<string> {
  const directory = join(cacheDirectory, `npm-${NPM_VERSION}`);
  const unpacked = join(directory, 'package');
  if (existsSync(unpacked)) return unpacked;
  onProgress(`fetching npm ${NPM_VERSION}`);
  await mkdir(cacheDirectory, { recursive: true });
  // Complete before it has its name: an interrupted download is not taken for a whole one.
  const incomplete = await mkdtemp(`${directory}-`);
  try {
    const pack = ['npm', 'pack', '--silent', '--ignore-scripts', `npm@${NPM_VERSION}`] as const;
    const archive = (await runCommand(pack, { cwd: incomplete })).trim();
    await runCommand(['tar', '-xzf', archive], { cwd: incomplete });
    await rm(join(incomplete, archive));
    await rename(incomplete, directory);
  } finally {
    await rm(incomplete, { recursive: true, force: true });
  }
  return unpacked;
}
