// What a build depends on: deployment-engine/docker/context-digest.ts.

import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  digestContext,
  parseIgnoreRules,
} from '../../support/deployment-engine/docker/context-digest.ts';

describe('the rules of .dockerignore', () => {
  it('go by the last that matches, for a path and all below it', () => {
    const isIgnored = parseIgnoreRules('# all\n*\n\n!package.json\n!runtime\nruntime/**/*.md\n');
    expect(isIgnored('infra/index.ts')).toBe(true);
    expect(isIgnored('package.json')).toBe(false);
    expect(isIgnored('runtime/core/clock.ts')).toBe(false);
    expect(isIgnored('runtime/core/notes.md')).toBe(true);
    expect(isIgnored('runtime/notes.md')).toBe(true);
  });

  it('take stars and question marks for parts of a name', () => {
    const isIgnored = parseIgnoreRules('*.log\n**/tmp?\nout/\n./a.b\n');
    expect(isIgnored('x.log')).toBe(true);
    expect(isIgnored('deep/x.log')).toBe(false);
    expect(isIgnored('deep/er/tmp1/file')).toBe(true);
    expect(isIgnored('out/file')).toBe(true);
    expect(isIgnored('aXb')).toBe(false);
  });
});

describe('the digest of a context', () => {
  let folder = '';
  const write = (path: string, content: string): void => writeFileSync(join(folder, path), content);
  const digest = (): string => digestContext(folder, join(folder, 'src/Dockerfile'));

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'context-'));
    mkdirSync(join(folder, 'src'));
    write('.dockerignore', '*\n!src\n');
    write('src/Dockerfile', 'FROM scratch\n');
    write('src/a.ts', 'a');
    write('notes.txt', 'n');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('changes with content, names and modes of what is sent, and with nothing else', () => {
    const first = digest();
    write('notes.txt', 'other');
    expect(digest()).toBe(first);
    write('src/a.ts', 'b');
    const second = digest();
    expect(second).not.toBe(first);
    chmodSync(join(folder, 'src/a.ts'), 0o755);
    const third = digest();
    expect(third).not.toBe(second);
    write('src/b.ts', '');
    expect(digest()).not.toBe(third);
  });
});
