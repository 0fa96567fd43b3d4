// Follows files while they grow, and new ones as they appear. Files are told apart by inode, so a rename is not a new
// file and a rotation is: the old file is read to its end, then the new one from its start.
//   I1. A subtask reads the files whose inode hashes to it, whatever they are called later.
//   I2. The lines of a path's new file come after those its old one held when the new one was found, when one subtask
//       reads both.
//   I3. A file that its path no longer leads to is read until it was quiet for `ROTATION_GRACE_MS`, because writers go
//       on for a while after a rename. Its last line is then a line even without newline.
// Compressed files are not followed: they are copies of rotated files that were read before.

import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { EmitRecord, SourceContext, SourceReader, SourceStatus } from '../connector.ts';
import { EngineError } from '../../core/errors.ts';
import { hashOfKey, keyGroupOfHash } from '../../core/key-group.ts';
import { positionList, positionNumber, positionText } from '../position.ts';
import { isCompressed } from './byte-stream.ts';
import { DirectoryWatch } from './directory-watch.ts';
import { discoverFiles, identifyFile } from './discover.ts';
import { emitLines, UNREAD_BYTES_MAX } from './finite-lines.ts';
import { FollowedFile, type FollowedFileSurroundings } from './followed-file.ts';
import { LINE_BYTES_MAX, type LinePlace } from './line-buffer.ts';
import type { LineRecord, LinesOptions } from './spec.ts';

/** How often the files are looked at when the file system reports nothing (network volumes). */
export const LOOK_INTERVAL_MS = 1_000;
/** How long a renamed or removed file is still read. */
export const ROTATION_GRACE_MS = 5_000;
/** Files followed by one reader at the same time. */
const FOLLOWED_FILES_MAX = 1_000;

interface ListedFile {
  readonly inode: string;
  readonly path: string;
  readonly sizeBytes: number;
}

interface StoredFile extends LinePlace {
  readonly inode: string;
  readonly path: string;
}

/** The unbounded reader of `lines({ follow: true })`. */
export class FollowedLinesReader implements SourceReader<LineRecord> {
  readonly #options: LinesOptions;
  readonly #context: SourceContext;
  readonly #surroundings: FollowedFileSurroundings;
  readonly #watch: DirectoryWatch;
  /** By inode, oldest first. */
  readonly #files = new Map<string, FollowedFile>();
  #looking: Promise<void> | undefined;
  #isLookWanted = false;
  #hasUnreadBeyondBudget = false;
  #cancelTimer: () => void = () => undefined;
  #isClosed = false;

