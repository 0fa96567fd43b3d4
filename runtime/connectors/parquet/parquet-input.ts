// The files of a Parquet source: opened together, decoded a row group at a time. Which row groups, and in which order
// their rows come, is the readers' business.
// Decoding is counted apart (`parquetDecodeMs`), so that a job's rate can be told from its input's.

import { NO_TIMESTAMP, type SourceContext } from '../connector.ts';
import { requireFiles } from '../file/discover.ts';
import { userFailure } from '../user-function.ts';
import type { Column } from './column.ts';
import { ParquetFile, type RowGroupPlace } from './parquet-file.ts';
import type { ParquetOptions } from './spec.ts';

/** One row group of one file: what a subtask reads at a time. */
export interface Split {
  readonly file: ParquetFile;
  readonly group: RowGroupPlace;
}

/** The open files, and the clock on their decoding. */
export class ParquetInput {
  readonly #options: ParquetOptions<unknown>;
  readonly #context: SourceContext;
  readonly #files: ParquetFile[] = [];
  #decodeMs = 0;

  constructor(options: ParquetOptions<unknown>, context: SourceContext) {
    this.#options = options;
    this.#context = context;
  }

  async open(): Promise<readonly ParquetFile[]> {
    for (const path of await requireFiles(this.#options.path)) {
      this.#files.push(await ParquetFile.open(path, this.#options.columns));
    }
    return this.#files;
  }

  async decode(split: Split, columns: readonly Column[], offset: number): Promise<void> {
    const startMs = this.#context.clock.monotonicMs();
    await split.file.decode(split.group, columns, offset);
    const spentMs = this.#context.clock.monotonicMs() - startMs;
    const before = Math.round(this.#decodeMs);
    this.#decodeMs += spentMs;
    // Rounded in total and not a row group at a time, so that the sum stays exact to a millisecond.
    this.#context.count('parquetDecodeMs', Math.round(this.#decodeMs) - before);
    this.#context.log.debug('row group decoded', {
      file: split.file.path,
      rows: split.group.rowCount,
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

  async close(): Promise<void> {
    await Promise.all(this.#files.map((file) => file.close()));
  }
}
