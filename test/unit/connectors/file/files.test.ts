// Files by splits beyond the contract: how they are cut, what a CSV line is, what is no record, and what is found when.

import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { csvCells } from '../../../../runtime/connectors/file/csv-cells.ts';
import {
  cutIntoRanges,
  filesEnumerator,
} from '../../../../runtime/connectors/file/files-enumerator.ts';
import { filesSource } from '../../../../runtime/connectors/file/files-source.ts';
import { files, type FilesSpec } from '../../../../runtime/connectors/file/files-spec.ts';
import { SplitSourceDriver } from '../../../contract/split-contract.ts';

const directory = mkdtempSync(join(tmpdir(), 'files-'));

afterAll(() => {
  rmSync(directory, { recursive: true, force: true });
});

function write(name: string, text: string): string {
  const path = join(directory, name);
  writeFileSync(path, text);
  return path;
}

function start(spec: FilesSpec<unknown>, parallelism = 1): Promise<SplitSourceDriver> {
  return SplitSourceDriver.start(
    { spec, reader: filesSource, enumerator: filesEnumerator },
    { parallelism },
  );
}

async function read(spec: FilesSpec<unknown>): Promise<SplitSourceDriver> {
  const driver = await start(spec);
  await driver.readAll();
  await driver.close();
  return driver;
}

const valuesOf = (driver: SplitSourceDriver): readonly unknown[] =>
  driver.emitted.map(({ value }) => value);

