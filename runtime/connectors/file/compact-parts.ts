// Small files of a partition become one, while all of them are still hidden: the commit then sees files of a good size, and
// a crash at any point leaves hidden files only, which the next run removes. Files of lines can be joined end to end, also
// when each is compressed; of all but the first the header is left out.

import { type FileHandle, open } from 'node:fs/promises';
import { fileFailure } from './failure.ts';
import type { SealedPart } from './open-part.ts';
import { markPending, type PartPaths, removeHidden } from './part-files.ts';

const COPY_BYTES = 1024 * 1024;

/** What compaction needs of the writer. */
export interface CompactOptions {
  readonly targetBytes: number;
  /** Names a new file of a directory. */
  readonly nextPaths: (directory: string) => PartPaths;
  /** A file is no more. */
  readonly onRemoved: (paths: PartPaths) => void;
}

/** The same records in fewer files, those of a directory in the same order. */
export async function compactParts(
  parts: readonly SealedPart[],
  options: CompactOptions,
): Promise<SealedPart[]> {
  const compacted: SealedPart[] = [];
  for (const group of groupParts(parts, options.targetBytes)) {
    const [first, ...rest] = group;
    if (first === undefined || rest.length === 0) compacted.push(...group);
    else compacted.push(await joinParts(first, rest, options));
  }
  return compacted;
}

/** Neighbours of a directory that together are no larger than wanted. */
function groupParts(parts: readonly SealedPart[], targetBytes: number): readonly SealedPart[][] {
  const groups: SealedPart[][] = [];
  const growing = new Map<string, { readonly group: SealedPart[]; bytes: number }>();
  for (const part of parts) {
    const { directory } = part.paths;
    let last = growing.get(directory);
    if (last === undefined || last.bytes + part.bytes > targetBytes) {
      last = { group: [], bytes: 0 };
      growing.set(directory, last);
      groups.push(last.group);
    }
    last.group.push(part);
    last.bytes += part.bytes;
  }
  return groups;
}

async function joinParts(
  first: SealedPart,
  rest: readonly SealedPart[],
  { nextPaths, onRemoved }: CompactOptions,
): Promise<SealedPart> {
  const paths = nextPaths(first.paths.directory);
  let bytes = 0;
  try {
    const target = await open(paths.inProgress, 'w');
    try {
      bytes += await copyFrom(first.paths.pending, 0, target);
      for (const part of rest)
        bytes += await copyFrom(part.paths.pending, part.headerBytes, target);
      await target.sync();
    } finally {
      await target.close();
    }
  } catch (error) {
    throw fileFailure('join the small files of', paths.directory, error);
  }
  await markPending(paths);
  for (const part of [first, ...rest]) {
    await removeHidden(part.paths);
    onRemoved(part.paths);
  }
  return { paths, bytes, headerBytes: first.headerBytes };
}

/** Appends a file from an offset on; returns how many bytes that were. */
async function copyFrom(path: string, offset: number, target: FileHandle): Promise<number> {
  const source = await open(path, 'r');
  const buffer = Buffer.allocUnsafe(COPY_BYTES);
  try {
    for (let position = offset; ;) {
      const { bytesRead } = await source.read(buffer, 0, COPY_BYTES, position);
      if (bytesRead === 0) return position - offset;
      await target.writeFile(buffer.subarray(0, bytesRead));
      position += bytesRead;
    }
  } finally {
    await source.close();
  }
}
