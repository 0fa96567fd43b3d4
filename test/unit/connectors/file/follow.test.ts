// Following files while they grow: rotation, truncation, new files, restarts. Real files, a clock moved by hand.

import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  LOOK_INTERVAL_MS,
  ROTATION_GRACE_MS,
} from '../../../../runtime/connectors/file/followed-lines.ts';
import { linesSource } from '../../../../runtime/connectors/file/source.ts';
import {
  type LineRecord,
  lines,
  type LinesOptions,
} from '../../../../runtime/connectors/file/spec.ts';
import { nextTurn } from '../../../../runtime/core/turn.ts';
import { ReaderDriver } from '../../../contract/source-contract.ts';

let directory = '';
let log = '';
const opened: ReaderDriver[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'follow-'));
  log = join(directory, 'access.log');
});

afterEach(async () => {
  await Promise.all(opened.splice(0).map((driver) => driver.reader.close()));
  rmSync(directory, { recursive: true, force: true });
});

async function follow(
  options: Partial<LinesOptions> = {},
  share: { position?: unknown; subtaskIndex?: number; parallelism?: number } = {},
): Promise<ReaderDriver> {
  const spec = lines({ path: log, follow: true, ...options });
  const driver = new ReaderDriver(linesSource, spec, share);
  opened.push(driver);
  await driver.reader.open(share.position);
  return driver;
}

/** Waits for `count` lines in all, looking again whenever nothing came. */
async function textsAfter(driver: ReaderDriver, count: number): Promise<readonly string[]> {
  driver.clock.advance(LOOK_INTERVAL_MS);
  await driver.readUntil(count);
  return driver.emitted.map(({ value }) => (value as LineRecord).line);
}

/** Has files that are gone declared over: they must be seen gone, then be quiet for the time of grace. */
async function passGrace(driver: ReaderDriver, until: () => boolean): Promise<void> {
  while (!until()) {
    driver.clock.advance(ROTATION_GRACE_MS);
    driver.poll(100);
    await nextTurn();
  }
}