describe('ranges', () => {
  it('are all of a file, in order, and none is too long (I1)', () => {
    fc.assert(
      fc.property(fc.nat(10_000), fc.integer({ min: 1, max: 3_000 }), (sizeBytes, splitBytes) => {
        let next = 0;
        for (const { start: from, end = 0, bytes } of cutIntoRanges('f', sizeBytes, splitBytes)) {
          expect([from, end - from]).toStrictEqual([next, bytes]);
          expect(bytes).toBeLessThanOrEqual(splitBytes);
          next = end;
        }
        expect(next).toBe(sizeBytes);
      }),
    );
  });

  it('give every line once and in order, wherever they are cut', async () => {
    const line = fc.string({ unit: fc.constantFrom('a', 'é', ' '), maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(line, { maxLength: 12 }),
        fc.boolean(),
        fc.integer({ min: 1, max: 30 }),
        async (texts, endsWithNewline, splitBytes) => {
          const text = texts.join('\n') + (endsWithNewline ? '\n' : '');
          const path = write('any.txt', text);
          if (text === '') return;
          const driver = await read(files({ path, format: 'text', splitBytes }));
          const expected = text.endsWith('\n') ? text.slice(0, -1) : text;
          const lines = valuesOf(driver) as { line: string; byteOffset: number }[];
          expect(lines.map((record) => record.line)).toStrictEqual(expected.split('\n'));
          for (const { line: shown, byteOffset } of lines) {
            const there = Buffer.from(text).subarray(byteOffset).toString();
            expect(there.startsWith(shown)).toBe(true);
          }
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('a line of CSV', () => {
  it('comes apart into what it was made of', () => {
    const cell = fc.string({ unit: fc.constantFrom('a', '"', ',', ' '), maxLength: 5 });
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, fc.boolean()), { minLength: 1 }), (cells) => {
        const line = cells.map(([text, isQuoted]) =>
          isQuoted || /[",]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text,
        );
        expect(csvCells(line.join(','), ',')).toStrictEqual(cells.map(([text]) => text));
      }),
    );
  });

  it('is told apart when it does not end, or goes on after a quote', () => {
    expect([csvCells('a,"b', ','), csvCells('a,"b""', ','), csvCells('"a"b,c', ',')]).toStrictEqual(
      ['open', 'open', 'malformed'],
    );
  });
});

describe('files of CSV', () => {
  it('become what the schema asks for', async () => {
    const path = write(
      'typed.csv',
      'n,big,yes,at,none,may\n1.5,9007199254740993,true,1970-01-02,,\n',
    );
    const schema = z.object({
      n: z.number(),
      big: z.bigint(),
      yes: z.boolean(),
      at: z.date(),
      none: z.string().nullable(),
      may: z.number().optional(),
    });
    const driver = await read(files({ path, format: 'csv', schema }));
    expect(valuesOf(driver)).toStrictEqual([
      { n: 1.5, big: 9007199254740993n, yes: true, at: new Date(86_400_000), none: null },
    ]);
    expect(driver.deadLetters).toStrictEqual([]);
  });

  it('name the byte of a bad line in the middle of a file', async () => {
    const path = write('bad.txt', `n\n${'1\n'.repeat(20)}x\n`);
    const schema = z.object({ n: z.number() });
    const { deadLetters } = await read(files({ path, format: 'csv', schema, splitBytes: 10 }));
    expect(deadLetters).toStrictEqual([
      {
        value: { file: path, byteOffset: 42, line: 'x' },
        problem: expect.stringMatching(/bad\.txt, byte 42: n: .*number/) as string,
      },
    ]);
  });

  it('say where a quoted value began that has no end', async () => {
    const path = write('endless.txt', '1,a\n2,"b\nc\n');
    const spec = files({ path, format: 'csv', columns: ['n', 's'], multiline: true });
    const driver = await read(spec);
    expect(valuesOf(driver)).toStrictEqual([{ n: '1', s: 'a' }]);
    expect(driver.deadLetters[0]?.problem).toBe(`${path}, line 2: a quoted value has no end`);
  });
});

describe('files of JSON lines', () => {
  it('hand out what is no JSON, and what the schema refuses', async () => {
    const path = write('a.jsonl', '{"n":1}\n{"n":\n{"n":"x"}\n');
    const schema = z.object({ n: z.number() });
    const driver = await read(files({ path, format: 'json-lines', schema }));
    expect(valuesOf(driver)).toStrictEqual([{ n: 1 }]);
    expect(driver.deadLetters.map(({ problem }) => problem)).toStrictEqual([
      expect.stringMatching(/a\.jsonl, line 2: no JSON/),
      expect.stringMatching(/a\.jsonl, line 3: n: /),
    ]);
  });
});

describe('a directory that is looked at again', () => {
  it('gives new files to who has waited for them, and none twice', async () => {
    const path = join(directory, '*.part');
    const add = (name: string): void => {
      renameSync(write(`${name}.tmp`, `${name}\n`), join(directory, `${name}.part`));
    };
    const spec = files({ path, format: 'text', discoverIntervalMs: 1_000 });
    const driver = await start(spec, 2);
    expect(spec.bounded).toBe(false);
    const lines = (): readonly string[] =>
      valuesOf(driver).map((value) => (value as { readonly line: string }).line);
    const seeAll = (count: number): Promise<void> =>
      driver.until(() => {
        driver.poll(0, 10);
        driver.poll(1, 10);
        return lines().length >= count;
      });
    add('one');
    driver.clock.advance(1_000);
    await seeAll(1);
    add('two');
    await driver.until(() => {
      driver.clock.advance(1_000); // the look before may not have ended
      driver.poll(0, 10);
      driver.poll(1, 10);
      return lines().length === 2;
    });
    expect(lines()).toStrictEqual(['one', 'two']);
    expect(driver.snapshot().enumerator).toMatchObject({ free: [] });
    await driver.close();
  });
});

describe('files', () => {
  it.each([
    [() => files({ path: '', format: 'text' }), /'path' is empty/],
    [() => files({ path: 'a', format: 'text', splitBytes: 0 }), /'splitBytes' is 0/],
    [() => files({ path: 'a', format: 'csv', delimiter: '||' }), /'delimiter' is "\|\|"/],
    [() => files({ path: 'a', format: 'csv', columns: [] }), /'columns' is empty/],
  ])('refuses what cannot be meant', (make, message) => {
    expect(make).toThrow(message);
  });
});
