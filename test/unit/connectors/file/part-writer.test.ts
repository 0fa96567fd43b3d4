// What the writer of files does beyond the contract of sinks: when files end, where records go, what it takes to be joined,
// what a crash or an abort leaves.

import { mkdir, mkdtemp, readdir, readFile, rm, rmdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { csvFile, jsonLinesFile } from '../../../../runtime/connectors/file/sink-spec.ts';
import type { LineFileOptions } from '../../../../runtime/connectors/file/sink-spec.ts';
import { csvFileSink, jsonLinesFileSink } from '../../../../runtime/connectors/file/sink.ts';
import { WriterDriver } from '../../../contract/sink-contract.ts';

let directory = '';

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'part-writer-'));
});

afterEach(async () => {
  await rm(directory, { recursive: true, force: true });
});

const JOB = '0123456789abcdef0123456789abcdef';

type Options = Omit<LineFileOptions<never>, 'directory'>;

async function openWriter(options: Options, jobId = JOB): Promise<WriterDriver> {
  const spec = jsonLinesFile<never>({ directory, ...options });
  const driver = new WriterDriver(jsonLinesFileSink, spec, { jobId });
  await driver.writer.open();
  return driver;
}

async function finish(driver: WriterDriver, ...values: unknown[]): Promise<void> {
  await driver.writeAll(values);
  await driver.writer.prepare();
  await driver.writer.commit();
}

/** Every file and directory below. */
const all = async (): Promise<string[]> => (await readdir(directory, { recursive: true })).sort();
const visible = async (): Promise<string[]> =>
  (await all()).filter((path) => /(^|\/)part-[^/]*$/.test(path));

