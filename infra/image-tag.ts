// The tag of a built image, from the content of what goes into it: known before the build, so that a preview shows it, and
// equal on every machine that has the same sources.
//   I1. The tag changes when a file's path or content changes, and with nothing else (no times, no modes, no order).

import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

const TAG_CHARACTERS = 16;

type BuildInputs = Readonly<Record<string, string>>;

/** What .dockerignore lets into the build, relative to the root of the repository. */
export const IMAGE_SOURCES: readonly string[] = ['package.json', 'package-lock.json', 'runtime'];

/** A tag for the files under `root`; `inputs` are build arguments and the platform, which shape the image too. */
export function computeImageTag(root: string, inputs: BuildInputs = {}): string {
  return hashFiles(root, listSources(root), inputs);
}

/** A tag for an image of named files and `inputs`. */
export function computeFilesTag(files: readonly string[], inputs: BuildInputs): string {
  return hashFiles('.', files, inputs);
}

function hashFiles(root: string, paths: readonly string[], inputs: BuildInputs): string {
  const hash = createHash('sha256');
  for (const [name, value] of Object.entries(inputs).sort()) hash.update(`${name}=${value}\0`);
  for (const path of paths) {
    const content = readFileSync(join(root, path));
    hash.update(`${path}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex').slice(0, TAG_CHARACTERS);
}

function listSources(root: string): readonly string[] {
  const entries = readdirSync(root, { withFileTypes: true });
  const present = entries.filter((entry) => IMAGE_SOURCES.includes(entry.name));
  return present
    .flatMap((entry) => (entry.isDirectory() ? listFiles(root, entry.name) : [entry.name]))
    .sort();
}

function listFiles(root: string, directory: string): readonly string[] {
  return readdirSync(join(root, directory), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)));
}
