// Parquet as a format of the writer of files: rows gather in columns, a row group at a time is encoded and handed on.
//   I1. A record that does not fit its columns is refused when it is written, and leaves no part of a row.
//   I2. At most `rowGroupRows` rows of a file wait in memory; what was a list or an object waits as its JSON text.

import { gzipSync, zstdCompressSync } from 'node:zlib';
import { ByteWriter, ParquetWriter, type SchemaElement } from 'hyparquet-writer';
import { EngineError } from '../../core/errors.ts';
import { findMismatch, mismatchError } from '../../types/mismatch.ts';
import type { FieldType, RecordType, StructType } from '../../types/record-type.ts';
import type { SinkMaker } from '../connector.ts';
import type { PartEncoder } from '../file/open-part.ts';
import { PartWriter } from '../file/part-writer.ts';
import type { WriteBehind } from '../file/write-behind.ts';
import type { ParquetFileOptions, ParquetFileSpec } from './sink-spec.ts';

const ROW_GROUP_ROWS = 10_000;
const CODECS = { snappy: 'SNAPPY', gzip: 'GZIP', zstd: 'ZSTD', none: 'UNCOMPRESSED' } as const;

/** Makes the writer of a `parquetFile(...)` sink. */
export const parquetFileSink: SinkMaker = (spec, context) => {
  const { options, columns } = spec as ParquetFileSpec<unknown>;
  return new PartWriter(options, context, {
    extension: 'parquet',
    header: '',
    begin: (file) => new ParquetEncoder(file, columns, options),
  });
};

/** A column of the row group that gathers. */
interface Column {
  readonly field: FieldType;
  readonly toCell: (value: unknown) => unknown;
  cells: unknown[];
  /** The cell of a record of which not all cells are known to fit. */
  next: unknown;
}

class ParquetEncoder implements PartEncoder {
  readonly #type: StructType;
  readonly #columns: readonly Column[];
  readonly #writer: ParquetWriter;
  readonly #rowGroupRows: number;
  #rows = 0;

  constructor(file: WriteBehind, type: StructType, options: ParquetFileOptions<unknown>) {
    this.#type = type;
    this.#columns = type.fields.map((field) => ({
      field,
      toCell: cellMaker(field),
      cells: [],
      next: undefined,
    }));
    this.#rowGroupRows = options.rowGroupRows ?? ROW_GROUP_ROWS;
    this.#writer = new ParquetWriter({
      writer: new FileBytes(file),
      schema: [{ name: 'root', num_children: type.fields.length }, ...type.fields.map(elementOf)],
      codec: CODECS[options.compression ?? 'snappy'],
      compressors: { GZIP: (bytes) => gzipSync(bytes), ZSTD: (bytes) => zstdCompressSync(bytes) },
      createdBy: 'millrace',
    });
  }

  write(record: unknown): void {
    if (typeof record !== 'object' || record === null) throw mismatchError(this.#type, record);
    for (const column of this.#columns) {
      column.next = column.toCell((record as Record<string, unknown>)[column.field.name]);
    }
    for (const column of this.#columns) column.cells.push(column.next);
    this.#rows += 1;
    if (this.#rows === this.#rowGroupRows) this.#endRowGroup();
  }

  finish(): void {
    if (this.#rows > 0) this.#endRowGroup();
    // The bytes go to a file in memory: nothing of it is asynchronous.
    void this.#writer.finish();
  }

  #endRowGroup(): void {
    const columnData = this.#columns.map(({ field, cells }) => ({ name: field.name, data: cells }));
    void this.#writer.write({ columnData, rowGroupSize: this.#rows });
    for (const column of this.#columns) column.cells = [];
    this.#rows = 0;
  }
}

/** Hands on the bytes of each row group, and of the footer. */
class FileBytes extends ByteWriter {
  readonly #file: WriteBehind;

  constructor(file: WriteBehind) {
    super();
    this.#file = file;
  }

  flush(): void {
    this.#file.appendBytes(Buffer.from(this.getBuffer()));
    this.index = 0;
  }

  override finish(): void {
    this.flush();
  }
}

function elementOf({ name, type, optional }: FieldType): SchemaElement {
  const isNullable = optional || type.kind === 'nullable' || type.kind === 'any';
  const repetition_type = isNullable ? 'OPTIONAL' : 'REQUIRED';
  return { name, repetition_type, ...primitiveOf(type) };
}

function primitiveOf(
  type: RecordType,
): Pick<SchemaElement, 'type' | 'converted_type' | 'logical_type'> {
  switch (type.kind) {
    case 'nullable':
      return primitiveOf(type.of);
    case 'float64':
      return { type: 'DOUBLE' };
    case 'int53':
    case 'int64':
      return { type: 'INT64' };
    case 'boolean':
      return { type: 'BOOLEAN' };
    case 'instant':
      return { type: 'INT64', converted_type: 'TIMESTAMP_MILLIS' };
    case 'string':
      return { type: 'BYTE_ARRAY', converted_type: 'UTF8' };
    case 'bytes':
      return { type: 'BYTE_ARRAY' };
    default:
      return { type: 'BYTE_ARRAY', logical_type: { type: 'JSON' } };
  }
}

/** What the library takes for a value of the field; undefined for none. */
function cellMaker({ name, type, optional }: FieldType): (value: unknown) => unknown {
  const isNullable = type.kind === 'nullable';
  const present = isNullable ? type.of : type;
  if (isJson(present)) return (value) => jsonCell(name, value);
  const isInteger = present.kind === 'int53';
  return (value) => {
    if (value === undefined && optional) return undefined;
    if (value === null && isNullable) return undefined;
    if (findMismatch(present, value, name) !== undefined) {
      throw mismatchError(
        { kind: 'struct', fields: [{ name, type, optional }] },
        { [name]: value },
      );
    }
    return isInteger ? BigInt(value as number) : value;
  };
}

function isJson({ kind }: RecordType): boolean {
  return kind === 'struct' || kind === 'array' || kind === 'union' || kind === 'any';
}

function jsonCell(name: string, value: unknown): Buffer | undefined {
  if (value === null || value === undefined) return undefined;
  try {
    return Buffer.from(JSON.stringify(value));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new EngineError(
      'RECORD_MISMATCH',
      `parquetFile: the field '${name}' cannot be written as JSON (${reason}); map it to plain values before the sink`,
      { cause: error },
    );
  }
}
