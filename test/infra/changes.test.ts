// What a change of a stack file touches: the objects that differ, and of those the Deployments whose pods are replaced. The
// table "Change it" of docs/deploy.md says the same in words.

import { describe, expect, it } from 'vitest';
import { StreamPlatform } from '../../infra/components/stream-platform.ts';
import { readStackConfig } from '../../infra/config.ts';
import { planJob } from '../../infra/job-plan.ts';
import type { DescribeJob } from '../../infra/job-plan.ts';
import { runStack, toConfig } from './stack-harness.ts';
import type { RegisteredResource } from './stack-harness.ts';

type Sections = Record<string, Record<string, unknown>>;

const base: Sections = {
  image: { source: 'prebuilt', reference: 'example/engine:1' },
  job: { name: 'clicks', parameters: { to: 'files' } },
  workers: { replicas: 2 },
};
const fixed: Sections = { ...base, job: { ...base['job'], parallelism: 2 } };
const scaled: Sections = {
  ...base,
  workers: {},
  autoscaling: { mode: 'hpa', minReplicas: 2, maxReplicas: 4 },
};

/** As the engine does, gives another hash for another parameter or parallelism. */
const describeClicks: DescribeJob = (name, parameters, { parallelism }) =>
  Promise.resolve({
    lines: [`source ${name} x${parallelism}`],
    hash: JSON.stringify([parameters, parallelism]),
    slotsNeeded: parallelism,
    parallelismMax: parallelism,
  });

type Objects = ReadonlyMap<string, RegisteredResource>;

/** Most rows begin with the same stack. */
const rendered = new Map<string, Promise<Objects>>();

function renderOnce(sections: Sections): Promise<Objects> {
  const key = JSON.stringify(sections);
  const objects = rendered.get(key) ?? render(sections);
  rendered.set(key, objects);
  return objects;
}

async function render(sections: Sections): Promise<Objects> {
  const { resources } = await runStack({ stack: 'test', config: toConfig(sections) }, async () => {
    const config = readStackConfig();
    new StreamPlatform('millrace', { config, plan: await planJob(config, describeClicks) });
    return {};
  });
  const objects = resources.filter(
    ({ type }) => type.startsWith('kubernetes:') || type.startsWith('docker:'),
  );
  return new Map(objects.map((object) => [titleOf(object), object]));
}

/** The kind and the name, without the hash of a name that follows from content. */
function titleOf({ type, inputs }: RegisteredResource): string {
  const { name } = inputs['metadata'] as { name: string };
  return `${type.split(':').pop()!} ${name.replace(/-[0-9a-f]{10}$/, '')}`;
}

function templateOf(object: RegisteredResource | undefined): unknown {
  return (object?.inputs['spec'] as { template?: unknown } | undefined)?.template;
}

function isEqual(left: unknown, right: unknown): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}

/** What differs between two stacks, and which Deployments get new pods. */
async function compare(before: Sections, change: Sections) {
  const merged = Object.keys({ ...before, ...change }).map((name) => [
    name,
    { ...before[name], ...change[name] },
  ]);
  const [left, right] = await Promise.all([
    renderOnce(before),
    renderOnce(Object.fromEntries(merged) as Sections),
  ]);
  const titles = [...new Set([...left.keys(), ...right.keys()])].sort();
  const differs = titles.filter(
    (title) => !isEqual(left.get(title)?.inputs, right.get(title)?.inputs),
  );
  const rolls = differs.filter(
    (title) =>
      title.startsWith('Deployment') &&
      !isEqual(templateOf(left.get(title)), templateOf(right.get(title))),
  );
  return { differs: differs.filter((title) => !rolls.includes(title)), rolls };
}

const coordinator = 'Deployment millrace-coordinator';
const worker = 'Deployment millrace-worker';
const coordinatorSettings = 'ConfigMap millrace-coordinator-settings';
const workerSettings = 'ConfigMap millrace-worker-settings';
const plan = 'ConfigMap millrace-plan';
const preflight = 'Job millrace-preflight';
const quota = 'ResourceQuota millrace';
const autoscaler = 'HorizontalPodAutoscaler millrace-worker';
const ofCoordinator = [coordinatorSettings, plan, preflight];
const ofWorkers = [plan, workerSettings, preflight];
const ofBoth = [coordinatorSettings, plan, workerSettings, preflight];

interface Row {
  readonly what: string;
  readonly from?: Sections;
  readonly change: Sections;
  readonly rolls: readonly string[];
  readonly differs: readonly string[];
}

