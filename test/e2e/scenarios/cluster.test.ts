// What the other scenarios take for granted of their cluster: an image that is built and pushed is pulled and runs, names
// resolve, and usage is measured, which the autoscaler needs. Only on the suite's own cluster.

import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';

import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';

const run = promisify(execFile);
const { own } = inject('facts');
const NAMESPACE = 'e2e-cluster';
const MEASURED_MS = 90_000;
const SCALED_MS = 120_000;

/** Serves its own address, and keeps a core busy if BUSY is set. */
const PROGRAM = `
import { createServer } from 'node:http';
createServer((_, response) => response.end(process.env.HOSTNAME)).listen(8080);
if (process.env.BUSY) setInterval(() => { const end = Date.now() + 80; while (Date.now() < end); }, 100);
`;

function manifests(image: string): string {
  const labels = { app: 'busy' };
  const container = {
    name: 'main',
    image,
    env: [{ name: 'BUSY', value: 'yes' }],
    resources: { requests: { cpu: '100m' }, limits: { cpu: '200m' } },
  };
  const items = [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } },
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'busy', namespace: NAMESPACE },
      spec: {
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: { containers: [container], terminationGracePeriodSeconds: 1 },
        },
      },
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'busy', namespace: NAMESPACE },
      spec: { selector: labels, ports: [{ port: 80, targetPort: 8080 }] },
    },
    {
      apiVersion: 'autoscaling/v2',
      kind: 'HorizontalPodAutoscaler',
      metadata: { name: 'busy', namespace: NAMESPACE },
      spec: {
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'busy' },
        minReplicas: 1,
        maxReplicas: 2,
        metrics: [
          {
            type: 'Resource',
            resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } },
          },
        ],
      },
    },
  ];
  return JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
}

describe.skipIf(own === undefined)('the cluster', () => {
  const kubectl = async (...words: string[]): Promise<string> =>
    (await run(own!.kubectl, words)).stdout;
  const inNamespace = async (...words: string[]): Promise<string> =>
    kubectl('-n', NAMESPACE, ...words);

  /** Asks until the answer is right; the last answer explains a failure. */
  async function expectAnswer(
    ask: () => Promise<string>,
    right: RegExp,
    withinMs: number,
  ): Promise<void> {
    const deadlineMs = performance.now() + withinMs;
    let answer: string;
    do {
      answer = await ask().catch(String);
      if (right.test(answer)) return;
      await delay(500);
    } while (performance.now() < deadlineMs);
    expect(answer).toMatch(right);
  }

  beforeAll(async () => {
    const directory = await mkdtemp(join(tmpdir(), 'millrace-e2e-'));
    const image = `${own!.registry}/cluster-check:1`;
    const docker = async (...words: string[]): Promise<unknown> =>
      run(own!.dockerCommand, words, {
        env: { ...process.env, DOCKER_HOST: own!.dockerHost, DOCKER_BUILDKIT: '1' },
      });
    try {
      await writeFile(join(directory, 'main.mjs'), PROGRAM);
      await writeFile(
        join(directory, 'Dockerfile'),
        `FROM ${own!.baseImage}\nCOPY main.mjs /app/\nCMD ["/app/main.mjs"]\n`,
      );
      await docker('build', '-t', image, directory);
      await docker('push', image);
      await writeFile(join(directory, 'manifests.json'), manifests(image));
      await kubectl('apply', '-f', join(directory, 'manifests.json'));
    } finally {
      await rm(directory, { recursive: true });
    }
  });

  afterAll(async () => {
    if (own !== undefined) await kubectl('delete', 'namespace', NAMESPACE, '--wait=false');
  });

  it('has one ready node with two cores for pods', async () => {
    const columns = 'jsonpath={.items[*].status.allocatable.cpu}';
    expect(await kubectl('get', 'nodes', '-o', columns)).toBe('2');
  });

  it('runs a pod from a pushed image', async () => {
    await inNamespace('rollout', 'status', 'deployment/busy', '--timeout=60s');
    const pods = await inNamespace('get', 'pods', '-o', 'name');
    expect(pods.trim().split('\n')).toHaveLength(1);
  });

  it('resolves the name of a Service and leads to its pod', async () => {
    const ask = `fetch('http://busy.${NAMESPACE}').then((r) => r.text()).then(console.log)`;
    await expectAnswer(
      async () => inNamespace('exec', 'deployment/busy', '--', 'node', '-e', ask),
      /^busy-/,
      20_000,
    );
  });

  it('measures nodes and pods', async () => {
    await expectAnswer(async () => kubectl('top', 'nodes'), /node1 +\d+m/, MEASURED_MS);
    await expectAnswer(async () => inNamespace('top', 'pods'), /busy-\S+ +\d+m/, MEASURED_MS);
  });

  it('scales by what it measured', async () => {
    const replicas = ['get', 'deployment/busy', '-o', 'jsonpath={.spec.replicas}'];
    await expectAnswer(async () => inNamespace(...replicas), /^2$/, SCALED_MS);
  });
});
