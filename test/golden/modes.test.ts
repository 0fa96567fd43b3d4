// Batch mode against streaming mode: every job whose results do not depend on the clock or on the layout of the cluster runs
// both ways, and the final results are the same. A new job is entered here, with how its results collapse to final ones.

import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EmbeddedCluster } from '../../runtime/cli/embedded-cluster.ts';
import { resultsOf, runJob, sorted } from '../cluster/harness.ts';
import { startCluster } from '../support/embedded.ts';
import { windowAnswer } from './expected.ts';
import { generalWindowAnswer } from './expected-windows.ts';

interface BothWays {
  readonly job: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  /** Of a running result, the last; the same records when left out. */
  readonly collapse?: (results: readonly unknown[]) => readonly unknown[];
}

/** The last result of each group. */
function lastBy(groupOf: (result: never) => string | undefined) {
  return (results: readonly unknown[]): readonly unknown[] => {
    const kept: unknown[] = [];
    const last = new Map<string, unknown>();
    for (const result of results) {
      const group = groupOf(result as never);
      if (group === undefined) kept.push(result);
      else last.set(group, result);
    }
    return [...kept, ...last.values()];
  };
}

/** Without the branches of a job that tell what a single subtask saw. */
function notOf(...branches: readonly string[]) {
  return (results: readonly unknown[]): readonly unknown[] =>
    results.filter((result) => !branches.includes((result as { branch: string }).branch));
}

const BOTH_WAYS: readonly BothWays[] = [
  { job: 'stateless', parameters: { records: 500 } },
  {
    job: 'keyed',
    parameters: { records: 2_000 },
    collapse: lastBy(({ branch, group }: { branch: string; group: number }) =>
      branch === 'largest' ? String(group) : undefined,
    ),
  },
  { job: 'shapes', parameters: { records: 54 } },
  { job: 'patterns', parameters: { records: 1_000 } },
  { job: 'connected', parameters: { records: 500 } },
  { job: 'async', parameters: { records: 300 } },
  { job: 'running', parameters: { records: 1_000 } },
  { job: 'shipments', parameters: { records: 300 } },
  { job: 'broadcast', parameters: { records: 500, rules: 7 }, collapse: notOf('heard', 'first') },
  { job: 'partitions', parameters: { records: 300 }, collapse: notOf('sum', 'window') },
  {
    job: 'mix',
    parameters: { records: 300, seed: 5 },
    collapse: lastBy(({ key }: { key: number }) => String(key)),
  },
];

/** Why the others are not compared. */
const NOT_COMPARED: Readonly<Record<string, string>> = {
  auctions: 'gives changes: compared with its own answer, in both modes, in auctions.test.ts',
  failing: 'fails on purpose',
  'general-windows': 'has late records, which batch mode does not know: compared with its own answer below',
  hog: 'fails on purpose',
  'idle-input': 'is about the clock',
  limits: 'fails on purpose',
  overlapping: 'has late records: compared with its own answer, in both modes, in overlapping.test.ts',
  partitioners: 'tells where records went',
  printed: 'prints',
  'slot-groups': 'tells where records went',
  'slow-sink': 'is about backpressure',
  steady: 'is about backpressure',
  splits: 'needs files: compared with them in test/cluster/splits.test.ts',
  timers: 'is about the clock',
  unlike: 'fails on purpose',
  unloadable: 'fails on purpose',
  windows: 'has late records, which batch mode does not know: compared with its own answer below',
};

describe('batch mode', () => {
  let cluster: EmbeddedCluster;
  beforeAll(async () => {
    cluster = await startCluster({ workers: 2, slots: 2 });
  });
  afterAll(() => cluster.stop());

  it.each(BOTH_WAYS)('gives the final results of $job', async ({ job, parameters, collapse }) => {
    const run = async (mode: 'streaming' | 'batch', parallelism: number) =>
      resultsOf(await runJob(cluster, job, { mode, parallelism, parameters }));
    const streaming = await run('streaming', 1);
    const final = sorted(collapse?.(streaming) ?? streaming);
    for (const parallelism of [1, 3]) {
      const batch = await run('batch', parallelism);
      // A running result of the job's own still runs in batch mode.
      expect(sorted(collapse?.(batch) ?? batch)).toStrictEqual(final);
    }
  });

  it('knows no late records', async () => {
    const parameters = { records: 2_000 };
    const results = await runJob(cluster, 'windows', { mode: 'batch', parallelism: 4, parameters });
    expect(sorted(resultsOf(results))).toStrictEqual(sorted(windowAnswer(2_000, Infinity)));
  });

  it('gives windows that keep records their input key by key, in order of time', async () => {
    const parameters = { records: 2_000 };
    const results = await runJob(cluster, 'general-windows', { mode: 'batch', parallelism: 2, parameters });
    expect(sorted(resultsOf(results))).toStrictEqual(sorted(generalWindowAnswer(2_000, 'batch')));
  });

  it('gives only the last value of a reduction', async () => {
    const parameters = { records: 2_000 };
    const results = resultsOf(await runJob(cluster, 'keyed', { mode: 'batch', parameters }));
    expect(results.filter((result) => (result as { branch: string }).branch === 'largest')).toHaveLength(3);
  });

  it('has a word about every golden job', () => {
    const jobs = readdirSync(new URL('jobs', import.meta.url))
      .map((file) => file.replace(/\.ts$/, ''))
      .filter((job) => !job.startsWith('guide-')); // their output is checked by the pages
    const known = [...BOTH_WAYS.map(({ job }) => job), ...Object.keys(NOT_COMPARED)];
    expect(jobs.filter((job) => !known.includes(job))).toStrictEqual([]);
  });
});
