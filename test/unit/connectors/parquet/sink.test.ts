// Parquet files as others read them: types, row groups, compression, records that do not fit.

import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  asyncBufferFromFile,
  type FileMetaData,
  parquetMetadataAsync,
  parquetReadObjects,
} from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { bytes } from '../../../../runtime/types/schema.ts';
import {
  parquetFile,
  type ParquetFileOptions,
} from '../../../../runtime/connectors/parquet/sink-spec.ts';
import { parquetFileSink } from '../../../../runtime/connectors/parquet/sink.ts';
import { WriterDriver } from '../../../contract/sink-contract.ts';

let directory = '';

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'parquet-sink-'));
});

afterEach(async () => {
  await rm(directory, { recursive: true, force: true });
});

async function openWriter<Row>(
  options: Omit<ParquetFileOptions<Row>, 'directory'>,
): Promise<WriterDriver> {
  const spec = parquetFile<Row>({ directory, ...options });
  const driver = new WriterDriver(parquetFileSink, spec);
  await driver.writer.open();
  return driver;
}

interface Read {
  readonly rows: readonly Record<string, unknown>[];
  readonly metadata: FileMetaData;
}

async function finish(driver: WriterDriver, values: readonly unknown[]): Promise<Read[]> {
  await driver.writeAll(values);
  await driver.writer.prepare();
  await driver.writer.commit();
  const names = (await readdir(directory)).sort();
  return Promise.all(
    names.map(async (name) => {
      const file = await asyncBufferFromFile(join(directory, name));
      const rows = await parquetReadObjects({ file, compressors, utf8: false });
      return { rows, metadata: await parquetMetadataAsync(file) };
    }),
  );
}

const Everything = z.object({
  count: z.int(),
  large: z.bigint(),
  share: z.number(),
  name: z.string(),
  open: z.boolean(),
  at: z.date(),
  body: bytes(),
  tags: z.array(z.string()),
  place: z.object({ city: z.string() }).optional(),
  note: z.string().nullable(),
  rank: z.int().optional(),
});

const FULL: z.infer<typeof Everything> = {
  count: Number.MAX_SAFE_INTEGER,
  large: -(2n ** 63n),
  share: 0.1,
  name: 'Zoë',
  open: true,
  at: new Date('2026-01-01T10:05:00.123Z'),
  body: new Uint8Array([0, 255]),
  tags: ['a', 'b'],
  place: { city: 'Łódź' },
  note: 'n',
  rank: -1,
};

describe('Parquet files', () => {
  it.each(['snappy', 'gzip', 'zstd', 'none'] as const)(
    'hold every type that a schema knows (%s)',
    async (compression) => {
      const driver = await openWriter({ schema: Everything, compression });
      const { place: _place, rank: _rank, ...required } = FULL;
      const sparse = { ...required, note: null };
      const [read] = await finish(driver, [FULL, sparse]);
      const stored = {
        ...FULL,
        count: BigInt(FULL.count),
        tags: Buffer.from('["a","b"]'),
        place: Buffer.from('{"city":"Łódź"}'),
        rank: -1n,
      };
      const plain = read!.rows.map((row) => ({
        ...row,
        tags: Buffer.from(row['tags'] as Uint8Array),
        place: row['place'] && Buffer.from(row['place'] as Uint8Array),
      }));
      expect(plain).toEqual([stored, { ...stored, place: null, note: null, rank: null }]);
      const codecs = read!.metadata.row_groups[0]?.columns.map(({ meta_data }) => meta_data?.codec);
      const codec = compression === 'none' ? 'UNCOMPRESSED' : compression.toUpperCase();
      expect(new Set(codecs)).toEqual(new Set([codec]));
    },
  );

  it('say which columns are never empty, and which hold times and JSON', async () => {
    const driver = await openWriter({ schema: Everything });
    const [read] = await finish(driver, [FULL]);
    const columns = read!.metadata.schema.slice(1);
    const empty = columns.filter(({ repetition_type }) => repetition_type === 'OPTIONAL');
    expect(empty.map(({ name }) => name)).toStrictEqual(['place', 'note', 'rank']);
    const of = (wanted: string) => columns.find(({ name }) => name === wanted);
    expect(of('at')?.converted_type).toBe('TIMESTAMP_MILLIS');
    expect(of('tags')?.logical_type).toEqual({ type: 'JSON' });
  });

  it('have a row group for every rowGroupRows, and one for the rest', async () => {
    const schema = z.object({ n: z.int() });
    const driver = await openWriter({ schema, rowGroupRows: 4 });
    const [read] = await finish(
      driver,
      Array.from({ length: 10 }, (_, n) => ({ n })),
    );
    expect(read!.metadata.row_groups.map(({ num_rows }) => num_rows)).toStrictEqual([4n, 4n, 2n]);
    expect(read!.rows.map(({ n }) => n)).toStrictEqual(
      Array.from({ length: 10 }, (_, n) => BigInt(n)),
    );
  });

  it('end by size, between two row groups', async () => {
    const schema = z.object({ text: z.string() });
    const driver = await openWriter({ schema, rowGroupRows: 2, rolling: { bytesMax: 1 } });
    const read = await finish(
      driver,
      ['a', 'b', 'c', 'd', 'e'].map((text) => ({ text })),
    );
    expect(
      read.map(({ rows }) => rows.map(({ text }) => Buffer.from(text as never).toString())),
    ).toEqual([['a', 'b'], ['c', 'd'], ['e']]);
  });

  it('refuse a record that does not fit, and have no part of it (I1)', async () => {
    const schema = z.object({ n: z.int(), at: z.date() });
    const driver = await openWriter({ schema });
    const at = new Date(0);
    const wrong = [{ n: 1, at: 'now' }, { n: 1.5, at }, { n: 1 }, { n: null, at }, 7, null];
    for (const record of wrong) {
      expect(() => {
        driver.writer.write(record, 0);
      }).toThrow(/should be/);
    }
    const [read] = await finish(driver, [{ n: 2, at }]);
    expect(read!.rows).toEqual([{ n: 2n, at }]);
  });

  it('refuse what has no JSON text', async () => {
    const driver = await openWriter({ schema: z.object({ a: z.any() }) });
    expect(() => {
      driver.writer.write({ a: 1n }, 0);
    }).toThrow(/field 'a' cannot be written as JSON/);
  });

  it('need columns', () => {
    const refused = (schema: z.ZodType) => () => parquetFile({ directory, schema });
    expect(refused(z.string())).toThrow(/must be an object/);
    expect(refused(z.object({}))).toThrow(/must be an object/);
  });
});
