// The sink contract, for every sink of results. `print` and `collect` show records at once and say so; they are tested in
// test/unit/connectors.

import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { csvFileSink, jsonLinesFileSink, textFileSink } from '../../runtime/connectors/file/sink.ts';
import { csvFile, jsonLinesFile, textFile } from '../../runtime/connectors/file/sink-spec.ts';
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

async function readParts(directory: string): Promise<string> {
  const names = (await readdir(directory)).filter((name) => !name.startsWith('.')).sort();
  const texts = await Promise.all(names.map((name) => readFile(join(directory, name), 'utf8')));
  return texts.join('');
}

const hidden = async (directory: string): Promise<readonly string[]> =>
  (await readdir(directory)).filter((name) => name.startsWith('.'));
const linesOf = (text: string): string[] => text.split('\n').slice(0, -1);

describeSink('jsonLinesFile', async (): Promise<SinkUnderTest> => {
  const directory = await makeDirectory();
  return {
    maker: jsonLinesFileSink,
    spec: jsonLinesFile({ directory }),
    visible: async () => linesOf(await readParts(directory)),
    leftovers: () => hidden(directory),
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
    spec: csvFile<{ n: number; text: string }>({ directory, columns: ['n', 'text'] }),
    visible: async () => linesOf(await readParts(directory)).map(toJson),
    leftovers: () => hidden(directory),
  };
});
