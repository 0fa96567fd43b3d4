// Finds the scenarios, has vitest run them, and counts how their tests ended. A scenario is a file of test/e2e/scenarios.

import { readdirSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { resolve } from 'node:path';

import { UsageError } from './arguments.ts';

const REPOSITORY = resolve(import.meta.dirname, '../..');
const DIRECTORY = resolve(import.meta.dirname, 'scenarios');
const EXTENSION = '.test.ts';

/** How many tests ended how. */
export interface Tally {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** The parts used here of what vitest's JSON reporter writes. */
export interface VitestResults {
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly assertionResults: readonly { readonly status: string }[];
  }[];
}

/** The names of all scenarios. */
export function listScenarios(directory = DIRECTORY): string[] {
  return readdirSync(directory)
    .filter((file) => file.endsWith(EXTENSION))
    .map((file) => file.slice(0, -EXTENSION.length))
    .sort();
}

/** The scenarios that were asked for. */
export function selectScenarios(
  only: readonly string[],
  all: readonly string[],
): readonly string[] {
  const unknown = only.filter((name) => !all.includes(name));
  if (unknown.length > 0) {
    throw new UsageError(
      `no such scenario: ${unknown.join(', ')}; there are ${all.length === 0 ? 'none' : all.join(', ')}`,
    );
  }
  return only.length === 0 ? all : only;
}

/** A program and its words. */
export type Command = readonly [string, ...string[]];

/** Has vitest run scenarios, started in the caller's way, and counts how they ended. */
export async function runScenarios(
  scenarios: readonly string[],
  { factsFile, resultsFile }: { readonly factsFile: string; readonly resultsFile: string },
  start: (command: Command, environment: NodeJS.ProcessEnv) => Promise<unknown>,
): Promise<Tally> {
  if (scenarios.length === 0) return { passed: 0, failed: 0, skipped: 0 };
  await rm(resultsFile, { force: true });
  await start(
    [
      process.execPath,
      resolve(REPOSITORY, 'node_modules/vitest/vitest.mjs'),
      'run',
      ...['--config', resolve(import.meta.dirname, 'vitest.config.ts')],
      ...['--reporter=verbose', '--reporter=json', `--outputFile.json=${resultsFile}`],
      ...scenarios.map((name) => `scenarios/${name}${EXTENSION}`),
    ],
    { ...process.env, MILLRACE_E2E_FACTS: factsFile },
  );
  return tally(scenarios, JSON.parse(await readFile(resultsFile, 'utf8')) as VitestResults);
}

/** Counts the tests of scenarios by how they ended; a scenario that failed before its tests ran counts as one that failed. */
export function tally(scenarios: readonly string[], { testResults }: VitestResults): Tally {
  const ends = scenarios.flatMap((name) => {
    const file = testResults.find((result) => result.name.endsWith(`/${name}${EXTENSION}`));
    const tests = (file?.assertionResults ?? []).map(({ status }) => endOf(status));
    const isBroken = file?.status !== 'passed' && !tests.includes('failed');
    return isBroken ? [...tests, 'failed'] : tests;
  });
  const count = (end: keyof Tally): number => ends.filter((one) => one === end).length;
  return { passed: count('passed'), failed: count('failed'), skipped: count('skipped') };
}

/** What vitest calls pending, todo or disabled did not run. */
function endOf(status: string): keyof Tally {
  return status === 'passed' || status === 'failed' ? status : 'skipped';
}

/** The last line of a run. */
export function describeTally({ passed, failed, skipped }: Tally): string {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}
