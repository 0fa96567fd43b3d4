// The README as a stranger would follow it: its job saved where it says, its log file, and its commands typed into a shell,
// in a copy of the tree. Only the port of the page is another, because a test may not need a fixed one.

import { execFile } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isShown, jobSource, listCommands, listJobs } from './guide-page.ts';

const page = readFileSync('README.md', 'utf8');
const commands = listCommands(page);
let tree: string;

beforeAll(() => {
  tree = mkdtempSync(join(tmpdir(), 'millrace-readme-'));
  for (const path of ['runtime', 'package.json'])
    cpSync(path, join(tree, path), { recursive: true });
  symlinkSync(resolve('node_modules'), join(tree, 'node_modules'));
  for (const job of listJobs(page)) {
    expect(page).toContain(`Save this as \`runtime/jobs/${job}/job.ts\``);
    write(`runtime/jobs/${job}/job.ts`, jobSource(job));
  }
  const [, path = '', log = ''] = /With this in `(.*?)`:\n\n```log\n([^]*?)```/.exec(page) ?? [];
  write(path, log);
});
afterAll(() => {
  rmSync(tree, { recursive: true });
});

describe('README.md', () => {
  it('has commands to try', () => {
    expect(commands.length).toBeGreaterThan(3);
  });

  it.each(commands)('$command', async ({ command, output }) => {
    const isRun = command.startsWith('npm run millrace -- run ');
    const lines = await typeIn(isRun ? `${command} --rest-port 0` : command);
    // Subtasks print in an order of their own: compare their lines as a set, and nothing may be missing.
    const [actual, shown] = [lines, output].map((all) => [
      ...all.filter(isPrinted).toSorted(),
      ...all.filter((line) => !isPrinted(line)),
    ]);
    expect(isShown(actual ?? [], shown ?? []), lines.join('\n')).toBe(true);
  });
});

function isPrinted(line: string): boolean {
  return /^\d+> /.test(line);
}

async function typeIn(command: string): Promise<readonly string[]> {
  const { stdout } = await promisify(execFile)('sh', ['-c', command], {
    cwd: tree,
    env: { ...process.env, npm_config_loglevel: 'silent' },
  });
  return stdout.split('\n').slice(0, -1);
}

function write(path: string, text: string): void {
  mkdirSync(dirname(join(tree, path)), { recursive: true });
  writeFileSync(join(tree, path), text);
}
