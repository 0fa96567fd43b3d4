// Lines of JSON for the recommendation job: taken or refused, never thrown.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Interaction } from '../../../../runtime/jobs/recommendation/interactions.ts';
import {
  loadJsonLines,
  parseJsonLine,
} from '../../../../runtime/jobs/recommendation/json-lines.ts';

const LINE = '{"user":"ada","item":"kite","kind":"bid","atMs":5}';
const RECORD = { user: 'ada', item: 'kite', kind: 'bid', atMs: 5 };

describe('parseJsonLine', () => {
  it('takes what the schema takes', () => {
    expect(parseJsonLine(LINE, Interaction)).toStrictEqual({ kind: 'parsed', value: RECORD });
  });

  it('refuses with every reason', () => {
    expect(parseJsonLine('{"user":"","item":"kite","kind":"gift","atMs":5}', Interaction)).toEqual({
      kind: 'refused',
      reason: expect.stringMatching(/^user: .*; kind: .*$/) as string,
    });
    expect(parseJsonLine('7', Interaction)).toMatchObject({
      reason: expect.stringMatching(/^record: /) as string,
    });
  });

  it('never throws (I1)', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (line) => {
        expect(['parsed', 'refused']).toContain(parseJsonLine(line, Interaction).kind);
      }),
    );
  });
});

describe('loadJsonLines', () => {
  it('reads the records of all files of a pattern, compressed or not', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'json-lines-'));
    writeFileSync(join(folder, 'b.jsonl'), `${LINE}\r\nnothing\n`);
    writeFileSync(join(folder, 'a.jsonl.gz'), gzipSync(LINE.replace('5', '4')));
    expect(await loadJsonLines(join(folder, '*'), Interaction)).toStrictEqual([
      { ...RECORD, atMs: 4 },
      RECORD,
    ]);
    rmSync(folder, { recursive: true });
  });
});
