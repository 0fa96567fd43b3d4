// The monitoring job on its real input, 3,000,000 flights, against the answers that were computed without the engine. One
// bound here; `npm start -- --check` and `--max-out-of-orderness` show the others.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { checkMonitoring } from '../../runtime/jobs/monitoring/check.ts';
import { runEmbedded } from '../support/embedded.ts';

const JOB = new URL('../../runtime/jobs/monitoring/job.ts', import.meta.url);
const HOUR_MS = 3_600_000;

it('answers as computed without the engine, over two workers at parallelism 3', async () => {
  const out = await mkdtemp(join(tmpdir(), 'millrace-flights-'));
  try {
    const parameters = { maxOutOfOrderness: '6h', out };
    const execution = await runEmbedded(JOB, parameters, { workers: 2, slots: 2, parallelism: 3 });
    expect(execution.failure).toBeUndefined();
    const verdict = await checkMonitoring(out, 6 * HOUR_MS);
    expect(verdict.lines.filter((line) => line.startsWith('WRONG'))).toEqual([]);
    expect(verdict.ok).toBe(true);
  } finally {
    await rm(out, { recursive: true });
  }
});
