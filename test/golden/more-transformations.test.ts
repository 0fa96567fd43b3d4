// Transformations that are more than one function over one stream, at several parallelisms: the answers are worked out here without anything of the engine.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EmbeddedCluster } from '../../runtime/cli/embedded-cluster.ts';
import { resultsOf, runJob, sorted } from '../cluster/harness.ts';
import { startCluster } from '../support/embedded.ts';
import { WINDOW_MS } from './jobs/async.ts';
import { KEYS } from './jobs/broadcast.ts';
import { order, PAYABLE_MS, payment } from './jobs/connected.ts';
import { scattered } from './jobs/partitions.ts';

const RECORDS = 1_500;

function connectedAnswer(records: number): readonly unknown[] {
  const results: unknown[] = [];
  for (let index = 0; index < records; index++) {
    const { id, atMs } = order(index);
    const paid = payment(index);
    const isPaid = index % 3 !== 0 && paid.atMs <= atMs + PAYABLE_MS;
    if (isPaid) results.push({ branch: 'paid', id, cents: paid.cents });
    else results.push({ branch: 'unpaid', id, atMs: atMs + PAYABLE_MS, side: atMs + PAYABLE_MS });
    results.push({ branch: 'map', text: `order ${id}` }, { branch: 'map', cents: paid.cents });
    if (id % 2 === 0) results.push({ branch: 'flatMap', even: id });
    for (let times = 0; times < paid.cents % 3; times++) {
      results.push({ branch: 'flatMap', cents: paid.cents, times });
    }
    results.push({ branch: 'process', isOrder: true }, { branch: 'process', isPayment: true });
  }
  return results;
}

function asyncAnswer(records: number): readonly unknown[] {
  const results: unknown[] = [];
  const windows = new Map<string, { questions: number; ids: number }>();
  for (let id = 0; id < records; id++) {
    results.push({ branch: 'ordered', id, isWithinCapacity: true });
    if (id % 5 === 0) results.push({ branch: 'retried', id });
    if (id % 50 === 0) results.push({ branch: 'timeout', id });
    const startMs = Math.floor((id * 10) / WINDOW_MS) * WINDOW_MS;
    const window = windows.get(`${id % 3}/${startMs}`) ?? { questions: 0, ids: 0 };
    windows.set(`${id % 3}/${startMs}`, {
      questions: window.questions + 1,
      ids: window.ids + id,
    });
  }
  for (const [name, window] of windows) {
    const [group = 0, windowStartMs = 0] = name.split('/').map(Number);
    const windowEndMs = windowStartMs + WINDOW_MS;
    results.push({ branch: 'window', group, windowStartMs, windowEndMs, ...window });
  }
  return results;
}

function broadcastAnswer(records: number, rules: number, subtasks: number): readonly unknown[] {
  const results: unknown[] = [];
  for (let id = 0; id < records; id++) results.push({ branch: 'main', id });
  for (let key = 0; key < KEYS; key++) {
    const amounts = Array.from({ length: records }, (_, id) => id).filter((id) => id % KEYS === key);
    const total = amounts.reduce((sum, id) => sum + id, 0);
    const factors = Array.from({ length: rules }, (_, rule) => rule + 1);
    const names = factors.map((factor) => `rule ${factor - 1}`);
    const totals = factors.map((factor) => factor * total);
    results.push({ branch: 'key', key, visits: rules, totals, names });
  }
  for (let subtask = 0; subtask < subtasks; subtask++) {
    for (let rule = 0; rule < rules; rule++) results.push({ branch: 'heard', subtask, rule });
    results.push({ branch: 'first', subtask });
  }
  return results;
}

describe('transformations', () => {
  let cluster: EmbeddedCluster;

  beforeAll(async () => {
    cluster = await startCluster({
      workers: 2,
      slots: 2,
      environment: { TASK_MANAGER_HEAP_MEMORY_MB: '320', MILLRACE_BUFFER_SIZE: '8KiB' },
    });
  });
  afterAll(() => cluster.stop());

  describe.each([1, 2, 4])('parallelism %i', (parallelism) => {
    it('connect with keys, shared state and timers, and without', async () => {
      const parameters = { records: RECORDS };
      const results = resultsOf(await runJob(cluster, 'connected', { parallelism, parameters }));
      expect(sorted(results)).toStrictEqual(sorted(connectedAnswer(RECORDS)));
    });

    it('read broadcast states that are the same in every subtask', async () => {
      const parameters = { records: 500, rules: 7 };
      const results = resultsOf(await runJob(cluster, 'broadcast', { parallelism, parameters }));
      expect(sorted(results)).toStrictEqual(sorted(broadcastAnswer(500, 7, parallelism)));
    });

    it('see all records of a subtask or key at the end, and windows behind see their results', async () => {
      const parameters = { records: 300 };
      const results = resultsOf(await runJob(cluster, 'partitions', { parallelism, parameters }));
      const ofBranch = (branch: string): readonly Readonly<Record<string, unknown>>[] =>
        (results as Readonly<Record<string, unknown>>[]).filter((result) => result['branch'] === branch);
      const ids = Array.from({ length: 300 }, (_, id) => id);
      const byKey = (key: number): number[] => ids.filter((id) => id % 7 === key).map(scattered);
      expect(sorted(ofBranch('key'))).toStrictEqual(
        sorted(
          [0, 1, 2, 3, 4, 5, 6].map((key) => ({
            branch: 'key',
            key,
            sorted: byKey(key).toSorted((left, right) => right - left),
          })),
        ),
      );
      const total = ids.reduce((sum, id) => sum + scattered(id), 0);
      expect(ofBranch('sum')).toHaveLength(parallelism);
      expect(ofBranch('sum').reduce((sum, { value }) => sum + Number(value), 0)).toBe(total);
      expect(ofBranch('late')).toStrictEqual([]);
      expect(ofBranch('window')).toMatchObject([{ records: parallelism, of: total }]);
    });

    it('ask a service without losing order, event time or a record', async () => {
      const parameters = { records: 400 };
      const results = resultsOf(await runJob(cluster, 'async', { parallelism, parameters }));
      expect(sorted(results)).toStrictEqual(sorted(asyncAnswer(400)));
      if (parallelism > 1) return;
      const ids = (results as { branch: string; id: number }[])
        .filter(({ branch }) => branch === 'ordered')
        .map(({ id }) => id);
      expect(ids).toStrictEqual(ids.toSorted((left, right) => left - right));
    });
  });
});