const rows: readonly Row[] = [
  { what: 'nothing', change: {}, rolls: [], differs: [] },
  {
    what: 'a parameter of the job',
    change: { job: { parameters: { to: 'topic' } } },
    rolls: [coordinator],
    differs: ofCoordinator,
  },
  {
    what: 'the parallelism of the job',
    change: { job: { parallelism: 3 } },
    rolls: [coordinator],
    differs: ofCoordinator,
  },
  {
    what: 'the buffers of a worker',
    change: { workers: { memory: { network: '32MiB' } } },
    rolls: [worker],
    differs: ofWorkers,
  },
  {
    what: 'the memory of a worker',
    change: { workers: { memory: { total: '2GiB' } } },
    rolls: [worker],
    differs: [...ofWorkers, quota],
  },
  {
    what: 'the heap of a worker',
    change: { workers: { memory: { heap: '256MiB' } } },
    rolls: [worker],
    differs: ofWorkers,
  },
  {
    what: 'slots, with a parallelism',
    from: fixed,
    change: { workers: { slots: 3 } },
    rolls: [worker],
    differs: ofWorkers,
  },
  {
    what: 'slots, without',
    change: { workers: { slots: 3 } },
    rolls: [coordinator, worker],
    differs: ofBoth,
  },
  {
    what: 'workers, with a parallelism',
    from: fixed,
    change: { workers: { replicas: 3 } },
    rolls: [],
    differs: [worker, quota],
  },
  {
    what: 'workers, without',
    change: { workers: { replicas: 3 } },
    rolls: [coordinator],
    differs: [...ofCoordinator, worker, quota],
  },
  {
    what: 'the drain of a worker',
    change: { workers: { drainTimeout: '50s' } },
    rolls: [worker],
    differs: ofWorkers,
  },
  {
    what: 'the disk of a worker',
    change: { workers: { jobDirectory: '2GiB' } },
    rolls: [worker],
    differs: [],
  },
  {
    what: 'workers that start ahead',
    change: { workers: { surge: 2 } },
    rolls: [],
    differs: [worker, quota],
  },
  {
    what: 'the memory of the coordinator',
    change: { coordinator: { memory: '1GiB' } },
    rolls: [coordinator],
    differs: [preflight, quota],
  },
  {
    what: 'the log level',
    change: { engine: { MILLRACE_LOG_LEVEL: 'debug' } },
    rolls: [coordinator, worker],
    differs: ofBoth,
  },
  {
    what: 'when a worker counts as lost',
    change: { engine: { MILLRACE_HEARTBEAT_TIMEOUT: '30s' } },
    rolls: [coordinator],
    differs: ofCoordinator,
  },
  {
    what: 'how long a record waits in a buffer',
    change: { engine: { MILLRACE_BUFFER_TIMEOUT: '50ms' } },
    rolls: [worker],
    differs: ofWorkers,
  },
  {
    what: 'the image',
    change: { image: { reference: 'example/engine:2' } },
    rolls: [coordinator, worker],
    differs: [preflight],
  },
  {
    what: 'the bounds of the autoscaler',
    from: scaled,
    change: { autoscaling: { maxReplicas: 6, scaleDownWindow: '1m', cpuUtilization: 50 } },
    rolls: [],
    differs: [autoscaler, quota],
  },
  {
    what: 'the time of the preflight',
    change: { job: { preflight: { timeout: '1m' } } },
    rolls: [],
    differs: [preflight],
  },
  {
    what: 'the time of a roll',
    change: { kubernetes: { rolloutTimeout: '1m' } },
    rolls: [],
    differs: [coordinator, worker],
  },
  {
    what: 'the nodes',
    change: { kubernetes: { nodeSelector: { disk: 'ssd' } } },
    rolls: [coordinator, worker],
    differs: [preflight],
  },
];

describe('a change of', () => {
  it.each(rows)('$what', async ({ from, change, rolls, differs }) => {
    const found = await compare(from ?? base, change);
    expect(found.rolls).toEqual([...rolls]);
    expect(found.differs).toEqual([...differs].sort());
  });

  it('who scales rolls no pod', async () => {
    const autoscaling = { mode: 'hpa', minReplicas: 2, maxReplicas: 2 };
    const found = await compare(
      { ...fixed, workers: {}, autoscaling: { mode: 'none' } },
      { autoscaling },
    );
    expect(found.rolls).toEqual([]);
    expect(found.differs).toEqual([
      worker,
      autoscaler,
      'PodDisruptionBudget millrace-worker',
      quota,
    ]);
  });
});
