// Every bound of the engine, gone over once: the job fails with the limit, the figures and the setting that would help, the
// worker lives on.

import { afterAll, beforeAll, expect, it } from 'vitest';
import type { EmbeddedCluster } from '../../runtime/cli/embedded-cluster.ts';
import type { ErrorCode } from '../../runtime/core/errors.ts';
import { LIMITS } from '../golden/jobs/limits.ts';
import { startCluster } from '../support/embedded.ts';
import { resultsOf, runJob, untilFree } from './harness.ts';

type Limit = (typeof LIMITS)[number];

const EXPECTED: Readonly<Record<Limit, readonly [ErrorCode, RegExp]>> = {
  'record type': ['RECORD_MISMATCH', /value.*int/],
  'record size': ['RECORD_TOO_LARGE', /more than 1\.?0* MiB encoded.*MILLRACE_RECORD_SIZE_MAX/],
  overflow: ['MEMORY_EXCEEDED', /more than .* of output.*MILLRACE_OVERFLOW_SIZE_MAX/],
  state: ['MEMORY_EXCEEDED', /more state memory.*Raise TASK_MANAGER_MEMORY_MB/],
  network: ['NETWORK_MEMORY_INSUFFICIENT', /channel ends.*TASK_MANAGER_NETWORK_BUFFER_MEMORY_MB/],
  key: ['RECORD_MISMATCH', /the field "key" holds null, which cannot be a key/],
  timestamp: ['JOB_INVALID', /a record without a timestamp: give the source a watermark strategy/],
  'collected value': ['RECORD_MISMATCH', /cannot be handed back/],
  'side output': ['JOB_INVALID', /A side output needs a name/],
};

let cluster: EmbeddedCluster;
beforeAll(async () => {
  cluster = await startCluster({
    workers: 1,
    slots: 2,
    environment: {
      TASK_MANAGER_MEMORY_MB: '256',
      TASK_MANAGER_HEAP_MEMORY_MB: '96',
      TASK_MANAGER_NETWORK_BUFFER_MEMORY_MB: '4',
      MILLRACE_BUFFER_SIZE: '32KiB',
      MILLRACE_RECORD_SIZE_MAX: '1MiB',
      MILLRACE_OVERFLOW_SIZE_MAX: '1MiB',
    },
  });
});
afterAll(() => cluster.stop());

it.each(LIMITS)('%s', async (limit) => {
  const execution = await runJob(cluster, 'limits', { parallelism: 2, parameters: { limit } });
  const [code, message] = EXPECTED[limit];
  expect(execution.status).toBe('FAILED');
  expect(execution.failure).toMatchObject({
    code,
    message: expect.stringMatching(message) as string,
  });
  if (limit === 'network') return; // nothing ran
  expect(execution.failure?.details).toMatchObject({
    operator: 'suspect',
    uid: expect.any(String) as string,
  });
  if (limit === 'record type')
    expect(execution.failure?.details?.['record']).toContain('seventy-seven');
});

it('and the next job runs in the same processes', async () => {
  await untilFree(cluster, 2);
  expect(cluster.coordinator.snapshot().workers.map(({ pid }) => pid)).toStrictEqual(
    cluster.workerPids,
  );
  const parameters = { count: 100, collects: true };
  expect(resultsOf(await runJob(cluster, 'steady', { parallelism: 2, parameters }))).toHaveLength(
    100,
  );
});
