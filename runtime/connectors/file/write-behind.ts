// One file being written, behind the task's back: lines gather into chunks, chunks are written one after the other.
//   I1. At most `bufferBytesMax` wait; above it `isFull`, and `onRoom` is called once there is room again.
//   I2. After `sync` every line taken is on the disk; nothing is taken any more.

import { type FileHandle, open } from 'node:fs/promises';
import { fileFailure } from './failure.ts';

/** The least that is written at a time. */
const CHUNK_CHARS = 64 * 1024;
/** Bytes that may wait for a slow disk, for each file. */
const BUFFER_BYTES_MAX = 4 * 1024 * 1024;

/** What the writing of a file reports to. */
export interface WriteBehindListener {
  onRoom(): void;
  onError(error: unknown): void;
}

/** An append-only file with a bounded buffer. */
export class WriteBehind {
  readonly path: string;
  readonly #listener: WriteBehindListener;
  #text = '';
  #chunks: Buffer[] = [];
  #waitingBytes = 0;
  /** Opening, then writing: one step after the other. */
  #work: Promise<void>;
  #isWriting = false;
  #handle: FileHandle | undefined;
  #error: unknown;

  /** Begins a new file; one of that name is overwritten. */
  constructor(path: string, listener: WriteBehindListener) {
    this.path = path;
    this.#listener = listener;
    this.#work = this.#open();
  }

  get isFull(): boolean {
    return this.#waitingBytes >= BUFFER_BYTES_MAX;
  }

  /** Takes text, newline included. */
  append(text: string): void {
    this.#text += text;
    if (this.#text.length >= CHUNK_CHARS) this.#cutChunk();
  }

  /** Writes what is left and has the operating system put it on the disk; throws what failed before. */
  async sync(): Promise<void> {
    this.#cutChunk();
    await this.#work;
    if (this.#error !== undefined) throw fileFailure('write', this.path, this.#error);
    try {
      await this.#handle?.sync();
    } catch (error) {
      throw fileFailure('sync', this.path, error);
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

  #cutChunk(): void {
    if (this.#text === '') return;
    const chunk = Buffer.from(this.#text, 'utf8');
    this.#text = '';
    this.#chunks.push(chunk);
    this.#waitingBytes += chunk.length;
    if (this.#isWriting) return;
    this.#isWriting = true;
    this.#work = this.#work.then(() => this.#writeAll());
  }

  async #open(): Promise<void> {
    try {
      this.#handle = await open(this.path, 'w');
    } catch (error) {
      this.#failed(error);
    }
  }

  async #writeAll(): Promise<void> {
    try {
      while (this.#chunks.length > 0 && this.#error === undefined) {
        const chunks = this.#chunks;
        this.#chunks = [];
        await this.#write(Buffer.concat(chunks));
      }
    } catch (error) {
      this.#failed(error);
    } finally {
      this.#isWriting = false;
    }
  }

  async #write(bytes: Buffer): Promise<void> {
    for (let written = 0; written < bytes.length && this.#handle !== undefined;) {
      written += (await this.#handle.write(bytes, written)).bytesWritten;
    }
    const wasFull = this.isFull;
    this.#waitingBytes -= bytes.length;
    if (wasFull && this.#waitingBytes < BUFFER_BYTES_MAX) this.#listener.onRoom();
  }

  #failed(error: unknown): void {
    this.#error = error;
    this.#listener.onError(fileFailure('write', this.path, error));
  }
}
