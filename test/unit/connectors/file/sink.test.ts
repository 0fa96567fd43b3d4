// Sinks of files beyond their contract: names, earlier runs, parallel subtasks, rolling, formats.

import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { csvHeader, csvLineOf, csvValue } from '../../../../runtime/connectors/file/csv-line.ts';
import {
  csvFileSink,
  jsonLinesFileSink,
  textFileSink,
} from '../../../../runtime/connectors/file/sink.ts';
import { csvFile, jsonLinesFile, textFile } from '../../../../runtime/connectors/file/sink-spec.ts';
import { WriterDriver } from '../../../contract/sink-contract.ts';

let directory = '';

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'file-sink-'));
});

afterEach(async () => {
  await rm(directory, { recursive: true, force: true });
});

const JOB_ID = '0123456789abcdef0123456789abcdef';

interface Share {
  readonly subtaskIndex?: number;
  readonly parallelism?: number;
}

const files = async (): Promise<string[]> => (await readdir(directory)).sort();

async function openWriter(share: Share = {}, mode?: 'append'): Promise<WriterDriver> {
  const driver = new WriterDriver(jsonLinesFileSink, jsonLinesFile({ directory, mode }), share);
  await driver.writer.open();
  return driver;
}

async function finish(driver: WriterDriver, ...values: unknown[]): Promise<void> {
  await driver.writeAll(values);
  await driver.writer.prepare();
  await driver.writer.commit();
}

describe('files of a sink', () => {
  it('are hidden and named for subtask and job while they are written', async () => {
    const driver = await openWriter({ subtaskIndex: 2, parallelism: 3 });
    driver.writer.write(1, 0);
    await expect.poll(files).toStrictEqual([`.part-2-0.jsonl.inprogress-${JOB_ID}`]);
    await driver.writer.prepare();
    expect(await files()).toStrictEqual([`.part-2-0.jsonl.pending-${JOB_ID}`]);
    await driver.writer.commit();
    expect(await files()).toStrictEqual(['part-2-0.jsonl']);
  });

  it('replace all of an earlier run at a higher parallelism, and nothing else', async () => {
    for (let subtask = 0; subtask < 7; subtask++) {
      await writeFile(join(directory, `part-${subtask}-0.jsonl`), 'old\n');
      await writeFile(join(directory, `.part-${subtask}-1.jsonl.inprogress-ab12`), 'old\n');
    }
    const others = ['.hidden', 'notes.txt', 'part-of-it.jsonl', 'part-x-0.jsonl'];
    for (const name of others) await writeFile(join(directory, name), 'mine');
    for (const subtaskIndex of [0, 1, 2]) await openWriter({ subtaskIndex, parallelism: 3 });
    expect(await files()).toStrictEqual(others);
  });

  it('are not removed by a subtask that opens after another one has committed', async () => {
    await finish(await openWriter({ subtaskIndex: 1, parallelism: 2 }), 'early');
    await openWriter({ subtaskIndex: 0, parallelism: 2 });
    expect(await files()).toStrictEqual(['part-1-0.jsonl']);
  });

  it('are added to with append', async () => {
    await finish(await openWriter(), 'first');
    await finish(await openWriter({}, 'append'), 'second');
    expect(await files()).toStrictEqual(['part-0-0.jsonl', `part-0-1-${JOB_ID}.jsonl`]);
    expect(await readFile(join(directory, 'part-0-0.jsonl'), 'utf8')).toBe('"first"\n');
  });

  it('appear one by one when rolled, each whole', async () => {
    const spec = jsonLinesFile({
      directory,
      rolling: { intervalMs: 1_000 },
      visible: 'when-rolled',
    });
    const driver = new WriterDriver(jsonLinesFileSink, spec);
    await driver.writer.open();
    for (const value of [1, 2]) {
      driver.writer.write(value, 0);
      const published = driver.nextWake();
      driver.clock.advance(1_000);
      await published;
    }
    driver.clock.advance(5_000);
    expect(await files()).toStrictEqual(['part-0-0.jsonl', 'part-0-1.jsonl']);
    expect(driver.counters.get('filesCommitted')).toBe(2);
    driver.writer.write(3, 0);
    await driver.writer.abort();
    expect(await files()).toStrictEqual(['part-0-0.jsonl', 'part-0-1.jsonl']);
    expect(await readFile(join(directory, 'part-0-1.jsonl'), 'utf8')).toBe('2\n');
  });

  it('fail with the path when the directory cannot be made', async () => {
    await writeFile(join(directory, 'file'), '');
    const driver = new WriterDriver(
      jsonLinesFileSink,
      jsonLinesFile({ directory: join(directory, 'file', 'below') }),
    );
    await expect(driver.writer.open()).rejects.toMatchObject({ code: 'FILE_FAILED' });
  });

  it('fail the task when writing fails behind its back', async () => {
    const driver = await openWriter();
    await rm(directory, { recursive: true });
    driver.writer.write('lost', 0);
    await expect(driver.writer.prepare()).rejects.toMatchObject({ code: 'FILE_FAILED' });
    expect(driver.failures).toHaveLength(1);
  });

  it('refuse a record without JSON text', async () => {
    const { writer } = await openWriter();
    for (const record of [1n, undefined, () => 1]) {
      expect(() => {
        writer.write(record, 0);
      }).toThrow(/cannot be written as JSON/);
    }
  });
});

