// The cluster's programs in the cache: machine/binaries.ts.

import { cpSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import {
  buildBinaries,
  buildKey,
  cacheDirectory,
  findBuild,
  GO_DIRECTORY,
  kubernetesVersion,
  type GoCommand,
} from '../../e2e/machine/binaries.ts';

let temporary: string;
beforeEach(() => (temporary = mkdtempSync(join(tmpdir(), 'millrace-binaries-'))));
afterEach(() => rmSync(temporary, { recursive: true }));

describe('the cache of programs', () => {
  it('is where the environment says, or where caches are', () => {
    expect(cacheDirectory({ MILLRACE_E2E_CACHE: '/own' })).toBe('/own');
    expect(cacheDirectory({ XDG_CACHE_HOME: '/shared' })).toBe('/shared/millrace/e2e');
    expect(cacheDirectory({})).toMatch(/\/\.cache\/millrace\/e2e$/);
  });

  it('has a key of its own for every content of the modules and every processor', () => {
    const copy = join(temporary, 'go');
    cpSync(GO_DIRECTORY, copy, { recursive: true });
    const key = buildKey(copy, 'x64');
    expect(buildKey(GO_DIRECTORY, 'x64')).toBe(key);
    expect(buildKey(copy, 'arm64')).not.toBe(key);
    writeFileSync(join(copy, 'pause', 'main.go'), 'package main\n');
    expect(buildKey(copy, 'x64')).not.toBe(key);
  });

  it('holds a build only when all of it is there (I1)', async () => {
    const { directory } = findBuild(temporary);
    const scratch = join(temporary, 'scratch');
    let commands = 0;
    const go: GoCommand = async (command, { directory: from, environment }) => {
      expect(existsSync(join(from, 'go.mod'))).toBe(true);
      expect(environment).toStrictEqual({ CGO_ENABLED: '0' });
      expect(existsSync(directory)).toBe(false);
      commands += 1;
      writeFileSync(join(scratch, String(commands)), command.join(' '));
      if (commands === 3) throw new Error('stopped');
    };
    const build = async () =>
      buildBinaries(directory, { scratch, go, onProgress: () => undefined });

    await expect(build()).rejects.toThrow('stopped');
    expect(findBuild(temporary).isThere).toBe(false);
    await build();
    expect(findBuild(temporary)).toStrictEqual({ directory, isThere: true });
    expect(basename(directory)).toBe(`bin-${buildKey()}`);
    expect(existsSync(join(directory, '3'))).toBe(false); // What the stopped build made is not in it.
  });

  it('knows the version it builds', () => {
    const { version, major, minor } = kubernetesVersion();
    expect(version).toBe(`v${major}.${minor}.${version.split('.')[2]!}`);
  });
});
