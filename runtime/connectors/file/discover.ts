// Which files a path or pattern means, now. Who reads which of them is the readers' business.
//   I1. The same directory contents give the same list in the same order on every subtask.

import { stat } from 'node:fs/promises';
import { glob, isDynamicPattern } from 'tinyglobby';
import { EngineError } from '../../core/errors.ts';
import { errnoOf, fileFailure } from './failure.ts';

/** What identifies a file whatever it is called: device and inode; and its size now. */
export interface FileIdentity {
  readonly inode: string;
  readonly sizeBytes: number;
}

/** The files a path or pattern means, sorted bytewise; a path that exists is never taken for a pattern. */
export async function discoverFiles(pattern: string): Promise<readonly string[]> {
  if ((await identifyFile(pattern)) !== undefined) return [pattern];
  if (!isDynamicPattern(pattern)) return [];
  const found = await glob(pattern, { onlyFiles: true, dot: false, expandDirectories: false });
  return found.toSorted(compareText);
}

/** As `discoverFiles`, but nothing found is the user's mistake. */
export async function requireFiles(pattern: string): Promise<readonly string[]> {
  const found = await discoverFiles(pattern);
  if (found.length > 0) return found;
  throw new EngineError(
    'INPUT_NOT_FOUND',
    `no file matches '${pattern}' (from ${process.cwd()}); check the path and that the volume is mounted`,
  );
}

/** Undefined when the path does not exist; a directory is refused. */
export async function identifyFile(path: string): Promise<FileIdentity | undefined> {
  try {
    const facts = await stat(path, { bigint: true });
    if (facts.isDirectory()) {
      throw new EngineError('INPUT_NOT_FOUND', `${path} is a directory; did you mean ${path}/*?`);
    }
    return { inode: `${facts.dev}:${facts.ino}`, sizeBytes: Number(facts.size) };
  } catch (error) {
    const code = errnoOf(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw fileFailure('read', path, error);
  }
}

function compareText(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
