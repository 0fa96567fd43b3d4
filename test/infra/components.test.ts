// Components by themselves, where a stack file does not reach: each member of a union, hooks, and what a policy lets pass.

import { describe, expect, it } from 'vitest';
import * as pulumi from '@pulumi/pulumi';
import { EngineImage } from '../../infra/components/engine-image.ts';
import { StreamCluster } from '../../infra/components/stream-cluster.ts';
import type { ClusterScaling, StreamClusterArgs } from '../../infra/components/stream-cluster.ts';
import type { Engine } from '../../infra/engines/engine.ts';
import { makeMillrace } from '../../infra/engines/millrace.ts';
import type { MillraceFacts } from '../../infra/engines/millrace.ts';
import { planBuild } from '../../infra/image-plan.ts';
import { runStack } from './stack-harness.ts';
import type { RegisteredResource, StackRun } from './stack-harness.ts';

const MIB = 1024 ** 2;
const hpa: ClusterScaling = {
  mode: 'hpa',
  minReplicas: 2,
  maxReplicas: 5,
  cpuUtilization: 60,
  scaleUpWindow: 60_000,
  scaleDownWindow: 900_000,
};

function engine(facts: Partial<MillraceFacts> = {}): Engine {
  return makeMillrace({
    instance: 'clicks',
    environments: { coordinator: { JOB_NAME: 'clicks' }, worker: { MILLRACE_DATA_PORT: '6121' } },
    planHash: 'abc',
    coordinatorMemoryBytes: 512 * MIB,
    jobDirectoryBytesMax: 64 * MIB,
    ...facts,
  });
}

function clusterArgs(args: Partial<StreamClusterArgs>): StreamClusterArgs {
  const cpu = { request: 500 };
  return {
    namespace: 'jobs',
    instance: 'clicks',
    image: 'example/engine:1',
    imageName: 'example/engine:1',
    placement: {},
    rolloutSeconds: 600,
    engine: engine(),
    plan: { lines: ['source clicks'], hash: 'abc' },
    scaling: { mode: 'none', replicas: 1 },
    coordinator: { cpu, memoryBytes: 512 * MIB },
    workers: {
      cpu,
      memoryBytes: 1024 * MIB,
      drainTimeoutMs: 20_000,
      surge: 1,
    },
    ...args,
  };
}

function runCluster(args: Partial<StreamClusterArgs> = {}): Promise<StackRun> {
  return run(() => {
    new StreamCluster('cluster', clusterArgs(args));
    return {};
  });
}

function run(program: () => Record<string, unknown>, preview = false): Promise<StackRun> {
  return runStack({ stack: 'test', config: {}, preview }, async () => program());
}

function find({ resources }: StackRun, name: string): RegisteredResource {
  const found = resources.find((resource) => resource.name === name);
  if (found === undefined) throw new Error(`${name} is not registered`);
  return found;
}

function specOf(runOfStack: StackRun, name: string): Record<string, unknown> {
  return find(runOfStack, name).inputs['spec'] as Record<string, unknown>;
}

function kinds({ resources }: StackRun): readonly string[] {
  return resources.map(({ type }) => type.split(':').pop() ?? '');
}

