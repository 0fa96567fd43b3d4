// Writes small Parquet files for tests: plain encoding, one page a column chunk, nullable columns, the compressions that
// Node has. The format: https://parquet.apache.org/docs/file-format/ and parquet-format's parquet.thrift.

import { gzipSync, zstdCompressSync } from 'node:zlib';

/** A column to write; `null` is an absent value. */
export type TestColumn = { readonly name: string } & (
  | { readonly type: 'int64' | 'timestampMicros'; readonly values: readonly (bigint | null)[] }
  | { readonly type: 'int32' | 'date' | 'double'; readonly values: readonly (number | null)[] }
  | { readonly type: 'string'; readonly values: readonly (string | null)[] }
);

const PHYSICAL = { int64: 2, timestampMicros: 2, int32: 1, date: 1, double: 5, string: 6 } as const;
const CONVERTED: Partial<Record<TestColumn['type'], number>> = {
  timestampMicros: 10,
  date: 6,
  string: 0,
};
const CODECS = {
  none: { code: 0, compress: (bytes: Buffer) => bytes },
  gzip: { code: 2, compress: (bytes: Buffer) => gzipSync(bytes) },
  zstd: { code: 6, compress: (bytes: Buffer) => zstdCompressSync(bytes) },
} as const;
const PLAIN = 0;
const RLE = 3;
const MAGIC = Buffer.from('PAR1');

/** The bytes of a file with these columns, cut into row groups. */
export function writeParquet(
  columns: readonly TestColumn[],
  options: { readonly rowsPerGroup: number; readonly codec?: keyof typeof CODECS },
): Buffer {
  const rows = columns[0]?.values.length ?? 0;
  const parts: Buffer[] = [MAGIC];
  let offset = MAGIC.length;
  const groups: Buffer[] = [];
  for (let start = 0; start < rows; start += options.rowsPerGroup) {
    const end = Math.min(rows, start + options.rowsPerGroup);
    const chunks = columns.map((column) => {
      const chunk = writeChunk(column, start, end, options.codec ?? 'none');
      parts.push(chunk.bytes);
      const metadata = chunk.metadataAt(offset);
      const columnChunk = struct([2, i64(offset)], [3, metadata]);
      offset += chunk.bytes.length;
      return columnChunk;
    });
    groups.push(struct([1, list(12, chunks)], [2, i64(0)], [3, i64(end - start)]).bytes);
  }
  const schema = [struct([4, text('root')], [5, i32(columns.length)]), ...columns.map(schemaOf)];
  const footer = struct(
    [1, i32(1)],
    [2, list(12, schema)],
    [3, i64(rows)],
    [
      4,
      list(
        12,
        groups.map((bytes) => ({ type: 12, bytes })),
      ),
    ],
  ).bytes;
  const length = Buffer.alloc(4);
  length.writeUInt32LE(footer.length);
  return Buffer.concat([...parts, footer, length, MAGIC]);
}

function schemaOf(column: TestColumn): Thrift {
  const converted = CONVERTED[column.type];
  return struct(
    [1, i32(PHYSICAL[column.type])],
    [3, i32(1)],
    [4, text(column.name)],
    ...(converted === undefined ? [] : [[6, i32(converted)] as const]),
  );
}

function writeChunk(
  column: TestColumn,
  start: number,
  end: number,
  codec: keyof typeof CODECS,
): { bytes: Buffer; metadataAt(offset: number): Thrift } {
  const values = column.values.slice(start, end);
  const present = values.filter((value) => value !== null);
  const page = Buffer.concat([
    definitionLevels(values),
    ...present.map((value) => plain(column.type, value)),
  ]);
  const compressed = CODECS[codec].compress(page);
  const header = struct(
    [1, i32(0)],
    [2, i32(page.length)],
    [3, i32(compressed.length)],
    [5, struct([1, i32(values.length)], [2, i32(PLAIN)], [3, i32(RLE)], [4, i32(RLE)])],
  );
  const bytes = Buffer.concat([header.bytes, compressed]);
  return {
    bytes,
    metadataAt: (offset) =>
      struct(
        [1, i32(PHYSICAL[column.type])],
        [2, list(5, [i32(PLAIN), i32(RLE)])],
        [3, list(8, [text(column.name)])],
        [4, i32(CODECS[codec].code)],
        [5, i64(values.length)],
        [6, i64(header.bytes.length + page.length)],
        [7, i64(bytes.length)],
        [9, i64(offset)],
      ),
  };
}

/** One bit a value, in one bit-packed run. */
function definitionLevels(values: readonly unknown[]): Buffer {
  const groups = Math.ceil(values.length / 8);
  const bits = Buffer.alloc(groups);
  values.forEach((value, index) => {
    if (value !== null) bits[index >> 3] = (bits[index >> 3] ?? 0) | (1 << (index & 7));
  });
  const run = Buffer.concat([varint(BigInt((groups << 1) | 1)), bits]);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(run.length);
  return Buffer.concat([length, run]);
}

function plain(type: TestColumn['type'], value: bigint | number | string): Buffer {
  const bytes = Buffer.alloc(8);
  if (typeof value === 'bigint') {
    bytes.writeBigInt64LE(value);
    return bytes;
  }
  if (typeof value === 'number') {
    if (type === 'double') bytes.writeDoubleLE(value);
    else bytes.writeInt32LE(value);
    return type === 'double' ? bytes : bytes.subarray(0, 4);
  }
  const content = Buffer.from(value);
  bytes.writeUInt32LE(content.length);
  return Buffer.concat([bytes.subarray(0, 4), content]);
}

/** A value in Thrift's compact protocol, and its type there. */
interface Thrift {
  readonly type: number;
  readonly bytes: Buffer;
}

function varint(value: bigint): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80n; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  return Buffer.from([...bytes, Number(rest)]);
}

const i32 = (value: number): Thrift => ({ type: 5, bytes: varint(BigInt(value) << 1n) });
const i64 = (value: number): Thrift => ({ type: 6, bytes: varint(BigInt(value) << 1n) });

function text(value: string): Thrift {
  const content = Buffer.from(value);
  return { type: 8, bytes: Buffer.concat([varint(BigInt(content.length)), content]) };
}

function list(type: number, items: readonly Thrift[]): Thrift {
  const header =
    items.length < 15
      ? Buffer.from([(items.length << 4) | type])
      : Buffer.concat([Buffer.from([0xf0 | type]), varint(BigInt(items.length))]);
  return { type: 9, bytes: Buffer.concat([header, ...items.map(({ bytes }) => bytes)]) };
}

function struct(...fields: readonly (readonly [id: number, value: Thrift])[]): Thrift {
  let last = 0;
  const parts = fields.flatMap(([id, { type, bytes }]) => {
    const header = Buffer.from([((id - last) << 4) | type]);
    last = id;
    return [header, bytes];
  });
  return { type: 12, bytes: Buffer.concat([...parts, Buffer.from([0])]) };
}
