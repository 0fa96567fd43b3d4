// Components by themselves, where a stack file does not reach: each member of a union, hooks, and what a policy lets pass.

import { describe, expect, it } from 'vitest';
import * as pulumi from '@pulumi/pulumi';
import { EngineImage } from '../../infra/components/engine-image.ts';
import { StreamCluster } from '../../infra/components/stream-cluster.ts';
import type { ClusterScaling, StreamClusterArgs } from '../../infra/components/stream-cluster.ts';
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

function clusterArgs(args: Partial<StreamClusterArgs>): StreamClusterArgs {
  const pod = { jobDirectoryBytesMax: 64 * MIB, drainTimeoutMs: 20_000, cpu: { request: 500 } };
  return {
    namespace: 'jobs',
    instance: 'clicks',
    image: 'example/engine:1',
    environment: { JOB_NAME: 'clicks' },
    plan: { lines: ['source clicks'], hash: 'abc' },
    scaling: { mode: 'none', replicas: 1 },
    coordinator: { ...pod, memoryBytes: 512 * MIB },
    workers: { ...pod, memoryBytes: 1024 * MIB },
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

describe('settings', () => {
  it('I1: a changed environment gets a new name, which the pods refer to', async () => {
    const before = await runCluster();
    const after = await runCluster({ environment: { JOB_NAME: 'orders' } });
    const names = [before, after].map((each) => {
      const { metadata } = find(each, 'cluster-settings-environment').inputs;
      const { name } = metadata as { name: string };
      expect(JSON.stringify(specOf(each, 'cluster-workers-deployment'))).toContain(name);
      return name;
    });
    expect(names[0]).not.toBe(names[1]);
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
    });
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

  it('open REST to a namespace only when the cluster is exposed to it', async () => {
    const closed = await runCluster();
    expect(JSON.stringify(specOf(closed, 'cluster-coordinator-policy'))).not.toContain('8081');
    const { coordinator } = clusterArgs({});
    const open = await runCluster({ coordinator: { ...coordinator, exposedToNamespace: 'edge' } });
    expect(specOf(open, 'cluster-coordinator-policy')['ingress']).toHaveLength(2);
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
  const build = {
    source: 'build',
    repository: 'example/engine',
    push: true,
    platform: 'linux/arm64',
    registry: { server: 'example', username: 'robot', password: 'hunter2' },
  } as const;

  it('I1: prebuilt registers nothing of Docker', async () => {
    const made = await run(() => {
      const source = { source: 'prebuilt', reference: 'example/engine@sha256:ab' } as const;
      return { reference: new EngineImage('image', { source }).reference };
    });
    expect(made.outputs['reference']).toBe('example/engine@sha256:ab');
    expect(made.resources.map(({ type }) => type)).toEqual([
      'pulumi:pulumi:Stack',
      'millrace:platform:EngineImage',
    ]);
  });

  it('build: the reference is known in a preview and names the content', async () => {
    const made = await run(
      () => ({ reference: new EngineImage('image', { source: build }).reference }),
      true,
    );
    expect(made.outputs['reference']).toMatch(/^example\/engine:[0-9a-f]{16}$/);
    expect(find(made, 'image-build').inputs).toMatchObject({
      build: { dockerfile: 'runtime/Dockerfile', platform: 'linux/arm64' },
      imageName: made.outputs['reference'],
      skipPush: false,
    });
  });

  it('build: the password is never registered in clear', async () => {
    const made = await run(() => {
      new EngineImage('image', { source: build });
      return {};
    });
    expect(JSON.stringify(made)).toContain('[secret]');
    expect(JSON.stringify(made)).not.toContain('hunter2');
  });
});
