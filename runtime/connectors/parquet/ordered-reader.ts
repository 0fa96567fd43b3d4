// Replays rows in the order of a number: decodes everything into columns, sorts the row numbers, and makes rows from the
// columns as they are asked for. Sorting is counted apart (`parquetSortMs`), as decoding is.
//   I1. Rows with equal keys come in the order of files and rows.
//   I2. The order depends on the files only, so a position is the number of rows emitted.

import type {
  EmitRecord,
  SourceContext,
  SourceMaker,
  SourceReader,
  SourceStatus,
} from '../connector.ts';
import { EngineError } from '../../core/errors.ts';
import { invariant } from '../../core/invariant.ts';
import { positionNumber } from '../position.ts';
import { userFailure } from '../user-function.ts';
import type { ParquetFile } from './parquet-file.ts';
import { ParquetInput } from './parquet-input.ts';
import { makeRowMaker, type RowMaker } from './row-maker.ts';
import { sortRows } from './sort-rows.ts';
import type { ParquetOptions, ParquetSpec } from './spec.ts';

/** Makes the reader of a `parquet({ orderBy })` source. */
export const orderedParquetSource: SourceMaker = (spec, context) => {
  const { options } = spec as ParquetSpec<unknown>;
  invariant(options.orderBy !== undefined, 'a source that replays in an order has one');
  return new ParquetOrderedReader(options, options.orderBy, context);
};

/** The reader of `parquet({ orderBy })`. */
class ParquetOrderedReader implements SourceReader<unknown> {
  readonly #orderBy: (row: unknown) => number;
  readonly #context: SourceContext;
  readonly #files: ParquetInput;
  #makeRow: RowMaker = () => undefined;
  #order: Uint32Array = new Uint32Array(0);
  #isReady = false;
  #next = 0;
  #preparing: Promise<void> = Promise.resolve();
  #isClosed = false;

  constructor(
    options: ParquetOptions<unknown>,
    orderBy: (row: unknown) => number,
    context: SourceContext,
  ) {
    this.#orderBy = orderBy;
    this.#context = context;
    this.#files = new ParquetInput(options, context);
  }

  async open(position: unknown): Promise<void> {
    if (position !== undefined && position !== null) this.#next = positionNumber(position, 'next');
    const files = await this.#files.openAll();
    this.#preparing = this.#prepare(files)
      .catch((error: unknown) => {
        if (!this.#isClosed) this.#context.fail(error);
      })
      .finally(() => {
        this.#context.wake();
      });
  }

  poll(emit: EmitRecord<unknown>, limit: number): SourceStatus {
    if (!this.#isReady) return 'idle';
    const stop = Math.min(this.#order.length, this.#next + limit);
    for (; this.#next < stop; this.#next++) {
      const row = this.#makeRow(this.#order[this.#next] ?? 0);
      emit(row, this.#files.timestampOf(row));
    }
    return this.#next >= this.#order.length ? 'ended' : 'more';
  }

  position(): unknown {
    return { next: this.#next };
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#preparing;
    await this.#files.closeAll();
  }

  async #prepare(files: readonly ParquetFile[]): Promise<void> {
    const rowCount = files.reduce((sum, file) => sum + file.rowCount, 0);
    const columns = files[0]?.makeColumns(rowCount) ?? [];
    let offset = 0;
    for (const file of files) {
      for (const group of file.rowGroups) {
        if (this.#isClosed) return;
        await this.#files.decode(file, group, columns, offset);
        offset += group.rowCount;
        this.#context.count('parquetRowsDecoded', group.rowCount);
      }
    }
    this.#makeRow = makeRowMaker(columns);
    const startMs = this.#context.clock.monotonicMs();
    this.#order = sortRows(this.#keys(rowCount));
    const sortMs = Math.round(this.#context.clock.monotonicMs() - startMs);
    this.#context.count('parquetSortMs', sortMs);
    this.#context.log.info('rows put in order', { rows: rowCount, sortMs });
    this.#isReady = true;
  }

  #keys(rowCount: number): Float64Array {
    const keys = new Float64Array(rowCount);
    for (let row = 0; row < rowCount; row++) keys[row] = this.#keyOf(row);
    return keys;
  }

  #keyOf(row: number): number {
    const record = this.#makeRow(row);
    let key: number;
    try {
      key = this.#orderBy(record);
    } catch (error) {
      throw userFailure(`parquet: 'orderBy' for row ${row}`, error);
    }
    if (!Number.isNaN(key)) return key;
    throw new EngineError(
      'RECORD_MISMATCH',
      `parquet: 'orderBy' of row ${row} is not a number; give rows without one a number of their own`,
      { details: { row: JSON.stringify(record) } },
    );
  }
}
