// The source contract, for every bounded source. Following files, which never ends, is tested in test/unit/connectors.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll } from 'vitest';
import { z } from 'zod';
import { collectionSource, sequenceSource } from '../../runtime/connectors/collection/source.ts';
import { fromCollection, fromSequence } from '../../runtime/connectors/collection/spec.ts';
import { filesEnumerator } from '../../runtime/connectors/file/files-enumerator.ts';
import { filesSource } from '../../runtime/connectors/file/files-source.ts';
import { files } from '../../runtime/connectors/file/files-spec.ts';
import { hybridEnumerator } from '../../runtime/connectors/hybrid/enumerator.ts';
import { hybridSource } from '../../runtime/connectors/hybrid/source.ts';
import { hybrid } from '../../runtime/connectors/hybrid/spec.ts';
import { linesSource } from '../../runtime/connectors/file/source.ts';
import { lines } from '../../runtime/connectors/file/spec.ts';
import { generatorEnumerator } from '../../runtime/connectors/generator/enumerator.ts';
import { generatorSource } from '../../runtime/connectors/generator/source.ts';
import { generate } from '../../runtime/connectors/generator/spec.ts';
import { parquetEnumerator } from '../../runtime/connectors/parquet/enumerator.ts';
import { orderedParquetSource } from '../../runtime/connectors/parquet/ordered-reader.ts';
import { parquetSource } from '../../runtime/connectors/parquet/source.ts';
import { parquet } from '../../runtime/connectors/parquet/spec.ts';
import { writeParquet } from '../support/parquet-writer.ts';
import { describeSource } from './source-contract.ts';
import { describeSplitSource } from './split-contract.ts';

const directory = mkdtempSync(join(tmpdir(), 'source-contract-'));

afterAll(() => {
  rmSync(directory, { recursive: true, force: true });
});

const words = Array.from({ length: 40 }, (_, index) => `word ${index} ${'é'.repeat(index % 4)}`);
writeFileSync(join(directory, 'a.log'), `\uFEFF${words.slice(0, 15).join('\r\n')}\r\n`);
writeFileSync(join(directory, 'b.log'), words.slice(15, 16).join('\n'));
writeFileSync(join(directory, 'c.log'), '');
writeFileSync(join(directory, 'd.log.gz'), gzipSync(words.slice(16).join('\n')));

const rows = Array.from({ length: 41 }, (_, index) => index);
for (const [name, from, to] of [
  ['x', 0, 30],
  ['y', 30, 41],
] as const) {
  const bytes = writeParquet(
    [
      { name: 'n', type: 'int64', values: rows.slice(from, to).map(BigInt) },
      {
        name: 'at',
        type: 'timestampMicros',
        values: rows.slice(from, to).map((n) => BigInt((n * 7) % 10) * 1_000_000n),
      },
      { name: 'tag', type: 'string', values: rows.slice(from, to).map((n) => `tag ${n}`) },
    ],
    { rowsPerGroup: 9, codec: 'zstd' },
  );
  writeFileSync(join(directory, `${name}.parquet`), bytes);
}
const path = join(directory, '*.parquet');

describeSource('fromCollection', () => ({
  maker: collectionSource,
  spec: fromCollection(words, { timestamp: (word, index) => index * 1_000 + word.length }),
  parallelism: 3,
}));

describeSource('fromSequence', () => ({
  maker: sequenceSource,
  spec: fromSequence(-5, 35),
  parallelism: 4,
}));

describeSplitSource('generate', () => ({
  reader: generatorSource,
  enumerator: generatorEnumerator,
  spec: generate({ count: 50, make: (n) => ({ n }), timestamp: ({ n }) => n * 10 }),
}));

describeSource('lines', () => ({
  maker: linesSource,
  spec: lines({ path: join(directory, '*.{log,log.gz}') }),
  parallelism: 2,
}));

describeSplitSource('files of text in small ranges', () => ({
  reader: filesSource,
  enumerator: filesEnumerator,
  spec: files({ path: join(directory, '*.{log,log.gz}'), format: 'text', splitBytes: 23 }),
}));

const csv = ['n,text', ...words.map((word, n) => `${n},"${word}, ""quoted"""`)].join('\n');
writeFileSync(join(directory, 'whole.csv'), csv);

describeSplitSource('files of CSV in small ranges', () => ({
  reader: filesSource,
  enumerator: filesEnumerator,
  spec: files({
    path: join(directory, 'whole.csv'),
    format: 'csv',
    schema: z.object({ n: z.number(), text: z.string() }),
    splitBytes: 100,
  }),
}));

const spanning = words.map((word, n) => `${n},"${word}\nnext line"\n`);
writeFileSync(join(directory, 'spanning.csv'), spanning.join(''));

describeSplitSource('files of CSV with line breaks in values', () => ({
  reader: filesSource,
  enumerator: filesEnumerator,
  spec: files({
    path: join(directory, 'spanning.csv'),
    format: 'csv',
    columns: ['n', 'text'],
    multiline: true,
    splitBytes: 100,
  }),
}));

describeSplitSource('parquet', () => ({
  reader: parquetSource,
  enumerator: parquetEnumerator,
  spec: parquet<{ n: number; at: Date; tag: string }>({
    path,
    timestamp: ({ at }) => at.getTime(),
  }),
}));

describeSource('parquet in order', () => ({
  maker: orderedParquetSource,
  spec: parquet<{ at: Date; n: number }>({
    path,
    columns: ['at', 'n'],
    orderBy: ({ at }) => at.getTime(),
  }),
  parallelism: 1,
}));

describeSplitSource('hybrid', () => ({
  reader: hybridSource,
  enumerator: hybridEnumerator,
  spec: hybrid<unknown>([
    generate({ count: 20, make: (n) => ({ n }) }),
    files({ path: join(directory, '*.{log,log.gz}'), format: 'text', splitBytes: 23 }),
    generate({ count: 9, make: (n) => ({ n: 100 + n }) }),
  ]),
  kinds: {
    generator: { reader: generatorSource, enumerator: generatorEnumerator },
    files: { reader: filesSource, enumerator: filesEnumerator },
  },
}));
