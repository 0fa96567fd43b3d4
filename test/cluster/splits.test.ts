// Sources by splits on real processes: an enumerator in the coordinator, readers in the slots of two workers.

import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EmbeddedCluster } from '../../runtime/cli/embedded-cluster.ts';
import type { JobSnapshot } from '../../runtime/protocol/cluster-snapshot.ts';
import { startCluster } from '../support/embedded.ts';
import { endOf, jobOf, resultsOf, runJob, submit, until } from './harness.ts';

const ORDERS = 4_000;
const SPLIT_BYTES = 8 * 1024;
const LIMIT_MS = 20_000;

const directory = mkdtempSync(join(tmpdir(), 'millrace-splits-'));
const path = join(directory, 'orders.csv');
const orders = Array.from({ length: ORDERS }, (_, id) => ({
  id,
  text: `order "${id}", ${'é'.repeat(id % 50)}`,
}));

function csvOf(records: typeof orders): string {
  const lines = records.map(({ id, text }) => `${id},"${text.replaceAll('"', '""')}"`);
  return `id,text\n${lines.join('\n')}\n`;
}

let cluster: EmbeddedCluster;
beforeAll(async () => {
  writeFileSync(path, csvOf(orders));
  cluster = await startCluster({
    workers: 2,
    slots: 2,
    environment: { MILLRACE_REPORT_INTERVAL: '50ms' },
  });
});
afterAll(async () => {
  await cluster.stop();
  rmSync(directory, { recursive: true, force: true });
});

function byId(results: readonly unknown[]): readonly unknown[] {
  const id = (value: unknown): number => (value as { readonly id: number }).id;
  return results.toSorted((left, right) => id(left) - id(right));
}

function readCounts(job: JobSnapshot): readonly number[] {
  const source = job.tasks.find(({ name }) => name.includes('orders'));
  return source?.subtasks.map(({ metrics }) => metrics.recordsIn) ?? [];
}

describe('a big file', () => {
  it.each([1, 2, 3])(
    'gives the same records once at parallelism %i',
    async (parallelism) => {
      const parameters = { path, splitBytes: SPLIT_BYTES };
      const job = await runJob(cluster, 'splits', { parallelism, parameters });
      expect(byId(resultsOf(job))).toStrictEqual(orders);
    },
    LIMIT_MS,
  );

  it(
    'is not held up by one slow reader: the others read what is left',
    async () => {
      const parameters = { path, splitBytes: SPLIT_BYTES, slowBelow: 50, slowMs: 10 };
      const job = await runJob(cluster, 'splits', { parallelism: 2, parameters });
      expect(byId(resultsOf(job))).toStrictEqual(orders);
      const [fewest = 0, most = 0] = readCounts(job.snapshot()).toSorted((a, b) => a - b);
      expect(fewest + most).toBe(ORDERS);
      expect(fewest).toBeGreaterThanOrEqual(50);
      expect(fewest).toBeLessThan(ORDERS / 4); // by rule it would be half
    },
    LIMIT_MS,
  );

  it(
    'is read at the rate of its source',
    async () => {
      const few = join(directory, 'few.csv');
      writeFileSync(few, csvOf(orders.slice(0, 20)));
      const parameters = { path: few, splitBytes: 100, recordsPerSecond: 40 };
      const job = await runJob(cluster, 'splits', { parallelism: 2, parameters });
      expect(byId(resultsOf(job))).toStrictEqual(orders.slice(0, 20));
      expect(job.ranMs).toBeGreaterThan(200); // the first record of each subtask is due at once
    },
    LIMIT_MS,
  );
});

describe('files that are no orders', () => {
  it(
    'end in the dead letters, with file and line',
    async () => {
      const broken = join(directory, 'broken.txt');
      writeFileSync(broken, 'id,text\n1,a\nx,b\n2\n3,"c\n4,d\n');
      const parameters = { path: broken, splitBytes: SPLIT_BYTES };
      const results = resultsOf(await runJob(cluster, 'splits', { parameters }));
      expect(results.filter((value) => 'id' in (value as object))).toStrictEqual([
        { id: 1, text: 'a' },
        { id: 4, text: 'd' },
      ]);
      const problems = results.flatMap((value) => (value as { problem?: string }).problem ?? []);
      expect(problems).toStrictEqual([
        expect.stringMatching(/broken\.txt, line 3: id: .*number/),
        `${broken}, line 4: 1 values for 2 columns`,
        expect.stringMatching(/broken\.txt, line 5: a quoted value does not end on its line/),
      ]);
    },
    LIMIT_MS,
  );

  it(
    'fail the job, naming the source, when there are none',
    async () => {
      const parameters = { path: join(directory, 'none-*.csv'), splitBytes: SPLIT_BYTES };
      const job = await runJob(cluster, 'splits', { parallelism: 2, parameters });
      expect(job.status).toBe('FAILED');
      expect(job.failure).toMatchObject({
        code: 'INPUT_NOT_FOUND',
        message: expect.stringMatching(/enumerator of "orders" failed: no file matches/) as string,
      });
    },
    LIMIT_MS,
  );
});

describe('a directory', () => {
  it(
    'is looked at again and again, and given up with its job',
    async () => {
      const add = (name: string, from: number, to: number): void => {
        writeFileSync(join(directory, `${name}.part`), csvOf(orders.slice(from, to)));
        renameSync(join(directory, `${name}.part`), join(directory, `${name}.new`));
      };
      add('a', 0, 10);
      const id = await submit(cluster, 'splits', {
        parallelism: 2,
        parameters: {
          path: join(directory, '*.new'),
          splitBytes: SPLIT_BYTES,
          discoverIntervalMs: 20,
        },
      });
      const read = (): number => readCounts(jobOf(cluster, id)).reduce((sum, n) => sum + n, 0);
      await until('the first file is read', () => read() === 10);
      add('b', 10, 30);
      await until('the second file is read', () => read() === 30);
      expect(jobOf(cluster, id).bounded).toBe(false);
      cluster.coordinator.stopJob(id);
      expect(byId(resultsOf(await endOf(cluster, id)))).toStrictEqual(orders.slice(0, 30));
    },
    LIMIT_MS,
  );
});