describe('who owns the number of workers', () => {
  it('fixed: replicas are set, compared, and taken back from an earlier autoscaler', async () => {
    const fixed = await runCluster({ scaling: { mode: 'none', replicas: 3 } });
    const deployment = find(fixed, 'cluster-workers-deployment');
    expect(specOf(fixed, 'cluster-workers-deployment')['replicas']).toBe(3);
    expect(deployment.ignoreChanges).toEqual([]);
    expect(deployment.inputs['metadata']).toMatchObject({
      annotations: { 'pulumi.com/patchForce': 'true' },
    });
    expect(kinds(fixed)).not.toContain('HorizontalPodAutoscaler');
  });

  it('autoscaled: replicas are absent, ignored, and nothing is taken by force', async () => {
    const scaled = await runCluster({ scaling: hpa });
    const deployment = find(scaled, 'cluster-workers-deployment');
    expect(specOf(scaled, 'cluster-workers-deployment')).not.toHaveProperty('replicas');
    expect(deployment.ignoreChanges).toEqual(['spec.replicas']);
    expect(JSON.stringify(deployment.inputs)).not.toContain('patchForce');
  });

  it('autoscaled: the autoscaler aims at the Deployment and its container', async () => {
    const scaled = await runCluster({ scaling: hpa });
    expect(specOf(scaled, 'cluster-autoscaler-hpa')).toMatchObject({
      scaleTargetRef: { kind: 'Deployment', name: 'clicks-worker' },
      minReplicas: 2,
      maxReplicas: 5,
      metrics: [
        {
          containerResource: { container: 'worker', target: { averageUtilization: 60 } },
        },
      ],
      behavior: {
        scaleUp: { stabilizationWindowSeconds: 60 },
        scaleDown: { stabilizationWindowSeconds: 900 },
      },
    });
  });

  it.each([
    [0, 15],
    [45_000, 45],
    [3_600_000, 1_800],
  ])('autoscaled: with a window of %d ms a step is taken every %d s', async (windowMs, period) => {
    const scaling = { ...hpa, scaleUpWindow: windowMs, scaleDownWindow: windowMs };
    const stabilizationWindowSeconds = windowMs / 1_000;
    expect(specOf(await runCluster({ scaling }), 'cluster-autoscaler-hpa')['behavior']).toEqual({
      scaleUp: {
        stabilizationWindowSeconds,
        policies: [{ type: 'Percent', value: 100, periodSeconds: period }],
      },
      scaleDown: {
        stabilizationWindowSeconds,
        policies: [{ type: 'Percent', value: 25, periodSeconds: period }],
      },
    });
  });

  it('the bounds of an autoscaler do not touch the pods', async () => {
    const before = await runCluster({ scaling: hpa });
    const after = await runCluster({ scaling: { ...hpa, maxReplicas: 9, cpuUtilization: 50 } });
    expect(find(after, 'cluster-workers-deployment').inputs).toEqual(
      find(before, 'cluster-workers-deployment').inputs,
    );
  });
});

describe('disruption budget', () => {
  it('I2: is there for a pool that can have two workers, and not for one', async () => {
    expect(kinds(await runCluster())).not.toContain('PodDisruptionBudget');
    const two = await runCluster({ scaling: { mode: 'none', replicas: 2 } });
    expect(specOf(two, 'cluster-workers-budget')).toMatchObject({
      maxUnavailable: 1,
      unhealthyPodEvictionPolicy: 'AlwaysAllow',
    });
  });
});

/** The one resource whose name is the prefix and a hash. */
function findByPrefix({ resources }: StackRun, prefix: string): RegisteredResource {
  const pattern = new RegExp(`^${prefix}-[0-9a-f]{10}$`);
  const found = resources.filter(({ name }) => pattern.test(name));
  expect(found, prefix).toHaveLength(1);
  return found[0]!;
}

function nameOf({ inputs }: RegisteredResource): string {
  return (inputs['metadata'] as { name: string }).name;
}

describe('settings', () => {
  it('I1: each role has its own, named by content, and its pods refer to it alone', async () => {
    const made = await runCluster();
    const names = ['coordinator', 'worker'].map((role) => {
      const settings = findByPrefix(made, `cluster-settings-${role}`);
      expect(settings.inputs).toMatchObject({ immutable: true });
      expect(nameOf(settings)).toMatch(new RegExp(`^clicks-${role}-settings-[0-9a-f]{10}$`));
      return nameOf(settings);
    });
    for (const [index, part] of ['coordinator', 'workers'].entries()) {
      const spec = JSON.stringify(specOf(made, `cluster-${part}-deployment`));
      expect(spec).toContain(names[index]!);
      expect(spec).not.toContain(names[1 - index]!);
    }
  });

  it('I1: what is taken back is the resource that it was before', async () => {
    const coordinator = { JOB_NAME: 'orders' };
    const worker = { MILLRACE_DATA_PORT: '6121' };
    const [before, changed, after] = await Promise.all([
      runCluster(),
      runCluster({ engine: engine({ environments: { coordinator, worker } }) }),
      runCluster(),
    ]);
    const logicalNames = [before, changed, after].map((each) => [
      findByPrefix(each, 'cluster-settings-coordinator').name,
      findByPrefix(each, 'cluster-settings-worker').name,
    ]);
    expect(logicalNames[1]![0]).not.toBe(logicalNames[0]![0]);
    expect(logicalNames[1]![1]).toBe(logicalNames[0]![1]);
    expect(logicalNames[2]).toEqual(logicalNames[0]);
  });

  it('I2: a changed plan rolls no pod', async () => {
    const before = await runCluster();
    const after = await runCluster({ plan: { lines: ['source clicks', 'filter'], hash: 'def' } });
    for (const name of ['cluster-workers-deployment', 'cluster-coordinator-deployment']) {
      expect(find(after, name).inputs).toEqual(find(before, name).inputs);
    }
    expect(find(after, 'cluster-settings-plan').inputs['data']).toEqual({
      'plan.hash': 'def',
      'plan.txt': 'source clicks\nfilter\n',
      'coordinator.env': 'JOB_NAME=clicks\n',
      'worker.env': 'MILLRACE_DATA_PORT=6121\n',
    });
  });
});