async function linesIn(path: string): Promise<string[]> {
  const bytes = await readFile(join(directory, path));
  const text = (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
  return text.split('\n').slice(0, -1);
}

describe('a file ends', () => {
  it('when it holds bytesMax', async () => {
    const driver = await openWriter({ rolling: { bytesMax: 10 } });
    await finish(driver, 'abcd', 'ef', 'gh', 'ij');
    expect(await visible()).toStrictEqual(['part-0-0.jsonl', 'part-0-1.jsonl']);
    expect(await linesIn('part-0-0.jsonl')).toStrictEqual(['"abcd"', '"ef"']);
    expect(await linesIn('part-0-1.jsonl')).toStrictEqual(['"gh"', '"ij"']);
  });

  it('intervalMs after its first record, not before', async () => {
    const driver = await openWriter({ rolling: { intervalMs: 1_000 }, visible: 'when-rolled' });
    driver.clock.advance(900);
    driver.writer.write(1, 0);
    driver.clock.advance(999);
    driver.writer.write(2, 0);
    const rolled = driver.nextWake();
    driver.clock.advance(1);
    driver.writer.write(3, 0);
    await rolled;
    expect(await visible()).toStrictEqual(['part-0-0.jsonl']);
    expect(await linesIn('part-0-0.jsonl')).toStrictEqual(['1', '2']);
    await finish(driver);
    expect(await linesIn('part-0-1.jsonl')).toStrictEqual(['3']);
  });

  it('when it has been idle for between one and two idleMs', async () => {
    const driver = await openWriter({ rolling: { idleMs: 1_000 }, visible: 'when-rolled' });
    driver.writer.write(1, 0);
    driver.clock.advance(100);
    driver.writer.write(2, 0);
    driver.clock.advance(1_800); // 1 800 ms after its last record, but looked at 900 ms after it
    driver.writer.write(3, 0);
    driver.clock.advance(100);
    const rolled = driver.nextWake();
    driver.clock.advance(1_000);
    driver.writer.write(4, 0);
    await rolled;
    expect(await visible()).toStrictEqual(['part-0-0.jsonl']);
    expect(await linesIn('part-0-0.jsonl')).toStrictEqual(['1', '2', '3']);
    await driver.writer.abort();
  });

  it('and stays hidden until the commit when it must', async () => {
    const driver = await openWriter({ rolling: { intervalMs: 1_000 } });
    driver.writer.write(1, 0);
    const rolled = driver.nextWake();
    driver.clock.advance(1_000);
    await rolled;
    driver.writer.write(2, 0);
    await driver.writer.prepare();
    expect(await all()).toStrictEqual([0, 1].map((n) => `.part-0-${n}.jsonl.pending-${JOB}`));
    await driver.writer.commit();
    expect(await visible()).toStrictEqual(['part-0-0.jsonl', 'part-0-1.jsonl']);
  });

  it('with the input: also when files appear on their own, the last one waits for the commit', async () => {
    const driver = await openWriter({ rolling: { intervalMs: 1_000 }, visible: 'when-rolled' });
    driver.writer.write(1, 0);
    await driver.writer.prepare();
    expect(await visible()).toStrictEqual([]);
    await driver.writer.commit();
    expect(await visible()).toStrictEqual(['part-0-0.jsonl']);
  });

  it('without growing the number of those that are being sealed', async () => {
    const driver = await openWriter({ rolling: { bytesMax: 1 } });
    let written = 0;
    for (; !driver.writer.isFull && written < 1_000; written++) driver.writer.write(written, 0);
    expect(written).toBeLessThan(20);
    await driver.nextWake();
    expect(driver.writer.isFull).toBe(false);
    await finish(driver, 'last');
    expect(await visible()).toHaveLength(written + 1);
  });
});

describe('partitions', () => {
  const byKey = (record: never): string => (record as { key: string }).key;
  const record = (key: string, n = 0): { key: string; n: number } => ({ key, n });

  it('are directories, named by a string or by levels', async () => {
    const driver = await openWriter({
      partitionBy: (value, timestampMs, nowMs) => {
        if (typeof value === 'string') return value;
        return { dt: '2026-01-01', hm: '10:05', at: timestampMs, now: nowMs, none: null };
      },
    });
    driver.writer.write('', 0);
    driver.writer.write('a/b', 0);
    driver.writer.write(7, 42);
    await finish(driver);
    expect(await visible()).toStrictEqual([
      'a/b/part-0-1.jsonl',
      'dt=2026-01-01/hm=10:05/at=42/now=1000000/none=__DEFAULT_PARTITION__/part-0-2.jsonl',
      'part-0-0.jsonl',
    ]);
  });

  it('stay below the directory whatever a record holds', async () => {
    await mkdir(join(directory, 'below'));
    const spec = jsonLinesFile<never>({ directory: join(directory, 'below'), partitionBy: byKey });
    const driver = new WriterDriver(jsonLinesFileSink, spec);
    await driver.writer.open();
    await finish(driver, record('../../outside'), record('/'), record('a\u0000b'));
    expect((await visible()).every((path) => path.startsWith('below/'))).toBe(true);
    expect(await visible()).toHaveLength(3);
  });

  it('beyond openPartitionsMax end the file that waited longest', async () => {
    const driver = await openWriter({ partitionBy: byKey, openPartitionsMax: 2 });
    const ended = driver.nextWake();
    for (const key of ['a', 'b', 'a', 'c']) driver.writer.write(record(key), 0);
    await ended;
    const hidden = async (): Promise<string[]> =>
      (await all()).filter((path) => path.includes('.part'));
    await expect
      .poll(hidden)
      .toStrictEqual([
        `a/.part-0-0.jsonl.inprogress-${JOB}`,
        `b/.part-0-1.jsonl.pending-${JOB}`,
        `c/.part-0-2.jsonl.inprogress-${JOB}`,
      ]);
    expect(driver.counters.get('filesEndedForPartitions')).toBe(1);
    await finish(driver, record('b'));
    expect(await visible()).toHaveLength(4);
  });

  it('are removed with an abort, and nothing else is', async () => {
    await mkdir(join(directory, 'a/mine'), { recursive: true });
    const driver = await openWriter({ partitionBy: byKey, rolling: { bytesMax: 20 } });
    for (const key of ['a', 'b/c', 'b/d', 'a', 'a']) driver.writer.write(record(key), 0);
    await driver.writer.prepare();
    driver.writer.write(record('e'), 0);
    await driver.writer.abort();
    await driver.writer.abort();
    expect(await all()).toStrictEqual(['a', 'a/mine']);
  });

  it('of an earlier run are removed with their directories, unless they are added to', async () => {
    await finish(await openWriter({ partitionBy: byKey }, 'a'.repeat(32)), record('x/y'));
    await finish(await openWriter({ partitionBy: byKey, mode: 'append' }), record('z'));
    expect(await visible()).toStrictEqual(['x/y/part-0-0.jsonl', `z/part-0-1-${JOB}.jsonl`]);
    await openWriter({ partitionBy: byKey });
    expect(await all()).toStrictEqual([]);
  });

  it('name the function that threw', async () => {
    const { writer } = await openWriter({
      partitionBy: () => {
        throw new Error('no');
      },
    });
    expect(() => {
      writer.write(1, 0);
    }).toThrow(/'partitionBy' threw: no/);
  });
});

describe('a job that begins again', () => {
  it('overwrites with append nothing, and its files tell which attempt wrote them', async () => {
    const before = 'a'.repeat(32);
    for (const jobId of [before, JOB, JOB])
      await finish(await openWriter({ mode: 'append' }, jobId), 1);
    expect(await visible()).toStrictEqual([
      `part-0-0-${before}.jsonl`,
      `part-0-1-${JOB}.jsonl`,
      `part-0-2-${JOB}.jsonl`,
    ]);
  });

  it('removes with append what its attempt before had not committed', async () => {
    const before = await openWriter({ mode: 'append', rolling: { bytesMax: 4 } }, 'a'.repeat(32));
    const rolled = before.nextWake();
    await before.writeAll(['first', 2]);
    await rolled;
    await finish(await openWriter({ mode: 'append' }), 'second');
    expect(await all()).toStrictEqual([`part-0-0-${JOB}.jsonl`]);
    await before.writer.abort();
  });

  it('commits the rest when the commit had failed between two files', async () => {
    const driver = await openWriter({ rolling: { bytesMax: 1 } });
    await driver.writeAll([1, 2, 3]);
    await driver.writer.prepare();
    await mkdir(join(directory, 'part-0-1.jsonl'));
    await expect(driver.writer.commit()).rejects.toMatchObject({ code: 'FILE_FAILED' });
    await rmdir(join(directory, 'part-0-1.jsonl'));
    await driver.writer.commit();
    await driver.writer.commit();
    expect(await all()).toStrictEqual([0, 1, 2].map((n) => `part-0-${n}.jsonl`));
  });

  it('prepares and commits as often as it is asked to, each time what is new', async () => {
    const driver = await openWriter({});
    await finish(driver, 1);
    await finish(driver, 2);
    driver.writer.write(3, 0);
    await driver.writer.abort();
    expect(await all()).toStrictEqual(['part-0-0.jsonl', 'part-0-1.jsonl']);
  });
});

describe('compaction', () => {
  it.each([false, true])('joins neighbours, with one header each (gzip: %s)', async (gzip) => {
    const spec = csvFile<{ n: number }>({
      directory,
      header: true,
      columns: ['n'],
      gzip,
      rolling: { bytesMax: 1 },
      compact: { targetBytes: 1_000_000 },
    });
    const driver = new WriterDriver(csvFileSink, spec);
    await driver.writer.open();
    const count = 30;
    await finish(driver, ...Array.from({ length: count }, (_, n) => ({ n })));
    expect(await all()).toStrictEqual([`part-0-${count}.csv${gzip ? '.gz' : ''}`]);
    expect(await linesIn((await visible())[0]!)).toStrictEqual([
      'n',
      ...Array.from({ length: count }, (_, n) => String(n)),
    ]);
  });

  it('makes no file larger than wanted, and leaves those that are large alone', async () => {
    const driver = await openWriter({ rolling: { bytesMax: 1 }, compact: { targetBytes: 8 } });
    await finish(driver, 1, 2, 3, 4, 5, 'a long text', 6);
    expect(await all()).toStrictEqual([
      'part-0-4.jsonl', // 5 has no room beside the four before it
      'part-0-5.jsonl',
      'part-0-6.jsonl',
      'part-0-7.jsonl',
    ]);
    expect(await linesIn('part-0-7.jsonl')).toStrictEqual(['1', '2', '3', '4']);
  });

  it('leaves nothing when it fails', async () => {
    const driver = await openWriter({ rolling: { bytesMax: 1 }, compact: { targetBytes: 100 } });
    const rolled = driver.nextWake();
    await driver.writeAll([1, 2]);
    await rolled;
    await mkdir(join(directory, `.part-0-2.jsonl.inprogress-${JOB}`));
    await expect(driver.writer.prepare()).rejects.toMatchObject({ code: 'FILE_FAILED' });
    await rmdir(join(directory, `.part-0-2.jsonl.inprogress-${JOB}`));
    await driver.writer.abort();
    expect(await all()).toStrictEqual([]);
  });
});

describe('all of it together', () => {
  const count = fc.integer({ min: 0, max: 30 });
  const partitions = fc.integer({ min: 1, max: 6 });
  const options = fc.record({
    bytesMax: fc.integer({ min: 1, max: 40 }),
    openPartitionsMax: fc.integer({ min: 1, max: 4 }),
    targetBytes: fc.option(fc.integer({ min: 1, max: 200 }), { nil: undefined }),
    gzip: fc.boolean(),
  });

  it('keeps every record once, and in order within its partition', async () => {
    await fc.assert(
      fc.asyncProperty(count, partitions, options, async (records, ways, given) => {
        const { bytesMax, openPartitionsMax, targetBytes, gzip } = given;
        const driver = await openWriter({
          partitionBy: (value) => `p${(value as number) % ways}`,
          rolling: { bytesMax },
          compact: targetBytes === undefined ? undefined : { targetBytes },
          ...{ openPartitionsMax, gzip },
        });
        await finish(driver, ...Array.from({ length: records }, (_, n) => n));
        const found = new Set<string>();
        for (const path of await visible()) {
          const values = (await linesIn(path)).map(Number);
          expect(values).toStrictEqual(values.toSorted((left, right) => left - right));
          for (const value of values) {
            expect(path.startsWith(`p${value % ways}/`)).toBe(true);
            expect(found.has(String(value))).toBe(false);
            found.add(String(value));
          }
        }
        expect(found.size).toBe(records);
        expect((await all()).some((path) => path.includes('.part'))).toBe(false);
      }),
      { numRuns: 20 },
    );
  });

  it('removes files of an earlier run while another subtask creates some', async () => {
    const spec = jsonLinesFile<never>({ directory, partitionBy: () => 'shared/deep' });
    for (let round = 0; round < 20; round++) {
      await mkdir(join(directory, 'shared/deep'), { recursive: true });
      await writeFile(join(directory, 'shared/deep/part-1-0.jsonl'), 'old\n');
      const share = (subtaskIndex: number) =>
        new WriterDriver(jsonLinesFileSink, spec, { subtaskIndex, parallelism: 2 });
      const [writing, opening] = [share(0), share(1)];
      await writing.writer.open();
      writing.writer.write(round, 0);
      await Promise.all([opening.writer.open(), finish(writing)]);
      expect(await visible()).toStrictEqual(['shared/deep/part-0-0.jsonl']);
    }
  });
});
