// The files of a sink of files: their names, what is left of earlier runs, and how a finished one becomes visible.
// `part-<subtask>-<n>.<ext>` are results. `.part-<subtask>-<n>.<ext>.inprogress-<job>` are being written; the leading dot
// hides them from patterns and listings.
//   I1. A subtask touches only files whose subtask number is its own modulo the parallelism: subtasks may open at any
//       time relative to each other, and what a run at a higher parallelism left is still removed by exactly one.
//   I2. A result appears by a rename within its directory, after its bytes were synced: whole or not at all.

import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf, fileFailure } from './failure.ts';

/** Which files are this subtask's. */
export interface PartOwner {
  readonly directory: string;
  readonly extension: string;
  readonly jobId: string;
  readonly subtaskIndex: number;
  readonly parallelism: number;
}

/** The two names of one file. */
export interface PartPaths {
  readonly inProgress: string;
  readonly final: string;
}

/** The names of this subtask's n-th file. */
export function partPaths(owner: PartOwner, number: number): PartPaths {
  const name = `part-${owner.subtaskIndex}-${number}.${owner.extension}`;
  return {
    inProgress: join(owner.directory, `.${name}.inprogress-${owner.jobId}`),
    final: join(owner.directory, name),
  };
}

/**
 * Creates the directory and removes this subtask's unfinished files of earlier runs, and with `overwrite` its results of
 * earlier runs too. Returns the number of the first file to write.
 */
export async function prepareParts(
  owner: PartOwner,
  mode: 'overwrite' | 'append',
): Promise<number> {
  const { directory } = owner;
  try {
    await mkdir(directory, { recursive: true });
    const mine = (await readdir(directory))
      .map(parsePartName)
      .filter((part) => part !== undefined)
      .filter(({ subtask }) => subtask % owner.parallelism === owner.subtaskIndex);
    const unwanted = mine.filter(({ isInProgress }) => isInProgress || mode === 'overwrite');
    await Promise.all(unwanted.map(({ name }) => rm(join(directory, name), { force: true })));
    if (mode === 'overwrite') return 0;
    const kept = mine.filter(
      ({ isInProgress, subtask }) => !isInProgress && subtask === owner.subtaskIndex,
    );
    return Math.max(-1, ...kept.map(({ number }) => number)) + 1;
  } catch (error) {
    throw fileFailure('prepare the directory', directory, error);
  }
}

/** Makes a synced file visible; doing it again, also after a crash in between, changes nothing. */
export async function publishPart({ inProgress, final }: PartPaths): Promise<void> {
  try {
    await rename(inProgress, final);
  } catch (error) {
    // A file that was published before has left its first name and has its last one.
    if (errnoOf(error) === 'ENOENT' && (await exists(final))) return;
    throw fileFailure('publish', final, error);
  }
}

/** Makes renames in a directory survive a crash of the machine. */
export async function syncDirectory(directory: string): Promise<void> {
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

interface PartName {
  readonly name: string;
  readonly subtask: number;
  readonly number: number;
  readonly isInProgress: boolean;
}

function parsePartName(name: string): PartName | undefined {
  const match = /^(\.?)part-(\d+)-(\d+)\.[a-z]+(\.inprogress-[0-9a-zA-Z-]+)?$/.exec(name);
  if (match === null) return undefined;
  const isInProgress = match[4] !== undefined;
  // A dot without the mark, or the mark without the dot, is no file of ours.
  if (isInProgress !== (match[1] === '.')) return undefined;
  return { name, subtask: Number(match[2]), number: Number(match[3]), isInProgress };
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