describe('preflight', () => {
  const tried = { preflightSeconds: 300 };

  it('I1 of the cluster: both Deployments wait for it, for longer than it takes to give up', async () => {
    const made = await runCluster(tried);
    const job = findByPrefix(made, 'cluster-preflight-job');
    for (const part of ['coordinator', 'workers']) {
      const deployment = find(made, `cluster-${part}-deployment`);
      expect(deployment.dependsOn).toContain(job.name);
      expect(deployment.createTimeout).toBe('600s');
    }
    expect(job.inputs['spec']).toMatchObject({ activeDeadlineSeconds: 300 });
    expect(job.createTimeout).toBe('360s');
  });

  it('runs the check of the new image against the plan of the preview, with the settings of both roles', async () => {
    const made = await runCluster(tried);
    const job = findByPrefix(made, 'cluster-preflight-job');
    const settings = ['coordinator', 'worker'].map((role) => ({
      configMapRef: { name: nameOf(findByPrefix(made, `cluster-settings-${role}`)) },
    }));
    expect(job.inputs['spec']).toMatchObject({
      template: {
        spec: {
          restartPolicy: 'Never',
          containers: [
            {
              image: 'example/engine:1',
              command: ['node', 'runtime/main.ts', 'check', '--plan-hash', 'abc'],
              envFrom: settings,
              terminationMessagePolicy: 'FallbackToLogsOnError',
            },
          ],
        },
      },
    });
    expect(nameOf(job)).toMatch(/^clicks-preflight-[0-9a-f]{10}$/);
  });

  it.each<[string, Partial<StreamClusterArgs>]>([
    ['the image', { imageName: 'example/engine:2' }],
    [
      'a setting',
      { engine: engine({ environments: { coordinator: { JOB_NAME: 'orders' }, worker: {} } }) },
    ],
    ['the plan', { engine: engine({ planHash: 'def' }) }],
    ['the time it has', { preflightSeconds: 60 }],
    ['where it runs', { placement: { nodeSelector: { disk: 'ssd' } } }],
  ])('I1: another one for %s', async (_what, change) => {
    const [before, after] = await Promise.all([
      runCluster(tried),
      runCluster({ ...tried, ...change }),
    ]);
    const [left, right] = [before, after].map((each) =>
      findByPrefix(each, 'cluster-preflight-job'),
    ) as [RegisteredResource, RegisteredResource];
    expect(right.name).not.toBe(left.name);
    expect(nameOf(right)).not.toBe(nameOf(left));
  });

  it('I1: the same one for what it does not try', async () => {
    const [before, after] = await Promise.all([
      runCluster(tried),
      runCluster({ ...tried, scaling: hpa, rolloutSeconds: 60 }),
    ]);
    const [left, right] = [before, after].map((each) =>
      findByPrefix(each, 'cluster-preflight-job'),
    ) as [RegisteredResource, RegisteredResource];
    expect(right).toEqual(left);
  });

  it('I2, I3: gives up at once on a mistake, and is replaced when deployed again', async () => {
    const { inputs } = findByPrefix(await runCluster(tried), 'cluster-preflight-job');
    const [rule] = (inputs['spec'] as { podFailurePolicy: { rules: unknown[] } }).podFailurePolicy
      .rules;
    expect(rule).toMatchObject({ action: 'FailJob', onExitCodes: { operator: 'In', values: [1] } });
    expect(inputs['metadata']).toMatchObject({
      annotations: { 'pulumi.com/replaceUnready': 'true' },
    });
  });

  it('is not there when it is switched off', async () => {
    const made = await runCluster();
    expect(kinds(made)).not.toContain('Job');
  });
});

describe('rollout', () => {
  it('I1, I2: Kubernetes gives up before Pulumi does, and keeps no revision without settings', async () => {
    const made = await runCluster({ rolloutSeconds: 100 });
    for (const part of ['coordinator', 'workers']) {
      expect(specOf(made, `cluster-${part}-deployment`)).toMatchObject({
        progressDeadlineSeconds: 50,
        revisionHistoryLimit: 0,
      });
    }
  });

  it('I3: as many workers start ahead as the stack says, and none goes before', async () => {
    const { workers } = clusterArgs({});
    const made = await runCluster({ workers: { ...workers, surge: 3 } });
    expect(specOf(made, 'cluster-workers-deployment')['strategy']).toEqual({
      type: 'RollingUpdate',
      rollingUpdate: { maxSurge: 3, maxUnavailable: 0 },
    });
  });
});

