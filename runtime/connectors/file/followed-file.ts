// One file that is followed while it grows. It is held open, so that what is written to it after it was renamed or
// removed is still read. Leaves discovery, and deciding that a file is over, to `followed-lines.ts`.
//   I1. A truncated file is read again from its start, after the lines read before were taken.
//   I2. `readOn` calls never overlap; a call during a read has the read go on once more when it reaches the end.

import { LineBuffer, type LinePlace, type ReadBudget } from './line-buffer.ts';
import { PlainStream } from './byte-stream.ts';

/** What a followed file is told and shares with its siblings. */
export interface FollowedFileSurroundings {
  readonly budget: ReadBudget;
  readonly lineBytesMax: number;
  wake(): void;
  onTruncated(path: string): void;
}

/** `end`: everything there is was read. `full`: there is more, but no room. */
export type ReadOutcome = 'end' | 'full';

/** A file known by its inode; `path` is what it was called when it was first seen. */
export class FollowedFile {
  readonly inode: string;
  readonly path: string;
  /** Since when its path has not led to it; undefined while it does. */
  goneSinceMs: number | undefined;
  /** The file that had this path before: its lines come first. */
  #after: FollowedFile | undefined;
  readonly #surroundings: FollowedFileSurroundings;
  /** More than one after a truncation: the lines from before, then those from after. */
  readonly #buffers: LineBuffer[];
  #stream: PlainStream | undefined;
  #readBytes: number;
  #running: Promise<ReadOutcome> | undefined;
  #isAskedAgain = false;

  constructor(
    file: { inode: string; path: string; after?: FollowedFile | undefined },
    place: LinePlace,
    surroundings: FollowedFileSurroundings,
  ) {
    this.inode = file.inode;
    this.path = file.path;
    this.#after = file.after;
    this.#surroundings = surroundings;
    this.#readBytes = place.byteOffset;
    this.#buffers = [this.#newBuffer(place)];
  }

  get isOpen(): boolean {
    return this.#stream !== undefined;
  }

  get hasUnread(): boolean {
    return this.#buffers.some((buffer) => buffer.hasUnread);
  }

  /** True while the file that had this path before holds lines not yet taken. */
  mustWait(): boolean {
    if (this.#after === undefined) return false;
    if (this.#after.hasUnread) return true;
    // Letting go of it keeps endless rotation from keeping every old file in memory.
    if (!this.#after.isOpen) this.#after = undefined;
    return false;
  }

  /** How far the bytes were read, taken or not. */
  get readBytes(): number {
    return this.#readBytes;
  }

  /** Where the first line not yet taken begins. */
  get place(): LinePlace {
    return this.lines.place;
  }

  /** The lines to take first. */
  get lines(): LineBuffer {
    while (this.#buffers.length > 1 && this.#buffers[0]?.isEnded === true) this.#buffers.shift();
    const [first] = this.#buffers;
    return first ?? this.#replaceBuffers({ byteOffset: 0, lineNumber: 0 });
  }

  /** Opens the file under whatever path leads to it now; false when another file is there by now. */
  async open(path: string): Promise<boolean> {
    const stream = await PlainStream.open(path, this.#readBytes);
    const { inode } = await stream.identity();
    if (inode !== this.inode) {
      await stream.close();
      return false;
    }
    if (this.lines.isEnded) this.#replaceBuffers(this.place);
    this.#stream = stream;
    this.goneSinceMs = undefined;
    return true;
  }

  /** Reads what has been added since, as far as there is room. */
  readOn(): Promise<ReadOutcome> {
    if (this.#running !== undefined) {
      this.#isAskedAgain = true;
      return this.#running;
    }
    this.#running = this.#read().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  /** Nothing more will be written: a last line without newline is a line; frees the file. */
  async finish(): Promise<void> {
    for (const buffer of this.#buffers) buffer.finish();
    await this.close();
    this.#surroundings.wake();
  }

  async close(): Promise<void> {
    const stream = this.#stream;
    this.#stream = undefined;
    await this.#running?.catch(() => undefined);
    await stream?.close();
  }

  async #read(): Promise<ReadOutcome> {
    const { budget } = this.#surroundings;
    while (this.#stream !== undefined) {
      if (budget.unreadBytes >= budget.unreadBytesMax) return 'full';
      const chunk = await this.#stream.read();
      if (chunk !== undefined) {
        this.#buffers.at(-1)?.push(chunk);
        this.#readBytes += chunk.length;
        this.#surroundings.wake();
      } else if (!(await this.#isTruncated()) && !this.#takeAskedAgain()) {
        return 'end';
      }
    }
    return 'end';
  }

  async #isTruncated(): Promise<boolean> {
    const identity = await this.#stream?.identity();
    if (identity === undefined || identity.sizeBytes >= this.#readBytes) return false;
    this.#stream?.seek(0);
    this.#readBytes = 0;
    this.#buffers.at(-1)?.finish();
    this.#buffers.push(this.#newBuffer({ byteOffset: 0, lineNumber: 0 }));
    this.#surroundings.onTruncated(this.path);
    return true;
  }

  #takeAskedAgain(): boolean {
    const isAskedAgain = this.#isAskedAgain;
    this.#isAskedAgain = false;
    return isAskedAgain;
  }

  #replaceBuffers(place: LinePlace): LineBuffer {
    const buffer = this.#newBuffer(place);
    this.#buffers.splice(0, this.#buffers.length, buffer);
    return buffer;
  }

  #newBuffer(place: LinePlace): LineBuffer {
    const { lineBytesMax, budget } = this.#surroundings;
    return new LineBuffer(this.path, lineBytesMax, budget, place);
  }
}