describe('options of a sink of files', () => {
  const refused = [
    [{ directory: '' }, /'directory' is empty/],
    [{ rolling: { bytesMax: 0 } }, /'rolling.bytesMax' is 0; it must be above 0/],
    [{ rolling: { intervalMs: -1 } }, /'rolling.intervalMs' is -1/],
    [{ rolling: { idleMs: NaN } }, /'rolling.idleMs' is NaN/],
    [{ compact: { targetBytes: 0 } }, /'compact.targetBytes' is 0/],
    [{ openPartitionsMax: 3 }, /does nothing without 'partitionBy'/],
    [{ compact: { targetBytes: 1 }, visible: 'when-rolled' }, /leave one of the two out/],
  ] as const;

  it.each(refused)('are refused: %o', (options, message) => {
    expect(() => jsonLinesFile({ directory, ...options })).toThrow(message);
  });

  it('of text take a plain extension', () => {
    const encode = String;
    expect(textFile({ directory, encode, extension: 'log' }).kind).toBe('text-file');
    expect(() => textFile({ directory, encode, extension: '../x' })).toThrow(/'extension' is/);
  });
});

describe('text files', () => {
  it('have the lines that the job makes, and name its function when it throws', async () => {
    const encode = ({ n }: { n: number }): string => `<${n.toFixed(1)}>`;
    const spec = textFile({ directory, encode, extension: 'log' });
    const driver = new WriterDriver(textFileSink, spec);
    await driver.writer.open();
    expect(() => {
      driver.writer.write({}, 0);
    }).toThrow(/'encode' threw/);
    await finish(driver, { n: 1 }, { n: 2 });
    expect(await readFile(join(directory, 'part-0-0.log'), 'utf8')).toBe('<1.0>\n<2.0>\n');
  });
});

describe('CSV lines', () => {
  it('hold what a reader of RFC 4180 gets back', () => {
    const text = fc.string({ unit: fc.constantFrom(',', '"', '\n', '\r', ' ', 'a', 'é', '\t') });
    fc.assert(
      fc.property(fc.array(text, { minLength: 1, maxLength: 4 }), (fields) => {
        const columns = fields.map((_, index) => ({
          name: `c${index}`,
          value: () => fields[index],
        }));
        expect(readCsvLine(csvLineOf(columns)({}))).toStrictEqual(fields);
      }),
    );
  });

  it.each([
    [1.5, '1.5'],
    [-0.25e-7, '-2.5e-8'],
    [BigInt(12), '12'],
    [true, 'true'],
    [null, ''],
    [undefined, ''],
    [new Date(0), '1970-01-01T00:00:00.000Z'],
    [new Date(NaN), ''],
    ['plain text', 'plain text'],
    [' lead', '" lead"'],
    [[1, 2], '"[1,2]"'],
    [{ a: 1 }, '"{""a"":1}"'],
  ])('write %o as %s', (value, wanted) => {
    expect(csvValue(value)).toBe(wanted);
  });

  it('begin each file with the names when asked to', async () => {
    const spec = csvFile<{ id: number; name: string }>({
      directory,
      header: true,
      columns: ['id', { name: 'shout, loud', value: ({ name }) => name.toUpperCase() }],
    });
    const driver = new WriterDriver(csvFileSink, spec);
    await driver.writer.open();
    await finish(driver, { id: 1, name: 'a' });
    expect(await readFile(join(directory, 'part-0-0.csv'), 'utf8')).toBe('id,"shout, loud"\n1,A\n');
    expect(csvHeader(['a', 'b'])).toBe('a,b\n');
  });

  it('name the column whose function threw, and refuse what is no object', () => {
    const lineOf = csvLineOf([
      {
        name: 'bad',
        value: () => {
          throw new Error('no');
        },
      },
    ]);
    expect(() => lineOf({})).toThrow(/column 'bad' threw: no/);
    expect(() => lineOf(7)).toThrow(/a record is a number, not an object/);
  });
});

/** The fields of one record, by the grammar of the RFC. */
function readCsvLine(line: string): string[] {
  const fields: string[] = [];
  const field = /(?:"((?:[^"]|"")*)"|([^,"\n\r]*))(,|\n$)/y;
  for (let match = field.exec(line); match !== null; match = field.exec(line)) {
    fields.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? '');
    if (match[3] === '\n') return fields;
  }
  throw new Error(`not a CSV line: ${JSON.stringify(line)}`);
}
