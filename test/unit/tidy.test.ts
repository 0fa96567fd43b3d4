// The rules of the house that no other tool checks. Each message names the fix.

import { existsSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

import { globSync } from 'tinyglobby';
import { describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
/** This file is left out, because it holds what it looks for. */
const ignore = ['**/node_modules', 'out', '.cache', 'test/golden', 'test/unit/tidy.test.ts'];

const list = (...patterns: string[]): string[] =>
  globSync(patterns, { cwd: root, dot: true, ignore }).sort();
const read = (path: string): string => readFileSync(resolve(root, path), 'utf8');

/** The lines of some files that match, as `file:line`. */
function find(paths: readonly string[], pattern: RegExp): string[] {
  return paths.flatMap((path) => {
    const lines = read(path).split('\n');
    return lines.flatMap((line, index) => (pattern.test(line) ? [`${path}:${index + 1}`] : []));
  });
}

const expectNone = (found: readonly string[], fix: string): void =>
  expect(found, fix).toStrictEqual([]);

const sources = list('{runtime,infra}/**/*.ts');
const tests = list('test/**/*.ts');
const prose = list('**/*.md');
const everything = list('**/*.{md,ts,js,cjs,json,yaml,css,html}', '.ci/*', '**/Dockerfile');

describe('the house', () => {
  it('opens every source file with what it owns', () => {
    const bare = sources.filter((path) => !/^(#!.*\n)?\/\/ \S/.test(read(path)));
    expectNone(bare, 'open with 3 to 15 `//` lines: what the file owns, what it leaves to whom');
  });

  it('names every file of a pure folder in a test', () => {
    const text = tests.map(read).join('\n');
    const untested = list('runtime/{core,types,graph,time,protocol,config}/**/*.ts')
      .filter((path) => /^export (async )?(function|class) /m.test(read(path)))
      .filter((path) => !text.includes(path.split('/').slice(-2).join('/')));
    expectNone(
      untested,
      'write its test, or name it (`folder/file.ts`) in the header that covers it',
    );
  });

  it('excuses code from a rule only with a reason', () => {
    const silent = /(eslint-disable|@ts-expect-error)(?!.*(--|:) \w)/;
    expectNone(
      find([...sources, ...tests], silent),
      'write `eslint-disable-next-line rule -- why`',
    );
  });

  it('leaves no note without an issue', () => {
    const note = /\b(FIXME|XXX|TODO(?!\(#\d+\)))\b/;
    expectNone(find(everything, note), 'finish it, or open an issue and write TODO(#number)');
  });

  it('names no machine of ours', () => {
    const machine = /(^|[\s'"`(=])\/(work|root|home|Users)\/\w|registry\.npmjs\./;
    expectNone(
      find(everything, machine),
      'write paths relative to the repository; npm knows hosts',
    );
  });

  it('links to files that exist', () => {
    const links = prose.flatMap((path) =>
      [...read(path).matchAll(/\]\((?!\w+:|#)([^)#\s]+)[^)]*\)/g)].map(
        ([, target = '']) => [path, target] as const,
      ),
    );
    const broken = links.filter(([path, to]) => !existsSync(resolve(root, dirname(path), to)));
    expectNone(broken.map(String), 'correct the link, or write the page');
  });
});
