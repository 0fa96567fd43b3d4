// What the stacks send to Kubernetes, judged without a cluster: Kubernetes' own decoding, validation, warnings and Pod
// Security checks, the schema of the Gateway API, and kube-score. What a tool advises against and is meant to be so stands
// in one table here, with the reason.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readStackFile, STACKS } from '../../infra/stack-harness.ts';
import { buildCheckTools, whyNoTools } from '../checks/check-tools.ts';
import type { CheckTools } from '../checks/check-tools.ts';
import { accepts, askKubeScore, askManifestCheck } from '../checks/findings.ts';
import type { Exception, Finding } from '../checks/findings.ts';
import { renderManifests, toYaml } from '../checks/render-manifests.ts';
import type { Manifest } from '../checks/render-manifests.ts';
import { kubernetesVersion } from '../machine/binaries.ts';

// The stacks of Millrace, and the one of Flink.
const COORDINATORS = ['Deployment/millrace-coordinator', 'Deployment/orders-coordinator'];
const WORKERS = ['Deployment/millrace-worker', 'Deployment/orders-worker'];
const PREFLIGHTS = ['Job/millrace-preflight', 'Job/orders-preflight'];
const FLINK = ['Deployment/orders-coordinator', 'Deployment/orders-worker', 'Job/orders-preflight'];
const BUILD_MS = 1_800_000;

const EXCEPTIONS: readonly Exception[] = [
  {
    tool: 'kube-score',
    check: 'container-resources',
    message: 'CPU limit is not set',
    objects: [...COORDINATORS, ...WORKERS, ...PREFLIGHTS],
    why: 'idle cores of a node are there to be used; `workers.cpu.limit` sets a limit where none may be',
  },
  {
    tool: 'kube-score',
    check: 'container-image-pull-policy',
    message: 'ImagePullPolicy is not set to Always',
    objects: [...COORDINATORS, ...WORKERS, ...PREFLIGHTS],
    why: 'a tag is a hash of its sources or a digest, never reused; a restart must not need the registry',
  },
  {
    tool: 'kube-score',
    check: 'deployment-strategy',
    message: 'Deployment update strategy',
    objects: COORDINATORS,
    why: 'two coordinators at a time would both run the job: the old one is gone before the new one starts',
  },
  {
    tool: 'kube-score',
    check: 'deployment-replicas',
    message: 'Deployment few replicas',
    objects: COORDINATORS,
    why: 'there is one coordinator; its successor starts the job again',
  },
  {
    tool: 'kube-score',
    check: 'deployment-has-host-podantiaffinity',
    message: 'Deployment does not have a host podAntiAffinity set',
    objects: WORKERS,
    why: 'topology spread constraints do the same without keeping a worker from its only free node',
  },
  {
    tool: 'kube-score',
    check: 'horizontalpodautoscaler-replicas',
    message: 'HPA few replicas',
    objects: ['HorizontalPodAutoscaler/millrace-worker'],
    why: 'one worker is enough for the least load of staging; nobody waits for an answer of a worker',
  },
  {
    tool: 'kube-score',
    check: 'container-security-context-user-group-id',
    message: 'The container is running with a low user ID',
    objects: FLINK,
    why: 'user 9999 owns the files of the official Flink image',
  },
  {
    tool: 'kube-score',
    check: 'container-security-context-user-group-id',
    message: 'The container running with a low group ID',
    objects: FLINK,
    why: 'group 9999 owns the files of the official Flink image',
  },
  {
    tool: 'kube-score',
    check: 'pod-probes-identical',
    message: 'Container has the same readiness and liveness probe',
    objects: ['Deployment/orders-worker'],
    why: 'a TaskManager has one thing to ask, its RPC port; liveness asks it with more patience',
  },
];

/** Options that no stack file of the repository sets; together with those, all that the program can render. */
const EVERYTHING = {
  ...readStackFile('prod'),
  image: {
    source: 'build',
    repository: 'registry.example.com/millrace/engine',
    baseImage: 'registry.example.com/node:24.21.0-slim',
    buildImage: 'registry.example.com/node:24.21.0',
    pullSecretName: 'registry',
  },
  job: {
    name: 'monitoring',
    upgrade: 'savepoint',
    secretName: 'job',
    preflight: { timeout: '90s' },
  },
  workers: { slots: 4, surge: 2, memory: { total: '2GiB' }, cpu: { request: 1.5, limit: 2 } },
  coordinator: { cpu: { request: '250m', limit: '1500m' } },
  autoscaling: { mode: 'hpa', minReplicas: 2, maxReplicas: 12, scaleUpWindow: '0s' },
  storage: {
    data: { claimName: 'flights', mountPath: '/srv/flights', readOnly: true },
    checkpoints: { kind: 'volume', size: '1500MiB', accessMode: 'ReadWriteMany' },
  },
  exposure: {
    kind: 'gateway',
    host: 'everything.example.com',
    gatewayName: 'public',
    fromNamespace: 'gateway-system',
    fromRanges: ['10.0.0.0/24'],
  },
  security: {
    level: 'production',
    workerEgress: [
      { cidr: '10.1.0.0/16', ports: [9092, 9093] },
      { cidr: '2001:db8::/32', ports: [443] },
    ],
  },
  kubernetes: {
    namespace: 'everything',
    name: 'millrace',
    nodeSelector: { 'kubernetes.io/arch': 'amd64' },
    tolerations: [{ key: 'dedicated', value: 'streams', effect: 'NoSchedule' }],
    priorityClassName: 'streams',
  },
};