describe('placement', () => {
  it('holds for every pod', async () => {
    const placement = {
      nodeSelector: { disk: 'ssd' },
      tolerations: [{ key: 'streaming', operator: 'Exists' }],
      priorityClassName: 'important',
    };
    const made = await runCluster({ placement, preflightSeconds: 60 });
    const pods = [
      find(made, 'cluster-coordinator-deployment'),
      find(made, 'cluster-workers-deployment'),
      findByPrefix(made, 'cluster-preflight-job'),
    ];
    for (const { inputs } of pods) {
      expect(inputs['spec']).toMatchObject({ template: { spec: placement } });
    }
  });
});

describe('network policies', () => {
  it('let workers out to the coordinator, to each other and to what the stack names', async () => {
    const { workers } = clusterArgs({});
    const egress = [{ cidr: '10.1.0.0/16', ports: [9092, 9093] }];
    const opened = await runCluster({ workers: { ...workers, egress } });
    const { egress: rules } = specOf(opened, 'cluster-workers-policy') as {
      egress: { to: unknown[]; ports: { port: number }[] }[];
    };
    expect(rules.map(({ ports }) => ports.map(({ port }) => port))).toEqual([
      [6123],
      [6121],
      [9092, 9093],
    ]);
    expect(rules[2]!.to).toEqual([{ ipBlock: { cidr: '10.1.0.0/16' } }]);
  });

  it('open REST to those only that the cluster is exposed to', async () => {
    const closed = await runCluster();
    expect(JSON.stringify(specOf(closed, 'cluster-coordinator-policy'))).not.toContain('8081');
    const { coordinator } = clusterArgs({});
    const exposedTo = { namespace: 'edge', ranges: ['10.2.0.0/16'] };
    const open = await runCluster({ coordinator: { ...coordinator, exposedTo } });
    const { ingress } = specOf(open, 'cluster-coordinator-policy') as { ingress: unknown[] };
    expect(ingress).toHaveLength(2);
    expect(ingress[1]).toEqual({
      from: [
        { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'edge' } } },
        { ipBlock: { cidr: '10.2.0.0/16' } },
      ],
      ports: [{ protocol: 'TCP', port: 8081 }],
    });
  });
});

describe('hooks', () => {
  it('change one child right before it is registered', async () => {
    const changed = await runCluster({
      transform: {
        workers: {
          deployment: (args) => ({
            ...args,
            spec: pulumi.output(args.spec).apply((spec) => ({ ...spec, minReadySeconds: 7 })),
          }),
        },
      },
    });
    expect(specOf(changed, 'cluster-workers-deployment')['minReadySeconds']).toBe(7);
    expect(specOf(changed, 'cluster-coordinator-deployment')).not.toHaveProperty('minReadySeconds');
  });
});

describe('EngineImage', () => {
  const own = { kind: 'millrace', settings: {} } as const;
  const image = {
    source: 'build',
    repository: 'example/engine',
    push: true,
    platform: 'linux/arm64',
    baseImage: 'example/node:24',
    buildImage: 'example/node:24-build',
    registry: { server: 'example', username: 'robot', password: 'hunter2' },
  } as const;
  const plan = planBuild({ image, engine: own });

  it('I1: prebuilt registers nothing of Docker', async () => {
    const made = await run(() => {
      const prebuilt = { kind: 'prebuilt', name: 'example/engine@sha256:ab' } as const;
      return { reference: new EngineImage('image', { plan: prebuilt }).reference };
    });
    expect(made.outputs['reference']).toBe('example/engine@sha256:ab');
    expect(made.resources.map(({ type }) => type)).toEqual([
      'pulumi:pulumi:Stack',
      'millrace:platform:EngineImage',
    ]);
  });

  it('build: the reference is known in a preview and names the content', async () => {
    const made = await run(
      () => ({ reference: new EngineImage('image', { plan }).reference }),
      true,
    );
    expect(made.outputs['reference']).toMatch(/^example\/engine:[0-9a-f]{16}$/);
    expect(find(made, 'image-build').inputs).toMatchObject({
      build: {
        dockerfile: 'runtime/Dockerfile',
        platform: 'linux/arm64',
        args: { BASE_IMAGE: 'example/node:24', BUILD_IMAGE: 'example/node:24-build' },
      },
      imageName: made.outputs['reference'],
      skipPush: false,
    });
  });

  it('build: the password is never registered in clear', async () => {
    const made = await run(() => {
      new EngineImage('image', { plan });
      return {};
    });
    expect(JSON.stringify(made)).toContain('[secret]');
    expect(JSON.stringify(made)).not.toContain('hunter2');
  });
});
