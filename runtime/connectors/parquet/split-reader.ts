// Reads rows in the order of files, row groups and rows. Row groups are splits: row group i of all files, sorted by path,
// belongs to subtask i mod p.
//   I1. `poll` only makes rows; decoding happens between polls, a column chunk at a time, one row group ahead at most.

import type { EmitRecord, SourceContext, SourceReader, SourceStatus } from '../connector.ts';
import { positionNumber } from '../position.ts';
import { ParquetInput, type Split } from './parquet-input.ts';
import { makeRowMaker, type RowMaker } from './row-maker.ts';
import type { ParquetOptions } from './spec.ts';

/** Row groups decoded ahead of the one being emitted. */
const GROUPS_AHEAD_MAX = 1;

interface DecodedSplit {
  readonly makeRow: RowMaker;
  readonly rowCount: number;
}

/** The reader of `parquet(...)` without an order. */
export class ParquetSplitReader implements SourceReader<unknown> {
  readonly #context: SourceContext;
  readonly #files: ParquetInput;
  #splits: readonly Split[] = [];
  /** The split being emitted, and the next row in it. */
  #splitIndex = 0;
  #row = 0;
  readonly #decoded: DecodedSplit[] = [];
  #decoding: Promise<void> | undefined;
  #isClosed = false;

  constructor(options: ParquetOptions<unknown>, context: SourceContext) {
    this.#context = context;
    this.#files = new ParquetInput(options, context);
  }

  async open(position: unknown): Promise<void> {
    const { subtaskIndex, parallelism } = this.#context;
    const files = await this.#files.open();
    this.#splits = files
      .flatMap((file) => file.rowGroups.map((group) => ({ file, group })))
      .filter((_, index) => index % parallelism === subtaskIndex);
    if (position !== undefined && position !== null) {
      this.#splitIndex = positionNumber(position, 'split');
      this.#row = positionNumber(position, 'row');
    }
    this.#decodeAhead();
  }

  poll(emit: EmitRecord<unknown>, limit: number): SourceStatus {
    let left = limit;
    for (let split = this.#decoded[0]; split !== undefined; split = this.#decoded[0]) {
      left -= this.#emitRows(split, emit, left);
      if (this.#row < split.rowCount) break;
      this.#decoded.shift();
      this.#splitIndex += 1;
      this.#row = 0;
    }
    this.#decodeAhead();
    if (this.#splitIndex >= this.#splits.length) return 'ended';
    return left === 0 ? 'more' : 'idle';
  }

  position(): unknown {
    return { split: this.#splitIndex, row: this.#row };
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#decoding;
    await this.#files.close();
  }

  #emitRows(split: DecodedSplit, emit: EmitRecord<unknown>, limit: number): number {
    const start = this.#row;
    const stop = Math.min(split.rowCount, start + limit);
    for (let row = start; row < stop; row++) {
      const record = split.makeRow(row);
      emit(record, this.#files.timestampOf(record));
    }
    this.#row = stop;
    return stop - start;
  }

  #decodeAhead(): void {
    const next = this.#splits[this.#splitIndex + this.#decoded.length];
    if (next === undefined || this.#decoding !== undefined || this.#isClosed) return;
    if (this.#decoded.length > GROUPS_AHEAD_MAX) return;
    this.#decoding = this.#decodeSplit(next)
      .catch((error: unknown) => {
        if (!this.#isClosed) this.#context.fail(error);
      })
      .finally(() => {
        this.#decoding = undefined;
        this.#context.wake();
      });
  }

  async #decodeSplit(split: Split): Promise<void> {
    const { rowCount } = split.group;
    const columns = split.file.makeColumns(rowCount);
    await this.#files.decode(split, columns, 0);
    this.#decoded.push({ makeRow: makeRowMaker(columns), rowCount });
  }
}
