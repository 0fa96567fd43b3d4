// What the engine provides to a job outside of its own tree (program/provided-packages.ts), in real processes and slot
// threads: the API by its name, and zod.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { millrace } from './command.ts';

const JOB = `
import { z } from 'zod';
import { defineJob, fromCollection, print } from 'millrace';
import { greeting } from 'greeting';
export default defineJob({
  name: 'elsewhere',
  parameters: z.object({}),
  build: (env) => env.from(fromCollection(['Ada'])).map((name) => greeting + ' ' + name).to(print()),
});
`;

const folder = mkdtempSync(join(tmpdir(), 'millrace-elsewhere-'));

function write(path: string, text: string): void {
  mkdirSync(join(folder, path, '..'), { recursive: true });
  writeFileSync(join(folder, path), text);
}

beforeAll(() => {
  write('job.ts', JOB);
  write('node_modules/greeting/index.js', "exports.greeting = 'hello';");
  // I1: a second engine beside the job is not taken.
  write('node_modules/millrace/index.js', "throw new Error('another engine');");
});
afterAll(() => rmSync(folder, { recursive: true }));

it('runs a job of another folder with the API by name, zod, and a package of its own', async () => {
  const ended = await millrace('run', folder, '--parallelism', '1', '--rest-port', '0');
  expect(ended.stdout.split('\n')[0]).toBe('hello Ada');
  expect(ended.exitCode).toBe(0);
});

it('names a package that is not there', async () => {
  write('job.ts', JOB.replace("'greeting'", "'missing'"));
  const ended = await millrace('explain', folder);
  expect(ended.stderr).toContain("Cannot find package 'missing'");
  expect(ended.exitCode).toBe(2);
});
