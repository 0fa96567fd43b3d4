// The files of a sink of files: their names, what is left of earlier runs, and how a finished one becomes visible.
// `part-<subtask>-<n>.<ext>` are results; with `append` `part-<subtask>-<n>-<job>.<ext>`. A file is written as
// `.part-<subtask>-<n>.<ext>.inprogress-<job>` and, once it is whole and synced, waits for the commit as `…pending-<job>`;
// the leading dot hides both from patterns and listings.
//   I1. A subtask touches only files whose subtask number is its own modulo the parallelism: subtasks may open at any
//       time relative to each other, and what a run at a higher parallelism left is still removed by exactly one.
//   I2. A result appears by a rename within its directory, after its bytes were synced: whole or not at all.
//   I3. A directory that has become empty may be removed at any time, so a file of a partition is created together with its
//       directory.

import { type FileHandle, mkdir, open, readdir, rename, rm, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { errnoOf, fileFailure } from './failure.ts';

/** How often a directory may vanish between its creation and that of a file in it. */
const CREATE_ATTEMPTS_MAX = 20;

/** Which files are this subtask's. */
export interface PartOwner {
  readonly directory: string;
  readonly extension: string;
  readonly jobId: string;
  readonly subtaskIndex: number;
  readonly parallelism: number;
  /** Files are in directories below `directory` too. */
  readonly isPartitioned: boolean;
  /** With `append` the results of earlier runs stay. */
  readonly mode: 'overwrite' | 'append';
}

/** The names of one file, in the order in which it has them. */
export interface PartPaths {
  readonly number: number;
  readonly directory: string;
  readonly inProgress: string;
  readonly pending: string;
  readonly final: string;
}

/** The names of this subtask's n-th file, in a directory of its sink. */
export function partPaths(owner: PartOwner, number: number, directory: string): PartPaths {
  const { subtaskIndex, jobId, extension, mode } = owner;
  const stem = `part-${subtaskIndex}-${number}`;
  return {
    ...{ number, directory },
    inProgress: join(directory, `.${stem}.${extension}.inprogress-${jobId}`),
    pending: join(directory, `.${stem}.${extension}.pending-${jobId}`),
    final: join(directory, `${stem}${mode === 'append' ? `-${jobId}` : ''}.${extension}`),
  };
}

/**
 * Creates the directory and removes this subtask's unfinished files of earlier runs, and with `overwrite` its results of
 * earlier runs too. Returns the number of the first file to write.
 */
export async function prepareParts(owner: PartOwner): Promise<number> {
  const { directory } = owner;
  try {
    await mkdir(directory, { recursive: true });
    const mine = (await listParts(directory, owner.isPartitioned)).filter(
      ({ subtask }) => subtask % owner.parallelism === owner.subtaskIndex,
    );
    const unwanted = mine.filter(({ isHidden }) => isHidden || owner.mode === 'overwrite');
    for (const { path } of unwanted) await rm(path, { force: true });
    await removeEmptied(new Set(unwanted.map(({ path }) => dirname(path))), directory);
    if (owner.mode === 'overwrite') return 0;
    const numbers = mine
      .filter(({ isHidden, subtask }) => !isHidden && subtask === owner.subtaskIndex)
      .map(({ number }) => number);
    return numbers.reduce((highest, number) => Math.max(highest, number), -1) + 1;
  } catch (error) {
    throw fileFailure('prepare the directory', directory, error);
  }
}

/** Creates a file, and its directory when that is one of a partition. */
export async function createPart(owner: PartOwner, path: string): Promise<FileHandle> {
  for (let attempt = 1; ; attempt++) {
    try {
      if (owner.isPartitioned) await mkdir(dirname(path), { recursive: true });
      return await open(path, 'w');
    } catch (error) {
      const mayHaveVanished = owner.isPartitioned && errnoOf(error) === 'ENOENT';
      if (!mayHaveVanished || attempt === CREATE_ATTEMPTS_MAX) throw error;
    }
  }
}

/** Says of a synced file that nothing but the commit is missing. */
export async function markPending({ inProgress, pending }: PartPaths): Promise<void> {
  try {
    await rename(inProgress, pending);
  } catch (error) {
    throw fileFailure('rename', inProgress, error);
  }
}

/** Makes a pending file visible; doing it again, also after a crash in between, changes nothing. */
export async function publishPart({ pending, final }: PartPaths): Promise<void> {
  try {
    await rename(pending, final);
  } catch (error) {
    // A file that was published before has left its hidden name and has its last one.
    if (errnoOf(error) === 'ENOENT' && (await exists(final))) return;
    throw fileFailure('publish', final, error);
  }
}

/** Removes what is hidden of a file, and nothing that is visible. */
export async function removeHidden({ inProgress, pending }: PartPaths): Promise<void> {
  await rm(inProgress, { force: true });
  await rm(pending, { force: true });
}

/** Makes renames in directories, and new directories on the way to them, survive a crash of the machine. */
export async function syncDirectories(directories: Iterable<string>, root: string): Promise<void> {
  const all = new Set<string>([root]);
  for (const directory of directories) for (const path of between(directory, root)) all.add(path);
  for (const path of all) await syncDirectory(path);
}

/** Removes those of the directories, and of the ones above them below the root, that are empty. */
export async function removeEmptied(directories: Iterable<string>, root: string): Promise<void> {
  const all = new Set<string>();
  for (const directory of directories) for (const path of between(directory, root)) all.add(path);
  // The longer path is the deeper one: a directory is emptied before it is looked at.
  const deepestFirst = [...all].toSorted((left, right) => right.length - left.length);
  for (const path of deepestFirst) await removeWhenEmpty(path);
}

/** The directory and those above it, without the root. */
function* between(directory: string, root: string): Generator<string> {
  const top = join(root);
  for (let path = join(directory); path.length > top.length; path = dirname(path)) yield path;
}

async function removeWhenEmpty(path: string): Promise<void> {
  try {
    await rmdir(path);
  } catch (error) {
    const code = errnoOf(error);
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST' && code !== 'ENOENT') throw error;
  }
}

async function syncDirectory(directory: string): Promise<void> {
  try {
    const handle = await open(directory, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw fileFailure('sync the directory', directory, error);
  }
}

interface FoundPart {
  readonly path: string;
  readonly subtask: number;
  readonly number: number;
  readonly isHidden: boolean;
}

const PART_NAME =
  /^(\.?)part-(\d+)-(\d+)(?:-[0-9a-f]{32})?(?:\.[a-z0-9]+)+?(\.(?:inprogress|pending)-[0-9a-zA-Z]+)?$/;

async function listParts(directory: string, isDeep: boolean): Promise<FoundPart[]> {
  const found: FoundPart[] = [];
  for (const entry of await listEntries(directory)) {
    const path = join(directory, entry.name);
    if (isDeep && entry.isDirectory()) {
      found.push(...(await listParts(path, isDeep)));
      continue;
    }
    // What has the name of a result and is none cannot be removed: the job ends now, not in the middle of its commit.
    const part = parsePart(path, entry.name);
    if (part !== undefined) found.push(part);
  }
  return found;
}

/** Another subtask may have removed the directory since it was seen. */
async function listEntries(directory: string): ReturnType<typeof readEntries> {
  return readEntries(directory).catch((error: unknown) => {
    if (errnoOf(error) === 'ENOENT') return [];
    throw error;
  });
}

function readEntries(directory: string) {
  return readdir(directory, { withFileTypes: true });
}

function parsePart(path: string, name: string): FoundPart | undefined {
  const [whole, dot, subtask, number, mark] = PART_NAME.exec(name) ?? [];
  const isHidden = mark !== undefined;
  // A dot without the mark, or the mark without the dot, is no file of ours.
  if (whole === undefined || isHidden !== (dot === '.')) return undefined;
  return { path, subtask: Number(subtask), number: Number(number), isHidden };
}

async function exists(path: string): Promise<boolean> {
  return open(path, 'r').then(
    async (handle) => {
      await handle.close();
      return true;
    },
    () => false,
  );
}
