// Every stack file of the repository, run as a whole: its manifests equal the golden ones, and what must hold for all
// manifests holds. After a change that is meant, `npx vitest run test/infra -u` writes the golden files anew.

import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { StreamPlatform } from '../../infra/components/stream-platform.ts';
import { readStackConfig } from '../../infra/config.ts';
import { runStack, readStackFile, STACKS, toConfig } from './stack-harness.ts';
import type { RegisteredResource, StackRun } from './stack-harness.ts';

/** A plan as the engine makes them; the engine's own plans have their own tests. */
const plan = { lines: ['source clicks x2', 'sink counts x2'], hash: '0123abcd' };

const runs = new Map<string, StackRun>();
for (const stack of STACKS) runs.set(stack, await deploy(stack));

function deploy(stack: string, preview = false): Promise<StackRun> {
  return runStack({ stack, config: toConfig(readStackFile(stack)), preview }, async () => {
    const platform = new StreamPlatform('millrace', { config: readStackConfig(), plan });
    const { rest, image, slots, memoryBudget, sizing } = platform;
    return { rest, image, slots, memoryBudget, ...(sizing === undefined ? {} : { sizing }) };
  });
}

function kubernetesOf(run: StackRun): readonly RegisteredResource[] {
  return run.resources.filter(({ type }) => type.startsWith('kubernetes:'));
}

/** What is worth reading in a golden file; registrations overlap, so their order means nothing. */
function toDocument({ name, type, parent, inputs, ...options }: RegisteredResource): string {
  const { ignoreChanges, protect, createTimeout } = options;
  const head = { name, type, parent, ...(protect ? { protect } : {}) };
  return stringify({
    ...head,
    ...(createTimeout === '' ? {} : { createTimeout }),
    ...(ignoreChanges.length > 0 ? { ignoreChanges } : {}),
    inputs,
  });
}

/** A built image's tag follows the sources, which change with every commit, and so does the name of what tries it. */
function withoutTag(text: string): string {
  return text
    .replaceAll(/(millrace\/engine):[0-9a-f]{16}/g, '$1:<hash of the sources>')
    .replaceAll(/(preflight(?:-job)?)-[0-9a-f]{10}/g, '$1-<hash of what is tried>');
}