describe('lines with follow', () => {
  it('reads what is there, then what is added; a line without newline is not yet one', async () => {
    writeFileSync(log, 'one\ntw');
    const driver = await follow();
    expect(await textsAfter(driver, 1)).toStrictEqual(['one']);
    appendFileSync(log, 'o\nthree\n');
    expect(await textsAfter(driver, 3)).toStrictEqual(['one', 'two', 'three']);
    expect(driver.emitted.map(({ value }) => (value as LineRecord).lineNumber)).toStrictEqual([
      1, 2, 3,
    ]);
    expect(driver.poll(10)).toBe('idle');
  });

  it('begins at the end when asked to', async () => {
    writeFileSync(log, 'old\n');
    const driver = await follow({ fromEnd: true });
    appendFileSync(log, 'new\n');
    expect(await textsAfter(driver, 1)).toStrictEqual(['new']);
  });

  it('waits for a file that does not exist yet, and reads it from its start', async () => {
    const driver = await follow({ fromEnd: true });
    expect(driver.poll(10)).toBe('idle');
    writeFileSync(log, 'first\n');
    expect(await textsAfter(driver, 1)).toStrictEqual(['first']);
  });

  it('finishes a rotated file before the new one, also what is written late to it', async () => {
    writeFileSync(log, 'a1\n');
    const driver = await follow();
    await textsAfter(driver, 1);
    appendFileSync(log, 'a2\n');
    renameSync(log, `${log}.1`);
    writeFileSync(log, 'b1\n');
    expect(await textsAfter(driver, 3)).toStrictEqual(['a1', 'a2', 'b1']);
    appendFileSync(`${log}.1`, 'a3\n');
    expect(await textsAfter(driver, 4)).toStrictEqual(['a1', 'a2', 'b1', 'a3']);
  });

  it('takes the unfinished last line of a rotated file for a line once it is quiet', async () => {
    writeFileSync(log, 'a1\nhalf');
    const driver = await follow();
    await textsAfter(driver, 1);
    renameSync(log, `${log}.1`);
    await passGrace(driver, () => driver.emitted.length === 2);
    expect(driver.emitted.at(-1)?.value).toStrictEqual({ line: 'half', lineNumber: 2, file: log });
  });

  it('reads no file twice when the pattern matches its new name too', async () => {
    writeFileSync(log, 'a1\n');
    const driver = await follow({ path: join(directory, 'access.log*') });
    await textsAfter(driver, 1);
    renameSync(log, `${log}.1`);
    writeFileSync(log, 'b1\n');
    expect(await textsAfter(driver, 2)).toStrictEqual(['a1', 'b1']);
    appendFileSync(log, 'b2\n');
    expect(await textsAfter(driver, 3)).toStrictEqual(['a1', 'b1', 'b2']);
  });

  it('reads a truncated file again from its start', async () => {
    writeFileSync(log, 'a long first line\n');
    const driver = await follow();
    await textsAfter(driver, 1);
    truncateSync(log);
    appendFileSync(log, 'new\n');
    expect(await textsAfter(driver, 2)).toStrictEqual(['a long first line', 'new']);
    expect(driver.counters.get('truncatedFiles')).toBe(1);
    expect(driver.emitted.at(-1)?.value).toMatchObject({ lineNumber: 1 });
  });

  it('picks up new files that match', async () => {
    mkdirSync(join(directory, 'deep'));
    const driver = await follow({ path: join(directory, '**/*.log') });
    writeFileSync(join(directory, 'deep', 'b.log'), 'b\n');
    expect(await textsAfter(driver, 1)).toStrictEqual(['b']);
    writeFileSync(join(directory, 'c.log'), 'c\n');
    expect(await textsAfter(driver, 2)).toStrictEqual(['b', 'c']);
  });

  it('reads each file in exactly one subtask', async () => {
    const path = join(directory, '*.log');
    const names = Array.from({ length: 12 }, (_, index) => `${index}`);
    for (const name of names) writeFileSync(join(directory, `${name}.log`), `${name}\n`);
    const all: string[] = [];
    for (const subtaskIndex of [0, 1, 2]) {
      const driver = await follow({ path }, { subtaskIndex, parallelism: 3 });
      while (driver.poll(5) === 'more');
      all.push(...driver.emitted.map(({ value }) => (value as LineRecord).line));
    }
    expect(all.toSorted()).toStrictEqual(names.toSorted());
  });

  it('continues after a position with what was added meanwhile (I1)', async () => {
    writeFileSync(log, 'one\ntwo\n');
    const first = await follow();
    await textsAfter(first, 1);
    const position: unknown = JSON.parse(JSON.stringify(first.reader.position()));
    appendFileSync(log, 'three\n');
    const second = await follow({}, { position });
    expect(await textsAfter(second, 2)).toStrictEqual(['two', 'three']);
    expect(second.emitted[0]?.value).toMatchObject({ lineNumber: 2 });
  });

  it('finds a file that was rotated while nobody followed', async () => {
    writeFileSync(log, 'a1\n');
    const first = await follow();
    await textsAfter(first, 1);
    const position: unknown = JSON.parse(JSON.stringify(first.reader.position()));
    appendFileSync(log, 'a2\n');
    renameSync(log, join(directory, 'archived'));
    writeFileSync(log, 'b1\n');
    const second = await follow({}, { position });
    expect(await textsAfter(second, 2)).toStrictEqual(['a2', 'b1']);
  });

  it('counts a file that is gone when it comes back', async () => {
    writeFileSync(log, 'a1\n');
    const first = await follow();
    await textsAfter(first, 1);
    const position: unknown = JSON.parse(JSON.stringify(first.reader.position()));
    const elsewhere = join(directory, 'kept-open-elsewhere');
    mkdirSync(elsewhere);
    renameSync(log, join(elsewhere, 'moved'));
    writeFileSync(log, 'b1\n');
    const second = await follow({}, { position });
    expect(await textsAfter(second, 1)).toStrictEqual(['b1']);
    expect(second.counters.get('lostFiles')).toBe(1);
  });

  it('reads more than fits its bound, in order', async () => {
    const wanted = Array.from({ length: 60_000 }, (_, index) => `${index} ${'x'.repeat(100)}`);
    writeFileSync(log, `${wanted.join('\n')}\n`);
    const driver = await follow();
    driver.clock.advance(LOOK_INTERVAL_MS);
    await driver.readUntil(wanted.length, 512);
    expect(driver.emitted.map(({ value }) => (value as LineRecord).line)).toStrictEqual(wanted);
  });
});
