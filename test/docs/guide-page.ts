// What the pages that show jobs are made of: blocks of TypeScript, each a whole job, `test/golden/jobs/guide-<job>.ts`, and
// blocks of `console`, each a command with what it prints. guide-runner.ts writes them, the tests compare and run them.
//   I1. A block of TypeScript begins with `// <job>: …`; one that does not is an error, so no snippet escapes the tests.

import { readFileSync } from 'node:fs';

import { resolve } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { globSync } from 'tinyglobby';

/** The pages that show jobs. */
export const GUIDE_PAGES = ['README.md', 'docs/jobs.md', ...globSync('docs/guide/*.md').sort()];

const TYPESCRIPT = /(?<=```ts\n)[^]*?(?=```)/g;
const CONSOLE = /```console\n\$ (.*)\n([^]*?)```/g;

/** A command and what the page says it prints; a line `…` stands for any number of lines. */
export interface ShownCommand {
  readonly command: string;
  readonly output: readonly string[];
}

/** The names of the jobs that a page shows, in its order. */
export function listJobs(page: string): readonly string[] {
  return [...page.matchAll(TYPESCRIPT)].map(([text]) => jobOf(text));
}

/** Every command of a page. */
export function listCommands(page: string): readonly ShownCommand[] {
  return [...page.matchAll(CONSOLE)].map(([, command = '', output = '']) => ({
    command,
    output: output.split('\n').slice(0, -1),
  }));
}

/** The file that holds a job of the pages. */
export function goldenJob(job: string): string {
  return resolve(`test/golden/jobs/guide-${job}.ts`);
}

/** A job as one would write it in `runtime/jobs/<job>/job.ts`. */
export function jobSource(job: string): string {
  return readFileSync(goldenJob(job), 'utf8');
}

/** The page with its jobs as their files have them, formatted as `npm run format` would. */
export async function renderPage(path: string, page: string): Promise<string> {
  const text = page.replaceAll(TYPESCRIPT, (shown: string) => jobSource(jobOf(shown)));
  return format(text, { ...(await resolveConfig(path)), filepath: path });
}

/** True when these are the lines shown, with any number of lines in place of each `…`. */
export function isShown(actual: readonly string[], shown: readonly string[]): boolean {
  const [first, ...rest] = shown;
  if (first === undefined) return actual.length === 0;
  if (first !== '…') return actual[0] === first && isShown(actual.slice(1), rest);
  return Array.from({ length: actual.length + 1 }, (_, skipped) => skipped).some((skipped) =>
    isShown(actual.slice(skipped), rest),
  );
}

function jobOf(block: string): string {
  const job = /^\/\/ ([a-z-]+): /.exec(block)?.[1];
  if (job !== undefined) return job;
  throw new Error(`a block of TypeScript must begin with "// <job>: …", not with:\n${block}`);
}
