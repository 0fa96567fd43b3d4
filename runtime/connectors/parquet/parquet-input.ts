// The files of a Parquet source, decoded a row group at a time. Which row groups, and in which order their rows come, is the
// readers' business.
//   I1. A file is open while somebody reads it, once, however many of its row groups are read.
// Decoding is counted apart (`parquetDecodeMs`), so that a job's rate can be told from its input's.

import { NO_TIMESTAMP, type SourceContext } from '../connector.ts';
import { requireFiles } from '../file/discover.ts';
import { userFailure } from '../user-function.ts';
import type { Column } from './column.ts';
import { ParquetFile, type RowGroupPlace } from './parquet-file.ts';
import type { ParquetOptions } from './spec.ts';

interface OpenFile {
  readonly opening: Promise<ParquetFile>;
  readers: number;
}

/** The open files, and the clock on their decoding. */
export class ParquetInput {
  readonly #options: ParquetOptions<unknown>;
  readonly #context: SourceContext;
  /** By path. */
  readonly #files = new Map<string, OpenFile>();
  #decodeMs = 0;

  constructor(options: ParquetOptions<unknown>, context: SourceContext) {
    this.#options = options;
    this.#context = context;
  }

  /** All files of the source, in order. */
  async openAll(): Promise<readonly ParquetFile[]> {
    const files: ParquetFile[] = [];
    for (const path of await requireFiles(this.#options.path)) files.push(await this.open(path));
    return files;
  }

  /** One file, until `close` was called as often. */
  open(path: string): Promise<ParquetFile> {
    const open = this.#files.get(path) ?? {
      opening: ParquetFile.open(path, this.#options.columns),
      readers: 0,
    };
    open.readers += 1;
    this.#files.set(path, open);
    return open.opening;
  }

  async close(path: string): Promise<void> {
    const open = this.#files.get(path);
    if (open === undefined) return;
    open.readers -= 1;
    if (open.readers > 0) return;
    this.#files.delete(path);
    const file = await open.opening.catch(() => undefined); // whoever opened it was told
    await file?.close();
  }

  /** Decodes one row group into `columns`, from `offset` on. */
  async decode(
    file: ParquetFile,
    group: RowGroupPlace,
    columns: readonly Column[],
    offset = 0,
  ): Promise<void> {
    const startMs = this.#context.clock.monotonicMs();
    await file.decode(group, columns, offset);
    const spentMs = this.#context.clock.monotonicMs() - startMs;
    const before = Math.round(this.#decodeMs);
    this.#decodeMs += spentMs;
    // Rounded in total and not a row group at a time, so that the sum stays exact to a millisecond.
    this.#context.count('parquetDecodeMs', Math.round(this.#decodeMs) - before);
    this.#context.log.debug('row group decoded', {
      file: file.path,
      rows: group.rowCount,
      decodeMs: Math.round(spentMs),
    });
  }

  timestampOf(row: unknown): number {
    const { timestamp } = this.#options;
    if (timestamp === undefined) return NO_TIMESTAMP;
    try {
      return timestamp(row);
    } catch (error) {
      throw userFailure("parquet: 'timestamp'", error);
    }
  }

  async closeAll(): Promise<void> {
    const paths = [...this.#files.keys()];
    await Promise.all(paths.map((path) => this.close(path)));
  }
}
