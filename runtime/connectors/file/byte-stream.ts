// Bytes of one file from a given place on: as they are, or decompressed. Offsets count decompressed bytes.

import { createReadStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { createGunzip } from 'node:zlib';
import { EngineError } from '../../core/errors.ts';
import { fileFailure } from './failure.ts';

/** How much is read at a time. */
const CHUNK_BYTES = 64 * 1024;

/** An open file, read front to back; one `read` at a time. */
export interface ByteStream {
  /** The next bytes; undefined at the end, which for a plain file may move on later. */
  read(): Promise<Buffer | undefined>;
  close(): Promise<void>;
}

/** True for files that are decompressed while reading. */
export function isCompressed(path: string): boolean {
  return path.endsWith('.gz');
}

/** Opens a file for reading from `offset` on. */
export function openByteStream(path: string, offset: number): Promise<ByteStream> {
  return isCompressed(path)
    ? Promise.resolve(new GzipStream(path, offset))
    : PlainStream.open(path, offset);
}

/** A plain file; can be asked whether it is still the file of its path. */
export class PlainStream implements ByteStream {
  readonly #path: string;
  readonly #handle: FileHandle;
  #offset: number;

  static async open(path: string, offset: number): Promise<PlainStream> {
    try {
      return new PlainStream(path, await open(path, 'r'), offset);
    } catch (error) {
      throw fileFailure('read', path, error);
    }
  }

  private constructor(path: string, handle: FileHandle, offset: number) {
    this.#path = path;
    this.#handle = handle;
    this.#offset = offset;
  }

  async read(): Promise<Buffer | undefined> {
    const buffer = Buffer.allocUnsafeSlow(CHUNK_BYTES);
    try {
      const { bytesRead } = await this.#handle.read(buffer, 0, CHUNK_BYTES, this.#offset);
      this.#offset += bytesRead;
      if (bytesRead === 0) return undefined;
      // A short read, usual while following a file, should not keep a whole chunk in memory.
      const isShort = bytesRead < CHUNK_BYTES / 2;
      return isShort ? Buffer.from(buffer.subarray(0, bytesRead)) : buffer.subarray(0, bytesRead);
    } catch (error) {
      throw fileFailure('read', this.#path, error);
    }
  }

  /** What the open file is, and how long, whatever its path names by now. */
  async identity(): Promise<{ readonly inode: string; readonly sizeBytes: number }> {
    const facts = await this.#handle.stat({ bigint: true });
    return { inode: `${facts.dev}:${facts.ino}`, sizeBytes: Number(facts.size) };
  }

  /** Goes on from another place of the same file. */
  seek(offset: number): void {
    this.#offset = offset;
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }
}

class GzipStream implements ByteStream {
  readonly #path: string;
  readonly #chunks: AsyncIterator<Buffer, undefined>;
  #skipBytes: number;
  readonly #destroy: () => void;

  constructor(path: string, offset: number) {
    this.#path = path;
    this.#skipBytes = offset;
    const file = createReadStream(path, { highWaterMark: CHUNK_BYTES });
    const gunzip = createGunzip({ chunkSize: CHUNK_BYTES });
    file.on('error', (error) => gunzip.destroy(error));
    this.#chunks = file.pipe(gunzip)[Symbol.asyncIterator]() as AsyncIterator<Buffer, undefined>;
    this.#destroy = () => {
      file.destroy();
      gunzip.destroy();
    };
  }

  async read(): Promise<Buffer | undefined> {
    for (;;) {
      const chunk = await this.#nextChunk();
      if (chunk === undefined && this.#skipBytes > 0) throw this.#tooShort();
      if (chunk === undefined || this.#skipBytes === 0) return chunk;
      const skipped = Math.min(this.#skipBytes, chunk.length);
      this.#skipBytes -= skipped;
      if (skipped < chunk.length) return chunk.subarray(skipped);
    }
  }

  close(): Promise<void> {
    this.#destroy();
    return Promise.resolve();
  }

  async #nextChunk(): Promise<Buffer | undefined> {
    try {
      return (await this.#chunks.next()).value;
    } catch (error) {
      throw fileFailure('read', this.#path, error);
    }
  }

  #tooShort(): EngineError {
    return new EngineError(
      'FILE_FAILED',
      `${this.#path} ends before the place where reading stopped; was it replaced? Start the job anew`,
    );
  }
}