describe.each(STACKS)('stack %s', (stack) => {
  const run = runs.get(stack)!;
  const resources = kubernetesOf(run);

  it('registers the golden resources', async () => {
    const text = run.resources.map(toDocument).sort().join('---\n');
    await expect(withoutTag(text)).toMatchFileSnapshot(`../golden/infra/${stack}.yaml`);
  });

  it('exports the golden outputs', async () => {
    const text = withoutTag(stringify(run.outputs));
    await expect(text).toMatchFileSnapshot(`../golden/infra/${stack}-outputs.yaml`);
  });

  it('knows the same inputs in a preview as in a deployment', async () => {
    const preview = await deploy(stack, true);
    expect(kubernetesOf(preview).map(({ inputs }) => inputs)).toEqual(
      resources.map(({ inputs }) => inputs),
    );
  });

  it('gives every resource the explicit provider and a parent', () => {
    for (const { name, provider, parent } of resources) {
      expect({ name, provider }).toEqual({ name, provider: 'millrace-kubernetes' });
      expect(parent, name).not.toBe('');
    }
  });

  it('keeps every pod to Pod Security "restricted" with bounded memory and disk', () => {
    for (const pod of podsOf(resources)) {
      expect(pod).toMatchObject({
        enableServiceLinks: false,
        securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
      });
      for (const volume of pod.volumes)
        if (volume.emptyDir) expect(volume.emptyDir.sizeLimit).toBeDefined();
      for (const container of pod.containers) {
        expect(container.securityContext).toEqual({
          allowPrivilegeEscalation: false,
          capabilities: { drop: ['ALL'] },
          readOnlyRootFilesystem: true,
        });
        expect(container.terminationMessagePolicy).toBe('FallbackToLogsOnError');
        const { limits, requests } = container.resources;
        for (const bound of ['memory', 'ephemeral-storage'] as const) {
          expect(limits[bound]).toMatch(/^\d+[MG]i$/);
          expect(limits[bound]).toBe(requests[bound]);
        }
        expect(mebibytesOf(limits['ephemeral-storage']!)).toBeGreaterThan(
          pod.volumes.reduce(
            (sum, { emptyDir }) => sum + mebibytesOf(emptyDir?.sizeLimit ?? '0Mi'),
            0,
          ),
        );
      }
    }
  });

  it('probes every pod that stays', () => {
    for (const pod of podsOf(resources.filter(isDeployment))) {
      for (const container of pod.containers) {
        for (const probe of ['startupProbe', 'readinessProbe', 'livenessProbe']) {
          expect(container).toHaveProperty(probe);
        }
      }
    }
  });

  it('gives every pod an account of its own, and a token only where there is a role for it', () => {
    const accounts = resources.filter(({ type }) => type.endsWith(':ServiceAccount'));
    const names = accounts.map(({ inputs }) => (inputs['metadata'] as { name: string }).name);
    for (const { inputs } of accounts) expect(inputs['automountServiceAccountToken']).toBe(false);
    expect(
      podsOf(resources)
        .map(({ serviceAccountName }) => serviceAccountName)
        .sort(),
    ).toEqual(names.sort());
    const roles = resources.filter(({ type }) => type.endsWith(':Role'));
    const privileged = roles.map(({ inputs }) => (inputs['metadata'] as { name: string }).name);
    expect(privileged.sort()).toEqual(
      stack === 'flink' ? ['orders-coordinator', 'orders-worker'] : [],
    );
    for (const pod of podsOf(resources)) {
      const hasRole = privileged.includes(pod.serviceAccountName);
      expect(pod.automountServiceAccountToken, pod.serviceAccountName).toBe(hasRole);
    }
    expect(resources.map(({ type }) => type).join()).not.toMatch(/ClusterRole/);
  });

  it('writes quantities as the API server stores them', () => {
    for (const { inputs } of resources) {
      for (const [, amount, unit] of JSON.stringify(inputs).matchAll(/"(\d+)(Mi|Gi|m)"/g)) {
        const isCanonical = Number(amount) % (unit === 'm' ? 1_000 : 1_024) !== 0;
        expect(isCanonical, `${amount!}${unit!}`).toBe(true);
      }
    }
  });

  it('keeps all that it makes in the namespace of the stack', () => {
    const clusterWide = resources.filter(
      ({ inputs }) => !('namespace' in (inputs['metadata'] as object)),
    );
    expect(clusterWide.map(({ type }) => type)).toEqual(['kubernetes:core/v1:Namespace']);
  });

  it('lets every selector match the pods of exactly one component', () => {
    const templates = resources.filter(hasTemplate).map(({ inputs }) => {
      const spec = inputs['spec'] as DeploymentSpec;
      return spec.template.metadata.labels;
    });
    for (const selector of selectorsOf(resources)) {
      const matched = templates.filter((labels) =>
        Object.entries(selector).every(([key, value]) => labels[key] === value),
      );
      expect(matched, JSON.stringify(selector)).toHaveLength(1);
    }
  });

  it('sets replicas exactly when no autoscaler owns them', () => {
    const isScaled = resources.some(({ type }) => type.includes('HorizontalPodAutoscaler'));
    const workers = resources.find(({ name }) => name.endsWith('-workers-deployment'))!;
    const spec = workers.inputs['spec'] as DeploymentSpec;
    expect('replicas' in spec).toBe(!isScaled);
    expect(workers.ignoreChanges).toEqual(isScaled ? ['spec.replicas'] : []);
  });

  it('uses names that Kubernetes takes and that are unique', () => {
    const names = resources.map(({ type, inputs }) => {
      const { name } = inputs['metadata'] as { name: string };
      expect(name).toMatch(/^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/);
      return `${type} ${name}`;
    });
    expect(new Set(names).size).toBe(names.length);
  });
});

interface DeploymentSpec {
  readonly replicas?: number;
  readonly template: {
    readonly metadata: { readonly labels: Record<string, string> };
    readonly spec: PodSpec;
  };
}
interface PodSpec {
  readonly automountServiceAccountToken: boolean;
  readonly serviceAccountName: string;
  readonly volumes: readonly { readonly emptyDir?: { readonly sizeLimit?: string } }[];
  readonly containers: readonly {
    readonly securityContext: unknown;
    readonly terminationMessagePolicy: string;
    readonly resources: Record<'requests' | 'limits', Amounts>;
  }[];
}
interface Amounts {
  readonly memory?: string;
  readonly 'ephemeral-storage'?: string;
}

function mebibytesOf(quantity: string): number {
  return Number.parseInt(quantity, 10) * (quantity.endsWith('Gi') ? 1_024 : 1);
}

function isDeployment({ type }: RegisteredResource): boolean {
  return type === 'kubernetes:apps/v1:Deployment';
}

function hasTemplate(resource: RegisteredResource): boolean {
  return isDeployment(resource) || resource.type === 'kubernetes:batch/v1:Job';
}

/** Of the Deployments, and of the preflight if it is among the resources. */
function podsOf(resources: readonly RegisteredResource[]): readonly PodSpec[] {
  const pods = resources
    .filter(hasTemplate)
    .map(({ inputs }) => (inputs['spec'] as DeploymentSpec).template.spec);
  expect(pods.length).toBeGreaterThanOrEqual(2);
  return pods;
}

/** Selectors of Services, budgets and Deployments, and those of policies that choose anything at all. */
function selectorsOf(resources: readonly RegisteredResource[]): Record<string, string>[] {
  return resources.flatMap(({ type, inputs }) => {
    const spec = (inputs['spec'] ?? {}) as {
      selector?: Record<string, unknown>;
      podSelector?: Record<string, unknown>;
    };
    const selector = type.endsWith(':Service')
      ? spec.selector
      : ((spec.selector?.['matchLabels'] ?? spec.podSelector?.['matchLabels']) as
          object | undefined);
    return selector === undefined ? [] : [selector as Record<string, string>];
  });
}
