// One sorted run in a file, read from the front in chunks.
//   I1. The current entry lies whole in memory; the buffer grows for an entry that is larger than a chunk.

import { closeSync, openSync, readSync } from 'node:fs';
import { invariant } from '../core/invariant.ts';
import type { RowMemory } from '../types/codec.ts';
import { entryBytesAt, type SortedEntry } from './sorted-entry.ts';

const LENGTH_BYTES = 4;

/** The entries of a run, one at a time. */
export class SortedRun {
  readonly #file: number;
  #memory: RowMemory;
  #offset = 0;
  #end = 0;

  constructor(path: string, chunkBytes: number) {
    this.#file = openSync(path, 'r');
    this.#memory = allocate(chunkBytes);
    this.#fill(LENGTH_BYTES);
  }

  /** The current entry; undefined after the last. */
  get entry(): SortedEntry | undefined {
    return this.#offset < this.#end ? { memory: this.#memory, offset: this.#offset } : undefined;
  }

  /** Goes on to the next entry. */
  advance(): void {
    this.#offset += entryBytesAt(this.#memory, this.#offset);
    this.#fill(LENGTH_BYTES);
  }

  close(): void {
    closeSync(this.#file);
  }

  #fill(least: number): void {
    if (!this.#holds(least) && !this.#read(least)) {
      invariant(this.#offset === this.#end, 'a run ends with a whole entry');
      return;
    }
    const bytes = entryBytesAt(this.#memory, this.#offset);
    if (this.#holds(bytes)) return;
    invariant(this.#read(bytes), 'a run ends with a whole entry');
  }

  #holds(bytes: number): boolean {
    return this.#end - this.#offset >= bytes;
  }

  /** Moves what is left to the front and reads behind it; false when the file ends before `least` bytes are there. */
  #read(least: number): boolean {
    const left = this.#memory.bytes.subarray(this.#offset, this.#end);
    const target = least > this.#memory.bytes.length ? allocate(2 * least) : this.#memory;
    left.copy(target.bytes, 0);
    this.#memory = target;
    this.#end = left.length;
    this.#offset = 0;
    while (this.#end < least) {
      const read = readSync(
        this.#file,
        target.bytes,
        this.#end,
        target.bytes.length - this.#end,
        null,
      );
      if (read === 0) return false;
      this.#end += read;
    }
    return true;
  }
}

function allocate(bytes: number): RowMemory {
  const buffer = Buffer.allocUnsafeSlow(bytes);
  return { bytes: buffer, view: new DataView(buffer.buffer) };
}
