// Decodes Parquet row groups into columns, with hyparquet. One column chunk at a time, so that the slot is held up for
// one chunk's decoding and not for a whole row group's.
// Zstandard, gzip and Brotli are Node's own (native; Zstandard in half the time of the JavaScript one); the others are
// hyparquet-compressors'.

import { type FileHandle, open } from 'node:fs/promises';
import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib';
import {
  type AsyncBuffer,
  type ColumnData,
  type Compressors,
  type FileMetaData,
  parquetMetadataAsync,
  parquetRead,
  parquetSchema,
  type SchemaTree,
} from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { EngineError } from '../../core/errors.ts';
import { fileFailure } from '../file/failure.ts';
import { type Column, type ColumnKind, fillColumn, makeColumn } from './column.ts';

const COMPRESSORS: Compressors = {
  ...compressors,
  ZSTD: (input) => zstdDecompressSync(input),
  GZIP: (input) => gunzipSync(input),
  BROTLI: (input) => brotliDecompressSync(input),
};

/** Times as milliseconds; what is finer is cut off towards the past of 1970 or its future alike, as Date does. */
const PARSERS = {
  timestampFromMilliseconds: (millis: bigint | null) => toMs(millis, 1n),
  timestampFromMicroseconds: (micros: bigint | null) => toMs(micros, 1_000n),
  timestampFromNanoseconds: (nanos: bigint | null) => toMs(nanos, 1_000_000n),
  dateFromDays: (days: number | null) => (days === null ? null : days * 86_400_000),
};

/** Where the rows of one row group are in their file. */
export interface RowGroupPlace {
  readonly firstRow: number;
  readonly rowCount: number;
  /** Uncompressed, of all its columns. */
  readonly bytes: number;
}

/** An open Parquet file. */
export class ParquetFile {
  readonly path: string;
  readonly rowGroups: readonly RowGroupPlace[];
  readonly #handle: FileHandle;
  readonly #buffer: AsyncBuffer;
  readonly #metadata: FileMetaData;
  /** The columns to decode, by name. */
  readonly #kinds: ReadonlyMap<string, ColumnKind>;

  /** Opens a file and chooses its columns; all of them when `columns` is undefined. */
  static async open(path: string, columns: readonly string[] | undefined): Promise<ParquetFile> {
    const handle = await open(path, 'r').catch((error: unknown) => {
      throw fileFailure('read', path, error);
    });
    try {
      const buffer = await asyncBuffer(handle);
      return new ParquetFile(path, handle, {
        buffer,
        columns,
        metadata: await readMetadata(path, buffer),
      });
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  private constructor(
    path: string,
    handle: FileHandle,
    content: {
      readonly buffer: AsyncBuffer;
      readonly metadata: FileMetaData;
      readonly columns: readonly string[] | undefined;
    },
  ) {
    this.path = path;
    this.#handle = handle;
    this.#buffer = content.buffer;
    this.#metadata = content.metadata;
    this.rowGroups = placeRowGroups(content.metadata);
    this.#kinds = chooseColumns(path, parquetSchema(content.metadata), content.columns);
  }

  get rowCount(): number {
    return Number(this.#metadata.num_rows);
  }

  /** Empty columns that hold `rowCount` rows of this file. */
  makeColumns(rowCount: number): readonly Column[] {
    return [...this.#kinds].map(([name, kind]) => makeColumn(name, kind, rowCount));
  }

  /** Decodes one row group into `columns`, from `offset` on. */
  async decode(group: RowGroupPlace, columns: readonly Column[], offset: number): Promise<void> {
    for (const column of columns) {
      this.#checkKind(column);
      await this.#decodeColumn(group, column, offset);
    }
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }

  /** Files that are read as one table must agree on what their columns hold. */
  #checkKind({ name, kind }: Column): void {
    const own = this.#kinds.get(name);
    if (own === kind) return;
    throw new EngineError(
      'RECORD_MISMATCH',
      `${this.path}, column '${name}' holds ${own ?? 'nothing'}, but ${kind} in the files before; ` +
        `read files of different schemas with a source each`,
    );
  }

  async #decodeColumn(group: RowGroupPlace, column: Column, offset: number): Promise<void> {
    const fill = (chunk: ColumnData): void => {
      const place = { file: this.path, firstRow: chunk.rowStart };
      fillColumn(column, offset + chunk.rowStart - group.firstRow, chunk.columnData, place);
    };
    // What is thrown in a callback would be an unhandled rejection of hyparquet's, so chunks are kept and filled after.
    const chunks: ColumnData[] = [];
    await parquetRead({
      file: this.#buffer,
      metadata: this.#metadata,
      compressors: COMPRESSORS,
      parsers: PARSERS,
      columns: [column.name],
      rowStart: group.firstRow,
      rowEnd: group.firstRow + group.rowCount,
      onChunk: (chunk) => chunks.push(chunk),
    }).catch((error: unknown) => {
      throw fileFailure(`decode column '${column.name}' of`, this.path, error);
    });
    chunks.forEach(fill);
  }
}

async function readMetadata(path: string, buffer: AsyncBuffer): Promise<FileMetaData> {
  try {
    return await parquetMetadataAsync(buffer);
  } catch (error) {
    throw fileFailure('read the metadata of', path, error);
  }
}

async function asyncBuffer(handle: FileHandle): Promise<AsyncBuffer> {
  const { size } = await handle.stat();
  return {
    byteLength: size,
    async slice(start, end = size) {
      const bytes = new ArrayBuffer(end - start);
      await handle.read(new Uint8Array(bytes), 0, end - start, start);
      return bytes;
    },
  };
}

function placeRowGroups(metadata: FileMetaData): readonly RowGroupPlace[] {
  let firstRow = 0;
  return metadata.row_groups.map((group) => {
    const place = {
      firstRow,
      rowCount: Number(group.num_rows),
      bytes: Number(group.total_byte_size),
    };
    firstRow += place.rowCount;
    return place;
  });
}

function chooseColumns(
  path: string,
  schema: SchemaTree,
  wanted: readonly string[] | undefined,
): ReadonlyMap<string, ColumnKind> {
  const present = new Map(schema.children.map((child) => [child.element.name, kindOf(child)]));
  if (wanted === undefined) return present;
  return new Map(
    wanted.map((name) => {
      const kind = present.get(name);
      if (kind !== undefined) return [name, kind];
      throw new EngineError(
        'RECORD_MISMATCH',
        `${path} has no column '${name}'; it has ${[...present.keys()].join(', ')}`,
      );
    }),
  );
}

/** The kind that fits every value of a column; decimals and floating point may be NaN, so theirs is the general one. */
function kindOf({ element, children }: SchemaTree): ColumnKind {
  const { type, converted_type: converted, logical_type: logical } = element;
  if (children.length > 0 || element.repetition_type === 'REPEATED') return 'values';
  if (logical?.type === 'TIMESTAMP' || logical?.type === 'DATE' || type === 'INT96')
    return 'instants';
  if (converted === 'DATE' || converted?.startsWith('TIMESTAMP_') === true) return 'instants';
  if (logical?.type === 'DECIMAL' || converted === 'DECIMAL') return 'values';
  return type === 'INT32' || type === 'INT64' ? 'integers' : 'values';
}

function toMs(value: bigint | null, unitsPerMs: bigint): number | null {
  return value === null ? null : Number(value / unitsPerMs);
}
