// Reading files to their end, beyond the source contract: what is a line, what is refused, which files.

import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { LineBuffer } from '../../../../runtime/connectors/file/line-buffer.ts';
import { linesSource } from '../../../../runtime/connectors/file/source.ts';
import {
  type LineRecord,
  lines,
  type LinesOptions,
} from '../../../../runtime/connectors/file/spec.ts';
import { ReaderDriver } from '../../../contract/source-contract.ts';

const directory = mkdtempSync(join(tmpdir(), 'lines-'));

afterAll(() => {
  rmSync(directory, { recursive: true, force: true });
});

function write(name: string, content: string | Buffer): string {
  const path = join(directory, name);
  writeFileSync(path, content);
  return path;
}

async function read(options: LinesOptions, position?: unknown): Promise<readonly LineRecord[]> {
  const driver = new ReaderDriver(linesSource, lines(options));
  try {
    await driver.reader.open(position);
    return (await driver.readAll(100)).map(({ value }) => value as LineRecord);
  } finally {
    await driver.reader.close();
  }
}

const texts = (records: readonly LineRecord[]): string[] => records.map(({ line }) => line);

describe('lines', () => {
  it('skips a byte order mark, takes CR LF for one ending, keeps empty lines and the last', async () => {
    const path = write('endings.txt', '\uFEFFa\r\n\r\n\nb\rc\n\uFEFFd');
    const records = await read({ path });
    expect(texts(records)).toStrictEqual(['a', '', '', 'b\rc', '\uFEFFd']);
    expect(records.at(-1)).toMatchObject({ lineNumber: 5, file: path });
  });

  it('reads what is larger than its bound of unread bytes, compressed and not', async () => {
    const wanted = Array.from({ length: 60_000 }, (_, index) => `${index} ${'é'.repeat(50)}`);
    const text = `${wanted.join('\n')}\n`;
    expect(texts(await read({ path: write('large.txt', text) }))).toStrictEqual(wanted);
    expect(texts(await read({ path: write('large.gz', gzipSync(text)) }))).toStrictEqual(wanted);
  });

  it('refuses a line that is too long, naming file and line', async () => {
    const path = write('long.txt', `ok\n${'x'.repeat(200_000)}\n`);
    await expect(read({ path, lineBytesMax: 100_000 })).rejects.toThrow(
      /long\.txt, line 2 is longer than 97\.7 KiB/,
    );
    expect(await read({ path, lineBytesMax: 200_000 })).toHaveLength(2);
  });

  it('says which path or pattern has no file', async () => {
    for (const path of [join(directory, 'none.txt'), join(directory, 'none-*.txt')]) {
      await expect(read({ path })).rejects.toMatchObject({ code: 'INPUT_NOT_FOUND' });
      await expect(read({ path })).rejects.toThrow(path);
    }
    await expect(read({ path: directory })).rejects.toThrow(/is a directory/);
  });

  it('reads a path that only looks like a pattern', async () => {
    expect(texts(await read({ path: write('a[1].txt', 'x') }))).toStrictEqual(['x']);
  });

  it('reads many small files in the order of their paths', async () => {
    mkdirSync(join(directory, 'many'));
    const names = Array.from(
      { length: 150 },
      (_, index) => `many/${String(index).padStart(3, '0')}.txt`,
    );
    for (const name of names.toReversed()) write(name, name);
    expect(texts(await read({ path: join(directory, 'many', '*.txt') }))).toStrictEqual(names);
  });

  it('fails on a damaged compressed file', async () => {
    const path = write('damaged.gz', gzipSync('x\n'.repeat(100_000)).subarray(0, 60));
    await expect(read({ path })).rejects.toMatchObject({ code: 'FILE_FAILED' });
  });

  it('fails when a file is shorter than what was read of it', async () => {
    const path = write('shrunk.txt', 'one\ntwo\nthree\n');
    const position = { files: [{ path, byteOffset: 8, lineNumber: 2 }] };
    expect(texts(await read({ path }, position))).toStrictEqual(['three']);
    truncateSync(path, 3);
    await expect(read({ path }, position)).rejects.toThrow(/has 3 bytes, but 8 were read before/);
  });

  it('refuses a position that is not its own', async () => {
    const path = write('position.txt', 'x\n');
    await expect(read({ path }, { next: 3 })).rejects.toMatchObject({ code: 'INVARIANT_BROKEN' });
  });
});

describe('LineBuffer', () => {
  it('cuts the same lines wherever the bytes are cut, and its place continues exactly (I1)', () => {
    const content = fc.string({
      unit: fc.constantFrom('a', 'é', '\n', '\r\n', '😀'),
      maxLength: 40,
    });
    fc.assert(
      fc.property(content, fc.array(fc.nat(60)), fc.nat(20), (text, cuts, taken) => {
        const bytes = Buffer.from(text);
        const wanted = text.split('\n').map((line) => line.replace(/\r$/, ''));
        if (wanted.at(-1) === '') wanted.pop();
        const first = bufferOf(bytes, cuts, { byteOffset: 0, lineNumber: 0 });
        const head = takeLines(first, taken);
        const rest = bufferOf(bytes.subarray(first.place.byteOffset), cuts, first.place);
        expect([...head, ...takeLines(rest, Infinity)]).toStrictEqual(wanted);
        expect(rest.place).toStrictEqual({ byteOffset: bytes.length, lineNumber: wanted.length });
        expect(rest.isEnded).toBe(true);
      }),
    );
  });
});

function bufferOf(
  bytes: Buffer,
  cuts: readonly number[],
  place: { byteOffset: number; lineNumber: number },
): LineBuffer {
  const buffer = new LineBuffer('f', 1_000, { unreadBytes: 0, unreadBytesMax: 1_000 }, place);
  let from = 0;
  for (const cut of [...cuts, bytes.length].toSorted((a, b) => a - b)) {
    if (cut > from && cut <= bytes.length) buffer.push(bytes.subarray(from, cut));
    from = Math.max(from, Math.min(cut, bytes.length));
  }
  buffer.finish();
  return buffer;
}

function takeLines(buffer: LineBuffer, count: number): string[] {
  const taken: string[] = [];
  while (taken.length < count) {
    const line = buffer.next();
    if (line === undefined) break;
    taken.push(line);
  }
  return taken;
}
