// The sink contract, for every sink of results. `print` and `collect` show records at once and say so; they are tested in
// test/unit/connectors.

import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet';
import { afterAll } from 'vitest';
import { z } from 'zod';
import {
  csvFileSink,
  jsonLinesFileSink,
  textFileSink,
} from '../../runtime/connectors/file/sink.ts';
import {
  csvFile,
  jsonLinesFile,
  type LineFileOptions,
  textFile,
} from '../../runtime/connectors/file/sink-spec.ts';
import { parquetFile } from '../../runtime/connectors/parquet/sink-spec.ts';
import { parquetFileSink } from '../../runtime/connectors/parquet/sink.ts';
import { describeSink, type SinkUnderTest } from './sink-contract.ts';

const directories: string[] = [];

afterAll(async () => {
  await Promise.all(directories.map((path) => rm(path, { recursive: true, force: true })));
});

async function makeDirectory(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'sink-contract-'));
  directories.push(path);
  return path;
}

/** The text of what a reader sees, in the order of the paths. */
async function readParts(directory: string): Promise<string> {
  const names = (await readdir(directory, { recursive: true }))
    .filter((name) => /(^|\/)part-[^/]*$/.test(name))
    .sort();
  const parts = await Promise.all(names.map((name) => readFile(join(directory, name))));
  return parts
    .map((part, index) => (names[index]?.endsWith('.gz') ? gunzipSync(part) : part))
    .join('');
}

/** Hidden files, and directories that nothing is in. */
async function leftovers(directory: string): Promise<readonly string[]> {
  const names = await readdir(directory, { recursive: true });
  return names.filter(
    (name) =>
      /(^|\/)\.[^/]*$/.test(name) ||
      (!/(^|\/)part-[^/]*$/.test(name) && !names.some((other) => other.startsWith(`${name}/`))),
  );
}

const linesOf = (text: string): string[] => text.split('\n').slice(0, -1);

type Numbered = { readonly n: number; readonly text: string };

const JSON_LINES: Readonly<Record<string, Partial<LineFileOptions<Numbered>>>> = {
  jsonLinesFile: {},
  'jsonLinesFile with gzip': { gzip: true },
  'jsonLinesFile with partitions and compaction': {
    partitionBy: ({ n }) => ({ half: n < 50 ? 'first' : 'second' }),
    rolling: { bytesMax: 500 },
    compact: { targetBytes: 4_000 },
  },
};

for (const [name, options] of Object.entries(JSON_LINES)) {
  describeSink(name, async (): Promise<SinkUnderTest> => {
    const directory = await makeDirectory();
    return {
      maker: jsonLinesFileSink,
      spec: jsonLinesFile({ directory, ...options }),
      visible: async () => linesOf(await readParts(directory)),
      leftovers: () => leftovers(directory),
    };
  });
}

describeSink('textFile', async (): Promise<SinkUnderTest> => {
  const directory = await makeDirectory();
  return {
    maker: textFileSink,
    spec: textFile<Numbered>({ directory, encode: ({ n, text }) => `${n} ${text}` }),
    visible: async () =>
      linesOf(await readParts(directory)).map((line) => {
        const space = line.indexOf(' ');
        return JSON.stringify({ n: Number(line.slice(0, space)), text: line.slice(space + 1) });
      }),
    leftovers: () => leftovers(directory),
  };
});

describeSink('parquetFile', async (): Promise<SinkUnderTest> => {
  const directory = await makeDirectory();
  return {
    maker: parquetFileSink,
    spec: parquetFile({
      directory,
      schema: z.object({ n: z.int(), text: z.string() }),
      rowGroupRows: 30,
      compression: 'none',
    }),
    visible: async () => {
      const names = (await readdir(directory)).filter((name) => name.startsWith('part-')).sort();
      const rows = await Promise.all(
        names.map(async (name) => {
          const file = await asyncBufferFromFile(join(directory, name));
          return parquetReadObjects({ file });
        }),
      );
      return rows.flat().map(({ n, text }) => JSON.stringify({ n: Number(n), text: String(text) }));
    },
    leftovers: () => leftovers(directory),
  };
});

describeSink('csvFile', async (): Promise<SinkUnderTest> => {
  const directory = await makeDirectory();
  const toJson = (line: string): string => {
    const [, n, text = ''] = /^(\d+),(.*)$/.exec(line) ?? [];
    const unquoted = text.startsWith('"') ? text.slice(1, -1).replaceAll('""', '"') : text;
    return JSON.stringify({ n: Number(n), text: unquoted });
  };
  return {
    maker: csvFileSink,
    spec: csvFile<Numbered>({ directory, columns: ['n', 'text'] }),
    visible: async () => linesOf(await readParts(directory)).map(toJson),
    leftovers: () => leftovers(directory),
  };
});
