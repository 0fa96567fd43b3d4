// One file being written, behind the task's back: what is appended gathers into chunks, chunks are compressed when asked
// for, and written one after the other.
//   I1. What waits in all files of a writer is counted in one budget; above it `isFull`, and `onRoom` when there is room.
//       Text that is not yet a chunk is not counted: less than `CHUNK_CHARS` a file.
//   I2. After `sync` all that was taken is on the disk; nothing is taken any more.
//   I3. The header is written apart, so that the file's records can be read without it; each compressed chunk is a gzip
//       member of its own, so that files can be joined end to end.

import type { FileHandle } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { fileFailure } from './failure.ts';

/** The least that is written at a time. */
const CHUNK_CHARS = 64 * 1024;
/** Bytes that may wait for a slow disk, in all files of a writer together. */
const BUFFER_BYTES_MAX = 8 * 1024 * 1024;

const compress = promisify(gzip);

/** The bytes that wait in the files of one writer. */
export class WriteBudget {
  #waitingBytes = 0;
  readonly #onRoom: () => void;

  constructor(onRoom: () => void) {
    this.#onRoom = onRoom;
  }

  get isFull(): boolean {
    return this.#waitingBytes >= BUFFER_BYTES_MAX;
  }

  take(bytes: number): void {
    this.#waitingBytes += bytes;
  }

  giveBack(bytes: number): void {
    const wasFull = this.isFull;
    this.#waitingBytes -= bytes;
    if (wasFull && this.#waitingBytes < BUFFER_BYTES_MAX) this.#onRoom();
  }
}

/** What the writing of a file needs. */
export interface WriteBehindOptions {
  readonly path: string;
  /** Creates the file. */
  readonly create: (path: string) => Promise<FileHandle>;
  readonly budget: WriteBudget;
  readonly onError: (error: unknown) => void;
  readonly gzip: boolean;
  /** Text that the file begins with; '' for none. */
  readonly header: string;
}

/** An append-only file with a bounded buffer. */
export class WriteBehind {
  readonly #options: WriteBehindOptions;
  #text = '';
  #chunks: Buffer[] = [];
  #cutBytes = 0;
  #writtenBytes = 0;
  #headerBytes = 0;
  /** Opening, then writing: one step after the other. */
  #work: Promise<void>;
  #isWriting = false;
  #handle: FileHandle | undefined;
  #error: unknown;

  /** Begins a new file; one of that name is overwritten. */
  constructor(options: WriteBehindOptions) {
    this.#options = options;
    this.#work = this.#open();
  }

  /** What was taken, before compression and without the header; text that is not yet cut counts by its characters. */
  get takenBytes(): number {
    return this.#cutBytes + this.#text.length;
  }

  /** What is in the file. */
  get writtenBytes(): number {
    return this.#writtenBytes;
  }

  /** How much of it is the header. */
  get headerBytes(): number {
    return this.#headerBytes;
  }

  /** Takes text, newline included. */
  append(text: string): void {
    this.#text += text;
    if (this.#text.length >= CHUNK_CHARS) this.#cutText();
  }

  /** Takes bytes, which stay the file's. */
  appendBytes(bytes: Buffer): void {
    this.#cutText();
    this.#take(bytes);
  }

  /** Writes what is left and has the operating system put it on the disk; throws what failed before. */
  async sync(): Promise<void> {
    this.#cutText();
    await this.#work;
    const { path } = this.#options;
    if (this.#error !== undefined) throw fileFailure('write', path, this.#error);
    try {
      await this.#handle?.sync();
    } catch (error) {
      throw fileFailure('sync', path, error);
    } finally {
      await this.close();
    }
  }

  /** Frees the file; what was not synced may be lost. */
  async close(): Promise<void> {
    this.#chunks = [];
    await this.#work;
    const handle = this.#handle;
    this.#handle = undefined;
    await handle?.close();
  }

  #cutText(): void {
    if (this.#text === '') return;
    const chunk = Buffer.from(this.#text, 'utf8');
    this.#text = '';
    this.#take(chunk);
  }

  #take(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#cutBytes += chunk.length;
    this.#options.budget.take(chunk.length);
    if (this.#isWriting) return;
    this.#isWriting = true;
    this.#work = this.#work.then(() => this.#writeAll());
  }

  async #open(): Promise<void> {
    const { path, create, header } = this.#options;
    try {
      this.#handle = await create(path);
      if (header === '') return;
      await this.#write(Buffer.from(header, 'utf8'));
      this.#headerBytes = this.#writtenBytes;
    } catch (error) {
      this.#failed(error);
    }
  }

  async #writeAll(): Promise<void> {
    try {
      while (this.#chunks.length > 0 && this.#error === undefined) {
        const bytes = Buffer.concat(this.#chunks);
        this.#chunks = [];
        await this.#write(bytes);
        this.#options.budget.giveBack(bytes.length);
      }
    } catch (error) {
      this.#failed(error);
    } finally {
      this.#isWriting = false;
    }
  }

  async #write(plain: Buffer): Promise<void> {
    const bytes = this.#options.gzip ? await compress(plain) : plain;
    for (let written = 0; written < bytes.length && this.#handle !== undefined;) {
      written += (await this.#handle.write(bytes, written)).bytesWritten;
    }
    this.#writtenBytes += bytes.length;
  }

  #failed(error: unknown): void {
    this.#error = error;
    this.#options.onError(fileFailure('write', this.#options.path, error));
  }
}
