// Results of files: all parts appear together when the job has finished, and none when it has not.

import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { EmbeddedCluster } from '../../runtime/cli/embedded-cluster.ts';
import { startCluster } from '../support/embedded.ts';
import { endOf, jobOf, runJob, submit, until, untilRunning } from './harness.ts';

const PARALLELISM = 4;

let cluster: EmbeddedCluster;
let out: string;
beforeAll(async () => {
  cluster = await startCluster({ workers: 2, slots: 2 });
});
beforeEach(() => {
  out = mkdtempSync(join(tmpdir(), 'millrace-results-'));
});
afterAll(() => cluster.stop());

/** Part files that a reader of the folder sees. */
function visible(): readonly string[] {
  return readdirSync(out).filter((name) => !name.startsWith('.'));
}

function hidden(): readonly string[] {
  return readdirSync(out).filter((name) => name.startsWith('.'));
}

function indices(): readonly number[] {
  return visible()
    .flatMap((name) => readFileSync(join(out, name), 'utf8').trimEnd().split('\n'))
    .map((line) => (JSON.parse(line) as { readonly index: number }).index)
    .toSorted((left, right) => left - right);
}

/** Starts a job that writes, and waits until every subtask has begun its file. */
async function startWriting() {
  const id = await submit(cluster, 'steady', { parallelism: PARALLELISM, parameters: { out } });
  await untilRunning(cluster, id);
  await until('every subtask writes', () => hidden().length === PARALLELISM);
  return id;
}

describe('the files of a job', () => {
  it('appear together when it has finished, and not before', async () => {
    const id = await submit(cluster, 'steady', {
      parallelism: PARALLELISM,
      parameters: { count: 400, recordsPerSecond: 1_000, out },
    });
    const seen = new Set<number>();
    await until('the job ends', () => {
      const isRunning = jobOf(cluster, id).status !== 'FINISHED';
      const someSubtaskRuns = jobOf(cluster, id).tasks.some(({ subtasks }) =>
        subtasks.some(({ status }) => status === 'RUNNING'),
      );
      if (isRunning && someSubtaskRuns) seen.add(visible().length);
      return !isRunning;
    });
    expect([...seen]).toStrictEqual([0]);
    expect(visible()).toHaveLength(PARALLELISM);
    expect(hidden()).toStrictEqual([]);
    expect(indices()).toStrictEqual(Array.from({ length: 400 }, (_, index) => index));
  });

  it('never appear when it is canceled', async () => {
    const id = await startWriting();
    cluster.coordinator.cancelJob(id);
    expect((await endOf(cluster, id)).status).toBe('CANCELED');
    expect(readdirSync(out)).toStrictEqual([]);
  });

  it('never appear when it fails, not even those of subtasks that were done', async () => {
    const parameters = { count: 20_000, failAt: 19_999, out };
    const { status, failure } = await runJob(cluster, 'steady', {
      parallelism: PARALLELISM,
      parameters,
    });
    expect({ status, code: failure?.code }).toStrictEqual({
      status: 'FAILED',
      code: 'USER_FUNCTION_FAILED',
    });
    expect(readdirSync(out)).toStrictEqual([]);
  });

  it('replace those of the last run, whatever its parallelism', async () => {
    await runJob(cluster, 'steady', { parallelism: 2, parameters: { count: 10, out } });
    expect(indices()).toHaveLength(10);
    await runJob(cluster, 'steady', { parallelism: PARALLELISM, parameters: { count: 30, out } });
    expect(indices()).toHaveLength(30);
  });
});

describe('a folder that cannot be written', () => {
  it('fails the job before it starts, naming the path', async () => {
    const path = join(out, 'taken');
    writeFileSync(path, 'a file where the folder should be');
    const { status, failure } = await runJob(cluster, 'steady', {
      parallelism: PARALLELISM,
      parameters: { count: 10, out: path },
    });
    expect(status).toBe('FAILED');
    expect(failure?.code).toBe('FILE_FAILED');
    expect(failure?.message).toContain(path);
  });

  it('fails the job when something else has the name of a result', async () => {
    mkdirSync(join(out, 'part-0-0.jsonl'));
    writeFileSync(join(out, 'part-0-0.jsonl', 'precious'), '');
    const { status, failure } = await runJob(cluster, 'steady', {
      parallelism: PARALLELISM,
      parameters: { count: 10, out },
    });
    expect(status).toBe('FAILED');
    expect(failure?.code).toBe('FILE_FAILED');
    expect(failure?.message).toContain(out);
    expect(visible()).toStrictEqual(['part-0-0.jsonl']);
    expect(readdirSync(join(out, 'part-0-0.jsonl'))).toStrictEqual(['precious']);
  });
});
