// Reads the rows of one row group in their order.
//   I1. `poll` only makes rows: the row group is decoded while its split is opened, a column chunk at a time.

import type { EmitRecord, SourceReader, SourceStatus } from '../connector.ts';
import { EngineError } from '../../core/errors.ts';
import { positionNumber } from '../position.ts';
import type { RowGroupSplit } from './enumerator.ts';
import type { ParquetInput } from './parquet-input.ts';
import { makeRowMaker, type RowMaker } from './row-maker.ts';

/** The reader of one split of a `parquet(...)` source. */
export class RowGroupReader implements SourceReader<unknown> {
  readonly #split: RowGroupSplit;
  readonly #input: ParquetInput;
  #makeRow: RowMaker = () => undefined;
  #rowCount = 0;
  #next = 0;

  constructor(split: RowGroupSplit, input: ParquetInput) {
    this.#split = split;
    this.#input = input;
  }

  async open(position: unknown): Promise<void> {
    if (position !== undefined && position !== null) this.#next = positionNumber(position, 'row');
    const { path, group: number } = this.#split;
    const file = await this.#input.open(path);
    const group = file.rowGroups[number];
    if (group === undefined) {
      throw new EngineError(
        'FILE_FAILED',
        `${path} has ${file.rowGroups.length} row groups, but had more when it was found; was it replaced?`,
      );
    }
    const columns = file.makeColumns(group.rowCount);
    await this.#input.decode(file, group, columns);
    this.#makeRow = makeRowMaker(columns);
    this.#rowCount = group.rowCount;
  }

  poll(emit: EmitRecord<unknown>, limit: number): SourceStatus {
    const stop = Math.min(this.#rowCount, this.#next + limit);
    for (; this.#next < stop; this.#next++) {
      const row = this.#makeRow(this.#next);
      emit(row, this.#input.timestampOf(row));
    }
    return this.#next >= this.#rowCount ? 'ended' : 'more';
  }

  position(): unknown {
    return { row: this.#next };
  }

  close(): Promise<void> {
    return this.#input.close(this.#split.path);
  }
}
