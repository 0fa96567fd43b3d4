// A digest of everything that a build sends to Docker: paths, modes and contents of the files that .dockerignore lets in.
// Same digest, same image: nothing has to be built again.

import { createHash } from 'node:crypto';
import { existsSync, lstatSync, readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

/** The digest of a context with its Dockerfile, as Docker would see them. */
export function digestContext(context: string, dockerfile: string): string {
  const isIgnored = readIgnoreRules(context, dockerfile);
  const hash = createHash('sha256').update(readFileSync(dockerfile)).update('\0');
  for (const path of listFiles(context, '', isIgnored)) {
    const file = lstatSync(join(context, path));
    const content = file.isSymbolicLink()
      ? readlinkSync(join(context, path))
      : readFileSync(join(context, path));
    hash.update(`${path}\0${file.mode.toString(8)}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex');
}

/** Tells of a path relative to the context whether the last rule that matches it leaves it out. */
export type IgnoreRule = (path: string) => boolean;

/** The rules of `<Dockerfile>.dockerignore`, else of `.dockerignore`; without either nothing is ignored. */
function readIgnoreRules(context: string, dockerfile: string): IgnoreRule {
  const candidates = [`${dockerfile}.dockerignore`, join(context, '.dockerignore')];
  const file = candidates.find((path) => existsSync(path));
  return file === undefined ? () => false : parseIgnoreRules(readFileSync(file, 'utf8'));
}

/** Rules as a .dockerignore has them. */
export function parseIgnoreRules(text: string): IgnoreRule {
  const rules = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => ({ isKept: line.startsWith('!'), matches: compile(line.replace(/^!\s*/, '')) }));
  return (path) => {
    const last = rules.findLast(({ matches }) => matches.test(path));
    return last !== undefined && !last.isKept;
  };
}

/** A pattern matches a path and everything below it. */
function compile(pattern: string): RegExp {
  const parts = pattern
    .replace(/^\.?\//, '')
    .replace(/\/$/, '')
    .split(/(\*\*\/?|\*|\?)/);
  const source = parts.map((part) => {
    if (part === '**/') return '(?:.*/)?';
    if (part === '**') return '.*';
    if (part === '*') return '[^/]*';
    if (part === '?') return '[^/]';
    return part.replace(/[.+^${}()|[\]\\]/g, '\\$&');
  });
  return new RegExp(`^${source.join('')}(?:/.*)?$`);
}

/** An ignored folder is still entered: a later rule may let a part of it in. */
function listFiles(context: string, folder: string, isIgnored: IgnoreRule): readonly string[] {
  const names = readdirSync(join(context, folder)).sort();
  return names.flatMap((name) => {
    const path = folder === '' ? name : `${folder}/${name}`;
    if (isSkippable(path, isIgnored)) return [];
    if (lstatSync(join(context, path)).isDirectory()) return listFiles(context, path, isIgnored);
    return isIgnored(path) ? [] : [path];
  });
}

/** Folders of thousands of files that no context of ours lets in. */
const HEAVY = ['node_modules', '.git', 'out', '.cache'];

function isSkippable(path: string, isIgnored: IgnoreRule): boolean {
  return HEAVY.includes(path) && isIgnored(path) && isIgnored(`${path}/any`);
}