const RENDERED_KINDS = [
  'ConfigMap',
  'Deployment',
  'HTTPRoute',
  'HorizontalPodAutoscaler',
  'Ingress',
  'Job',
  'LimitRange',
  'Namespace',
  'NetworkPolicy',
  'PersistentVolumeClaim',
  'PodDisruptionBudget',
  'ResourceQuota',
  'Role',
  'RoleBinding',
  'Service',
  'ServiceAccount',
];

/** Every kind of finding of `manifest-check` once: a check that fell asleep shows here. */
const BROKEN = `
apiVersion: apps/v1
kind: Deployment
metadata: { name: broken, namespace: x }
spec:
  selector: { matchLabels: { app: a } }
  template:
    metadata: { labels: { app: b } }
    spec:
      containers:
        - name: main
          image: example
          imagePullPolicie: Always
          resources: { limits: { cpu: 1000m } }
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: broken, namespace: x }
spec: { hostname: a.example.com, parentRefs: [{ name: gate }], rules: [{ backendRefs: [{ name: a }] }] }
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { name: outdated, namespace: x, annotations: { kubernetes.io/ingress.class: any } }
spec: { defaultBackend: { service: { name: a, port: { number: 80 } } } }
`;

const missing = whyNoTools();

describe.skipIf(missing !== undefined)(
  `rendered manifests${missing ? ` (${missing})` : ''}`,
  () => {
    let tools: CheckTools;
    let directory: string;
    const rendered = new Map<string, readonly Manifest[]>();
    const findings = new Map<string, readonly Finding[]>();

    beforeAll(async () => {
      tools = await buildCheckTools();
      directory = await mkdtemp(join(tmpdir(), 'millrace-manifests-'));
      const stacks = STACKS.map((stack) => [stack, readStackFile(stack)] as const);
      for (const [stack, sections] of [...stacks, ['everything', EVERYTHING] as const]) {
        const manifests = await renderManifests(sections);
        rendered.set(stack, manifests);
        findings.set(stack, await judge(stack, toYaml(manifests)));
      }
    }, BUILD_MS);

    afterAll(() => rm(directory, { recursive: true, force: true }));

    async function judge(name: string, yaml: string): Promise<readonly Finding[]> {
      const { major, minor } = kubernetesVersion();
      const file = join(directory, `${name}.yaml`);
      await writeFile(file, yaml);
      return [
        ...(await askManifestCheck(tools, file)),
        ...(await askKubeScore(tools, file, `v${major}.${minor}`)),
      ];
    }

    it.each([...STACKS, 'everything'])('of %s hold nothing that is not meant to be so', (stack) => {
      const unmeant = findings
        .get(stack)
        ?.filter((finding) => !EXCEPTIONS.some((exception) => accepts(exception, finding)));
      expect(unmeant).toEqual([]);
    });

    it('need each exception for each of its objects', () => {
      const all = [...findings.values()].flat();
      const unused = EXCEPTIONS.flatMap((exception) =>
        exception.objects
          .map((object) => ({ ...exception, objects: [object] }))
          .filter((single) => !all.some((finding) => accepts(single, finding))),
      );
      expect(unused.map(({ check, objects }) => `${check} ${objects.join()}`)).toEqual([]);
    });

    it('are of every kind that the program can make', () => {
      const kinds = new Set([...rendered.values()].flat().map(({ kind }) => kind));
      expect([...kinds].sort()).toEqual(RENDERED_KINDS);
    });

    it('would not pass if they were wrong', async () => {
      const found = await judge('broken', BROKEN);
      const own = found.filter(({ tool }) => tool === 'manifest-check');
      expect(new Set(own.map(({ check }) => check))).toEqual(
        new Set(['decode', 'canonical', 'pod-security', 'invalid', 'warning']),
      );
      expect(
        own.filter(({ object }) => object.startsWith('HTTPRoute')).map(({ check }) => check),
      ).toEqual(['decode', 'invalid']);
      expect(found.map(({ check }) => check)).toContain('container-security-context-user-group-id');
    });
  },
);