  constructor(options: LinesOptions, context: SourceContext) {
    this.#options = options;
    this.#context = context;
    this.#watch = new DirectoryWatch(context.log, () => {
      this.#lookSoon();
    });
    this.#surroundings = {
      budget: { unreadBytes: 0, unreadBytesMax: UNREAD_BYTES_MAX },
      lineBytesMax: options.lineBytesMax ?? LINE_BYTES_MAX,
      wake: () => {
        context.wake();
      },
      onTruncated: (path) => {
        context.count('truncatedFiles');
        context.log.warn('a followed file was truncated; reading it from its start', { path });
      },
    };
  }

  async open(position: unknown): Promise<void> {
    const isNew = position === undefined || position === null;
    const listed = await this.#list();
    if (!isNew) await this.#restore(positionList(position, 'files').map(toStoredFile), listed);
    if (listed.length === 0) {
      this.#context.log.warn('no file to follow yet', { path: this.#options.path });
    }
    await this.#addNew(listed, isNew && this.#options.fromEnd === true);
    this.#lookSoon();
    this.#lookLater();
  }

  poll(emit: EmitRecord<LineRecord>, limit: number): SourceStatus {
    let left = limit;
    const share = Math.max(1, Math.ceil(limit / Math.max(1, this.#files.size)));
    for (const file of this.#files.values()) {
      if (left === 0) break;
      if (file.mustWait()) continue;
      const quota = Math.min(share, left);
      left -= quota - takeLines(file, emit, quota);
    }
    const { unreadBytes, unreadBytesMax } = this.#surroundings.budget;
    if (this.#hasUnreadBeyondBudget && unreadBytes < unreadBytesMax) this.#lookSoon();
    return left < limit ? 'more' : 'idle';
  }

  position(): unknown {
    const files = [...this.#files.values()].map(({ inode, path, place }) => ({
      inode,
      path,
      ...place,
    }));
    return { files };
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#cancelTimer();
    this.#watch.close();
    await this.#looking;
    await Promise.all([...this.#files.values()].map((file) => file.close()));
  }

  #lookLater(): void {
    this.#cancelTimer = this.#context.clock.after(LOOK_INTERVAL_MS, () => {
      this.#lookSoon();
      this.#lookLater();
    });
  }

  /** Looks at the files now, or once more when already looking. */
  #lookSoon(): void {
    this.#isLookWanted = true;
    if (this.#looking !== undefined || this.#isClosed) return;
    this.#looking = this.#lookWhileWanted()
      .catch((error: unknown) => {
        if (!this.#isClosed) this.#context.fail(error);
      })
      .finally(() => {
        this.#looking = undefined;
      });
  }

  async #lookWhileWanted(): Promise<void> {
    while (this.#isLookWanted && !this.#isClosed) {
      this.#isLookWanted = false;
      await this.#look();
    }
  }

  /** What is there already is read before anything new is opened (I2). */
  async #look(): Promise<void> {
    const listed = await this.#list();
    this.#hasUnreadBeyondBudget = false;
    for (const file of [...this.#files.values()]) {
      await this.#readFollowed(
        file,
        listed.find(({ inode }) => inode === file.inode),
      );
    }
    await this.#addNew(listed, false);
    this.#watch.watchDirectoriesOf([...listed.map(({ path }) => path), this.#options.path]);
  }

  async #readFollowed(file: FollowedFile, listed: ListedFile | undefined): Promise<void> {
    if (!file.isOpen) {
      const hasGrown = listed !== undefined && listed.sizeBytes !== file.readBytes;
      if (listed === undefined && !file.hasUnread) this.#files.delete(file.inode);
      if (!hasGrown || file.hasUnread || !(await file.open(listed.path))) return;
    }
    const before = file.readBytes;
    const outcome = await file.readOn();
    if (outcome === 'full') this.#hasUnreadBeyondBudget = true;
    else if (this.#isOver(file, listed, file.readBytes !== before)) await file.finish();
  }

  /** True once the file's path has not led to it for the time of grace without a byte being added. */
  #isOver(file: FollowedFile, listed: ListedFile | undefined, hasGrown: boolean): boolean {
    const nowMs = this.#context.clock.nowMs();
    if (listed?.path === file.path) file.goneSinceMs = undefined;
    else if (hasGrown) file.goneSinceMs = nowMs;
    else file.goneSinceMs ??= nowMs;
    return file.goneSinceMs !== undefined && nowMs - file.goneSinceMs >= ROTATION_GRACE_MS;
  }

  async #addNew(listed: readonly ListedFile[], isFromEnd: boolean): Promise<void> {
    for (const { inode, path, sizeBytes } of listed) {
      if (this.#files.has(inode) || !this.#isMine(inode) || this.#isClosed) continue;
      this.#checkCount();
      const after = [...this.#files.values()].findLast((file) => file.path === path);
      const place = { byteOffset: isFromEnd ? sizeBytes : 0, lineNumber: 0 };
      await this.#begin(new FollowedFile({ inode, path, after }, place, this.#surroundings), path);
    }
  }

  async #restore(stored: readonly StoredFile[], listed: readonly ListedFile[]): Promise<void> {
    for (const file of stored) {
      const path =
        listed.find(({ inode }) => inode === file.inode)?.path ??
        (await findInode(file.inode, dirname(file.path)));
      const after = [...this.#files.values()].findLast((earlier) => earlier.path === file.path);
      const followed = new FollowedFile({ ...file, after }, file, this.#surroundings);
      if (path === undefined || !(await this.#begin(followed, path))) this.#reportLost(file);
    }
  }

  async #begin(file: FollowedFile, path: string): Promise<boolean> {
    if (!(await file.open(path))) return false;
    this.#files.set(file.inode, file);
    if ((await file.readOn()) === 'full') this.#hasUnreadBeyondBudget = true;
    return true;
  }

  #reportLost({ path, byteOffset }: StoredFile): void {
    this.#context.count('lostFiles');
    this.#context.log.warn('a followed file is gone; lines added to it meanwhile are lost', {
      path,
      byteOffset,
    });
  }

  #isMine(inode: string): boolean {
    const { parallelism, subtaskIndex } = this.#context;
    return keyGroupOfHash(hashOfKey(inode), parallelism) === subtaskIndex;
  }

  async #list(): Promise<readonly ListedFile[]> {
    const listed: ListedFile[] = [];
    for (const path of await discoverFiles(this.#options.path)) {
      if (isCompressed(path)) continue;
      const identity = await identifyFile(path);
      if (identity !== undefined) listed.push({ path, ...identity });
    }
    return listed;
  }

  #checkCount(): void {
    if (this.#files.size < FOLLOWED_FILES_MAX) return;
    throw new EngineError(
      'FILE_FAILED',
      `'${this.#options.path}' matches more than ${FOLLOWED_FILES_MAX} files to follow; narrow the pattern`,
    );
  }
}

/** Emits at most `limit` lines of one file; returns how many more could have been. */
function takeLines(file: FollowedFile, emit: EmitRecord<LineRecord>, limit: number): number {
  let left = limit;
  for (let lines = file.lines; left > 0 && lines.hasUnread; lines = file.lines) {
    const before = left;
    left = emitLines({ path: file.path, lines }, emit, left);
    if (left === before && !lines.isEnded) break;
  }
  return left;
}

/** The file of this inode in a directory: where a rotated file usually is. */
async function findInode(inode: string, directory: string): Promise<string | undefined> {
  const entries = await readdir(directory, { withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    const path = join(directory, entry.name);
    if ((await identifyFile(path))?.inode === inode) return path;
  }
  return undefined;
}

function toStoredFile(stored: unknown): StoredFile {
  return {
    inode: positionText(stored, 'inode'),
    path: positionText(stored, 'path'),
    byteOffset: positionNumber(stored, 'byteOffset'),
    lineNumber: positionNumber(stored, 'lineNumber'),
  };
}
