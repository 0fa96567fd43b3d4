// I1: the tag of a built image follows what goes into the build, and nothing else; and what goes into it is what the
// Dockerfile copies and .dockerignore lets through.

import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { computeImageTag, IMAGE_SOURCES } from '../../infra/image-tag.ts';
import { RUNTIME_USER } from '../../infra/k8s/security-context.ts';

let root = '';

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'millrace-image-'));
  mkdirSync(join(root, 'runtime/core'), { recursive: true });
  writeFileSync(join(root, 'package.json'), '{}');
  writeFileSync(join(root, 'package-lock.json'), '{}');
  writeFileSync(join(root, 'runtime/main.ts'), 'run();');
  writeFileSync(join(root, 'runtime/core/ids.ts'), 'id();');
});

afterEach(() => rmSync(root, { recursive: true }));

describe('computeImageTag', () => {
  it('is the same for a copy with other times', () => {
    const copy = mkdtempSync(join(tmpdir(), 'millrace-image-copy-'));
    cpSync(root, copy, { recursive: true });
    utimesSync(join(copy, 'runtime/main.ts'), 1, 1);
    expect(computeImageTag(copy)).toBe(computeImageTag(root));
    rmSync(copy, { recursive: true });
  });

  it('ignores what the image does not contain', () => {
    const before = computeImageTag(root);
    writeFileSync(join(root, 'README.md'), 'changed');
    mkdirSync(join(root, 'infra'));
    writeFileSync(join(root, 'infra/index.ts'), 'changed');
    expect(computeImageTag(root)).toBe(before);
  });

  it('changes with a content, a path, an added file, and a build argument', () => {
    const tags = [computeImageTag(root), computeImageTag(root, { BASE_IMAGE: 'node:24' })];
    writeFileSync(join(root, 'runtime/main.ts'), 'run(1);');
    tags.push(computeImageTag(root));
    renameSync(join(root, 'runtime/core/ids.ts'), join(root, 'runtime/core/names.ts'));
    tags.push(computeImageTag(root));
    writeFileSync(join(root, 'runtime/core/empty.ts'), '');
    tags.push(computeImageTag(root));
    expect(new Set(tags).size).toBe(tags.length);
  });

  it('tells two files from one that only looks like both', () => {
    writeFileSync(join(root, 'runtime/x.ts'), 'one');
    writeFileSync(join(root, 'runtime/y.ts'), 'two');
    const before = computeImageTag(root);
    rmSync(join(root, 'runtime/y.ts'));
    writeFileSync(join(root, 'runtime/x.ts'), 'oneruntime/y.ts\0two');
    expect(computeImageTag(root)).not.toBe(before);
  });
});

describe('the build context', () => {
  it('is what .dockerignore lets in', () => {
    const lines = readFileSync('.dockerignore', 'utf8').split('\n');
    const rules = lines.filter((line) => line !== '' && !line.startsWith('#'));
    expect(rules).toEqual(['*', ...IMAGE_SOURCES.map((source) => `!${source}`)]);
  });

  it('is all that the Dockerfile copies, which ends as a numeric user that is not root', () => {
    const lines = readFileSync('runtime/Dockerfile', 'utf8').split('\n');
    const copied = lines
      .filter((line) => /^COPY (?!--from)/.test(line))
      .flatMap((line) => line.split(' ').slice(1, -1));
    expect(copied.length).toBeGreaterThan(0);
    for (const source of copied) expect(IMAGE_SOURCES).toContain(source);
    expect(lines).toContain(`USER ${RUNTIME_USER}:${RUNTIME_USER}`);
    expect(RUNTIME_USER).toBeGreaterThan(0);
  });

  it('runs the Node that the tests run', () => {
    const { dependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as {
      dependencies: { node: string };
    };
    expect(readFileSync('runtime/Dockerfile', 'utf8')).toContain(
      `ARG BASE_IMAGE=node:${dependencies.node}-slim`,
    );
  });
});
