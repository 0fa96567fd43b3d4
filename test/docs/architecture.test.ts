// What ARCHITECTURE.md says is there: every file it names, and for each guarantee a test of that title.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const page = readFileSync('ARCHITECTURE.md', 'utf8');
const guarantees = [
  ...page.matchAll(/^- \*\*(G\d+)\.\*\* [^`]*?`(test\/[^`]+)`:\s+"([^"]+)"\.$/gm),
].map(([, name = '', file = '', title = '']) => ({ name, file, title }));

describe('ARCHITECTURE.md', () => {
  it('names files and folders that exist', () => {
    const paths = [...page.matchAll(/`((?:runtime|infra|test|stacks|docs)(?:\/[^`\s]+)?)`/g)];
    expect(paths.length).toBeGreaterThan(50);
    expect(paths.map(([, path = '']) => path).filter((path) => !existsSync(path))).toEqual([]);
  });

  it('numbers its guarantees without a gap, each with a test', () => {
    const numbers = [...page.matchAll(/^- \*\*(G\d+)\./gm)].map(([, name]) => name);
    expect(numbers).toEqual(numbers.map((_, index) => `G${index + 1}`));
    expect(guarantees.map(({ name }) => name)).toEqual(numbers);
  });

  it.each(guarantees)('$name is shown by "$title"', ({ file, title }) => {
    expect(readFileSync(file, 'utf8')).toContain(title);
  });

  it('has a row for each folder of the engine', () => {
    const rows = [...page.matchAll(/^\| `runtime\/([a-z]+)`(?:, `([a-z]+)`)?/gm)];
    const named = rows.flatMap(([, first, second]) => [first, second ?? []].flat());
    const entries = readdirSync('runtime', { withFileTypes: true });
    const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
    expect(named.toSorted()).toEqual(folders.toSorted());
  });
});
