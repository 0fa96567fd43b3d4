// An autoscaler on the CPU of the workers: it owns their number, `up` never touches it, and a stack can change between a
// fixed number and an autoscaler without a jump.

import { expect, it } from 'vitest';
import { nameOf } from '../harness/cluster.ts';
import { recordTime } from '../harness/measurements.ts';
import type { Platform } from '../harness/platform.ts';
import { openScenario } from '../harness/scenario.ts';
import { changes, diffOf } from '../harness/steps.ts';
import { until } from '../harness/until.ts';

const SCALING_MS = 240_000;

it('adds workers under load and removes them after it, across every up', async () => {
  const { cluster, platform, start } = await openScenario({ name: 'autoscale', stackFile: 'busy' });
  await start();
  const loadMs = performance.now();
  await replicasAre(platform, 3);
  await platform.workers(3);
  recordTime('load to three workers ready, by the autoscaler', loadMs);

  // A change that rolls the workers leaves their number alone.
  platform.configure({ workers: { memory: { total: '576MiB' } } });
  const outcome = await platform.up();
  const rolled = changes(outcome).find(({ type }) => type.endsWith(':Deployment'));
  expect(diffOf(outcome, rolled?.name ?? '').join('\n')).not.toContain('replicas');
  expect((await platform.workers(3)).length).toBe(3);
  expect(changes(await platform.up())).toEqual([]);

  // To a fixed number, the one there is, and back: no pod comes or goes.
  const pods = (await platform.workers(3)).map(nameOf);
  platform.configure({ workers: { replicas: 3 }, autoscaling: FIXED });
  await platform.up();
  expect((await platform.workers(3)).map(nameOf)).toEqual(pods);
  platform.configure({ workers: { replicas: null }, autoscaling: SCALED });
  await platform.up();
  expect((await platform.workers(3)).map(nameOf)).toEqual(pods);
  const { items } = await cluster.autoscaling.listNamespacedHorizontalPodAutoscaler({
    namespace: platform.namespace,
  });
  expect(items).toHaveLength(1);

  const job = await platform.jobIs('RUNNING');
  await platform.rest(`/jobs/${job.jid}?mode=cancel`, 'PATCH');
  await platform.jobIs('CANCELED');
  const idleMs = performance.now();
  await replicasAre(platform, 1);
  await platform.workers(1);
  recordTime('no load to one worker, by the autoscaler', idleMs);
  expect(changes(await platform.up())).toEqual([]);
  expect((await platform.workers(1)).length).toBe(1);
});

const SCALED = {
  mode: 'hpa',
  minReplicas: 1,
  maxReplicas: 3,
  cpuUtilization: 30,
  scaleUpWindow: '0s',
  scaleDownWindow: '30s',
};

/** The keys of the other mode are refused, not ignored. */
const FIXED = {
  mode: 'none',
  minReplicas: null,
  maxReplicas: null,
  cpuUtilization: null,
  scaleUpWindow: null,
  scaleDownWindow: null,
};

async function replicasAre(platform: Platform, count: number): Promise<void> {
  await until(
    `the autoscaler wants ${count} workers`,
    async () => (await platform.workerDeployment()).spec?.replicas === count,
    SCALING_MS,
  );
}
