// What is lost while a job runs comes back: the pod, its registration, and the job, from the beginning, with the right answer.

import { expect, inject, it } from 'vitest';
import { type Cluster, isReady, nameOf, restartsOf } from '../harness/cluster.ts';
import { killContainer } from '../harness/kill-container.ts';
import { recordTime } from '../harness/measurements.ts';
import { expectedLines } from '../harness/paced-answer.ts';
import type { Platform } from '../harness/platform.ts';
import { openScenario } from '../harness/scenario.ts';
import { until } from '../harness/until.ts';

const ANSWER = { seconds: 12, recordsPerSecond: 1_000, keys: 10 };
const SECTIONS = { job: { parameters: { seconds: ANSWER.seconds } } };

it('survives the deletion of a worker pod', async () => {
  const { cluster, platform, start } = await openScenario({
    name: 'worker-deleted',
    stackFile: 'paced',
    sections: SECTIONS,
  });
  await start();
  await platform.jobIs('RUNNING');
  await cluster.core.deleteNamespacedPod({
    namespace: platform.namespace,
    name: await busyWorker(platform),
  });
  await platform.workers(2);
  await endsRight(platform);
});

// Only the node can kill process 1 of a container, and only the suite's own node is at hand.
it.skipIf(inject('facts').own === undefined)('survives the death of a worker process', async () => {
  const { platform, start } = await openScenario({
    name: 'worker-killed',
    stackFile: 'paced',
    sections: SECTIONS,
  });
  await start();
  await platform.jobIs('RUNNING');
  const victim = await busyWorker(platform);
  const before = await registered(platform);
  const killedMs = performance.now();
  killContainer(await platform.pod(victim));
  await until('the worker is registered again', async () => {
    const now = await registered(platform);
    return now.length === 2 && now.some((id) => !before.includes(id));
  });
  recordTime('worker process killed to registered again', killedMs);
  const again = (await platform.workers(2)).find((pod) => nameOf(pod) === victim);
  expect(restartsOf(again ?? {})).toBe(1);
  await endsRight(platform);
});

it('survives the drain of a node', async () => {
  const { cluster, platform, start } = await openScenario({
    name: 'node-drained',
    stackFile: 'paced',
    sections: SECTIONS,
  });
  await start();
  await platform.jobIs('RUNNING');
  const node = (await platform.coordinator()).spec?.nodeName ?? '';
  await setUnschedulable(cluster, node, true);
  try {
    await evictAll(cluster, platform);
  } finally {
    await setUnschedulable(cluster, node, false);
  }
  await platform.workers(2);
  await endsRight(platform);
});

it('survives the deletion of the coordinator pod', async () => {
  const { cluster, platform, start } = await openScenario({
    name: 'coordinator-deleted',
    stackFile: 'paced',
    sections: SECTIONS,
  });
  await start();
  await platform.jobIs('RUNNING');
  const workers = (await platform.workers(2)).map(nameOf);
  const old = nameOf(await platform.coordinator());
  const deletedMs = performance.now();
  await cluster.core.deleteNamespacedPod({ namespace: platform.namespace, name: old });
  await until('a new coordinator has both workers', async () => {
    const pods = await platform.pods('coordinator');
    return (
      pods.some((pod) => nameOf(pod) !== old && isReady(pod)) &&
      (await registered(platform)).length === 2
    );
  });
  recordTime('coordinator pod deleted to workers registered', deletedMs);
  const after = await platform.workers(2);
  expect(after.map(nameOf)).toEqual(workers);
  expect(after.map(restartsOf)).toEqual([0, 0]);
  await endsRight(platform);
});

async function endsRight(platform: Platform): Promise<void> {
  await platform.jobIs('FINISHED');
  expect(await platform.lines('/data/out/paced/counts')).toEqual(expectedLines(ANSWER));
}

/** The worker pod that runs subtasks: placement fills one worker before it takes the next. */
async function busyWorker(platform: Platform): Promise<string> {
  const { taskmanagers } = await platform.rest<{
    taskmanagers: { path: string; slotsNumber: number; freeSlots: number }[];
  }>('/taskmanagers');
  const busy = taskmanagers.find(({ slotsNumber, freeSlots }) => freeSlots < slotsNumber);
  const pods = await platform.pods('worker');
  const pod = pods.find(({ status }) => busy?.path.startsWith(`${status?.podIP ?? ''}:`));
  if (pod === undefined) throw new Error('no worker runs anything');
  return nameOf(pod);
}

async function registered(platform: Platform): Promise<readonly string[]> {
  const { taskmanagers } = await platform.rest<{ taskmanagers: { id: string }[] }>('/taskmanagers');
  return taskmanagers.map(({ id }) => id);
}

async function setUnschedulable(cluster: Cluster, node: string, value: boolean): Promise<void> {
  const body = await cluster.core.readNode({ name: node });
  await cluster.core.replaceNode({
    name: node,
    body: { ...body, spec: { ...body.spec, unschedulable: value } },
  });
}

/** As `kubectl drain`: eviction of each pod, asked for again while a budget refuses it. */
async function evictAll(cluster: Cluster, platform: Platform): Promise<void> {
  const pods = [...(await platform.pods('worker')), ...(await platform.pods('coordinator'))];
  await Promise.all(
    pods.map((pod) =>
      until(
        `${nameOf(pod)} is evicted`,
        async () => {
          const { namespace } = platform;
          const metadata = { namespace, name: nameOf(pod) };
          await cluster.core.createNamespacedPodEviction({ ...metadata, body: { metadata } });
          return true;
        },
        90_000,
      ),
    ),
  );
}
