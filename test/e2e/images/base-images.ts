// The base images of a machine that reaches no container registry: `localhost/node:24` to run on and
// `localhost/node:24-build` to build with, in place of the official images of Node. Both have the Node that the tests run.

import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from '../machine/command.ts';
import { buildKeyedImage, type ImageBuildOptions } from './keyed-image.ts';
import { listBuildFiles, listRuntimeFiles } from './root-files.ts';

export interface BaseImagesOptions extends ImageBuildOptions {
  /** Survives runs: npm's package is kept in it. */
  readonly cacheDirectory: string;
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

/** Builds what is missing. */
export async function buildBaseImages(options: BaseImagesOptions): Promise<BaseImages> {
  const npm = await fetchNpm(options);
  const key = await buildKeyedImage(options, {
    image: IMAGES.baseImage,
    dockerfile: join(import.meta.dirname, 'node.Dockerfile'),
    files: await listRuntimeFiles(NODE),
  });
  await buildKeyedImage(options, {
    image: IMAGES.buildImage,
    dockerfile: join(import.meta.dirname, 'node-build.Dockerfile'),
    files: await listBuildFiles(npm),
    base: { image: IMAGES.baseImage, key },
  });
  return IMAGES;
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
