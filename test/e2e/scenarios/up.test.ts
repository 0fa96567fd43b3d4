// From an empty cluster to a checked answer and back: the image is built and pushed by the program, the job reads its Parquet
// input from a volume and its results are read back from one; a second `up` finds nothing to do; `destroy` leaves nothing.

import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, inject, it } from 'vitest';
import { checkMonitoring } from '../../../runtime/jobs/monitoring/check.ts';
import { nameOf, restartsOf } from '../harness/cluster.ts';
import { recordTime } from '../harness/measurements.ts';
import { openScenario } from '../harness/scenario.ts';
import { changes } from '../harness/steps.ts';
import { until } from '../harness/until.ts';

const INPUT = 'node_modules/vega-datasets/data/flights-3m.parquet';
const DAY_MS = 86_400_000;

it('brings up the example job, whose answer is right, and takes everything down', async () => {
  const { own } = inject('facts');
  const startMs = performance.now();
  const { cluster, platform, start } = await openScenario({
    name: 'up',
    stackFile: 'monitoring',
    build: true,
    // Where no file can be put on the volume beforehand, the input is that in the image.
    ...(own === undefined ? { sections: { job: { parameters: { input: null } } } } : {}),
    seed: (directory) => cp(INPUT, join(directory, 'flights-3m.parquet')),
  });

  const planned = await platform.preview();
  expect(changes(planned).every(({ kind }) => kind === 'create')).toBe(true);
  const outcome = await start();
  expect(outcome.warnings).toEqual([]);
  expect(outcome.outputs['slots']).toEqual({ min: 4, max: 4 });
  if (own !== undefined) recordTime('up of an empty cluster, image built', startMs);

  const { taskmanagers } = await platform.rest<{ taskmanagers: unknown[] }>('/overview');
  expect(taskmanagers).toBe(2);
  await platform.jobIs('FINISHED', 180_000);
  recordTime('up to the checked answer of monitoring', startMs);
  const verdict = await checkMonitoring(await platform.download('/data/out'), DAY_MS);
  expect(verdict.lines.filter((line) => line.startsWith('WRONG'))).toEqual([]);
  expect(verdict.ok).toBe(true);

  const before = await podsOf();
  expect(changes(await platform.preview())).toEqual([]);
  expect(changes(await platform.up())).toEqual([]);
  expect(await podsOf()).toEqual(before);

  await platform.destroy();
  expect(await cluster.namespaceExists(platform.namespace)).toBe(false);
  const { items } = await cluster.core.listNamespace();
  expect(items.map(nameOf).filter((name) => name === platform.namespace)).toEqual([]);

  async function podsOf(): Promise<readonly string[]> {
    const pods = await until('no pod is on its way', async () => {
      const all = [...(await platform.pods('coordinator')), ...(await platform.pods('worker'))];
      return all.length === 3 && all;
    });
    return pods.map((pod) => `${nameOf(pod)} restarts ${restartsOf(pod)}`);
  }
});
