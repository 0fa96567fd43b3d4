// Operators over two streams, at several parallelisms: the answers are worked out here without anything of the engine.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EmbeddedCluster } from '../../runtime/cli/embedded-cluster.ts';
import { resultsOf, runJob, sorted } from '../cluster/harness.ts';
import { startCluster } from '../support/embedded.ts';
import { order, PAYABLE_MS, payment } from './jobs/connected.ts';

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

describe('two streams', () => {
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
  });
});
