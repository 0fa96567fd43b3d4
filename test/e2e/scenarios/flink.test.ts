// The same program deploys Apache Flink: a job in Java, from a stack file to its right answer, through the loss of its pods,
// more workers, and an upgrade from a savepoint. What needs Java is skipped, with the reason, where there is none.

import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import {
  openFlinkScenario,
  parallelismIs,
  provideFlinkBuild,
  removeFlinkBuild,
  runningJob,
  stopWithSavepoint,
  type FlinkBuild,
} from '../flink/flink-scenario.ts';
import { judgeJava, readJava } from '../flink/java.ts';
import { type Cluster, nameOf } from '../harness/cluster.ts';
import { recordTime } from '../harness/measurements.ts';
import { expectedLines } from '../harness/paced-answer.ts';
import type { Platform } from '../harness/platform.ts';
import { changes, summarize } from '../harness/steps.ts';
import { until } from '../harness/until.ts';

const RATE = { recordsPerSecond: 1_000, keys: 10 };
/** With Maven's first download of Flink. */
const BUILD_MS = 900_000;
const SCENARIO_MS = 900_000;
const FINISH_MS = 300_000;
/** A TaskManager that is added must come while the job runs, also on a busy machine. */
const SCALE_SECONDS = 120;

const { own } = inject('facts');
const java = judgeJava(await readJava());
const reason =
  own === undefined
    ? 'images are built only for the cluster of the suite'
    : java.kind === 'no'
      ? java.reason
      : undefined;
let build: FlinkBuild;

beforeAll(async () => {
  if (own !== undefined && java.kind === 'yes') build = await provideFlinkBuild(own, java.jdk);
}, BUILD_MS);
afterAll(removeFlinkBuild);

it(
  'runs a job in Java through the loss of a TaskManager and of the JobManager',
  { timeout: SCENARIO_MS },
  async (test) => {
    test.skip(reason !== undefined, reason);
    const { cluster, platform, start } = await openFlinkScenario(build, 'flink-loss', 60);
    const { namespace } = platform;
    const startMs = performance.now();
    const planned = await platform.preview();
    expect(changes(planned).every(({ kind }) => kind === 'create')).toBe(true);
    expect((await start()).warnings).toEqual([]);
    recordTime('Flink: up of an empty cluster, image built on Flink', startMs);
    const first = await runningJob(platform, 'with a checkpoint', ({ counts }) => {
      return counts.completed > 0;
    });
    recordTime('Flink: up to the first checkpoint', startMs);

    const [taskManager] = await platform.workers(2);
    const deletedMs = performance.now();
    await cluster.core.deleteNamespacedPod({ namespace, name: nameOf(taskManager ?? {}) });
    await runningJob(platform, 'again', ({ counts }) => counts.restored > 0);
    recordTime('Flink: TaskManager pod deleted to all subtasks running', deletedMs);

    const jobManager = nameOf(await platform.coordinator());
    const killedMs = performance.now();
    await cluster.core.deleteNamespacedPod({ namespace, name: jobManager, gracePeriodSeconds: 0 });
    await platform.podIsGone(jobManager);
    const second = await runningJob(platform, 'under a new JobManager', ({ counts }) => {
      return counts.restored > 0;
    });
    recordTime('Flink: JobManager pod killed to all subtasks running', killedMs);
    expect(second.id).toBe(first.id);
    await endsRight(platform, 60);

    expect(changes(await platform.up())).toEqual([]);
    await staysFinished(cluster, platform, 60);
    await platform.destroy();
    expect(await cluster.namespaceExists(namespace)).toBe(false);
  },
);

it('runs on the slots that there are', { timeout: SCENARIO_MS }, async (test) => {
  test.skip(reason !== undefined, reason);
  const { platform, start } = await openFlinkScenario(build, 'flink-scale', SCALE_SECONDS, {
    job: null,
    workers: { replicas: 1 },
  });
  platform.configure({
    engine: {
      flinkConfiguration: {
        'jobmanager.adaptive-scheduler.executing.cooldown-after-rescaling': '1s',
        'jobmanager.adaptive-scheduler.executing.resource-stabilization-timeout': '1s',
      },
    },
  });
  await start();
  await parallelismIs(platform, 1);
  const jobManager = nameOf(await platform.coordinator());

  platform.configure({ workers: { replicas: 2 } });
  expect(summarize(await platform.preview())).toContainEqual(expect.stringContaining('Deployment'));
  const changedMs = performance.now();
  await platform.up();
  await parallelismIs(platform, 2);
  recordTime('Flink: one more TaskManager by stack config to the job on it', changedMs);
  expect(nameOf(await platform.coordinator())).toBe(jobManager);
  await endsRight(platform, SCALE_SECONDS);
});

it('continues a changed job from a savepoint', { timeout: SCENARIO_MS }, async (test) => {
  test.skip(reason !== undefined, reason);
  const { platform, start } = await openFlinkScenario(build, 'flink-upgrade', 60);
  await start();
  const { id } = await runningJob(platform, 'with checkpoints', ({ counts }) => {
    return counts.completed > 2;
  });
  const path = await stopWithSavepoint(platform, id);

  // The same records, and a window operator with another parallelism.
  platform.configure({
    job: { parallelism: 1 },
    engine: { restoreFrom: { kind: 'snapshot', path } },
  });
  await platform.up();
  const { checkpoints } = await runningJob(platform, 'from the savepoint', ({ counts }) => {
    return counts.restored > 0;
  });
  expect(checkpoints.latest.restored?.is_savepoint).toBe(true);
  await endsRight(platform, 60);
});

/** A JobManager that starts after the end finds that the job has finished, and does not run it again. */
async function staysFinished(cluster: Cluster, platform: Platform, seconds: number): Promise<void> {
  const { namespace } = platform;
  const name = nameOf(await platform.coordinator());
  await cluster.core.deleteNamespacedPod({ namespace, name });
  await platform.podIsGone(name);
  // By the time that the TaskManagers are back, it would have begun.
  await until(
    'the next JobManager has its TaskManagers',
    async () => (await platform.rest<{ taskmanagers: number }>('/overview')).taskmanagers === 2,
    FINISH_MS,
  );
  expect(await platform.jobs()).toEqual([]);
  expect(await platform.lines('/data/out/paced/counts')).toEqual(
    expectedLines({ ...RATE, seconds }),
  );
}

/** Each line once, none lost and none twice, whatever happened on the way. */
async function endsRight(platform: Platform, seconds: number): Promise<void> {
  await platform.jobIs('FINISHED', FINISH_MS);
  expect(await platform.lines('/data/out/paced/counts')).toEqual(
    expectedLines({ ...RATE, seconds }),
  );
}
