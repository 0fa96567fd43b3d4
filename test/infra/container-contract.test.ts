// The contract between infra/ and the engine: a coordinator and a worker, started with the commands and exactly the
// environment of the rendered pods, find each other, answer the probes of the manifest, run the job, and end on SIGTERM.
// Only what a cluster's network and volumes provide is put in their place: host names, free ports, mounted directories.

import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { StreamPlatform } from '../../infra/components/stream-platform.ts';
import { readStackConfig } from '../../infra/config.ts';
import { planJob } from '../../infra/job-plan.ts';
import { describeJob } from '../../runtime/deployment.ts';
import { readStackFile, runStack, toConfig } from './stack-harness.ts';
import type { RegisteredResource } from './stack-harness.ts';

const DEADLINE_MS = 40_000;
const POLL_MS = 100;

interface Probe {
  readonly httpGet: { readonly path: string; readonly port: number };
}
interface Container {
  readonly command: readonly string[];
  readonly env: readonly {
    readonly name: string;
    readonly value?: string;
    readonly valueFrom?: object;
  }[];
  readonly envFrom: readonly { readonly configMapRef: { readonly name: string } }[];
  readonly ports: readonly { readonly containerPort: number }[];
  readonly volumeMounts: readonly { readonly mountPath: string }[];
  readonly readinessProbe: Probe;
  readonly livenessProbe: Probe;
}

interface Pod {
  readonly container: Container;
  readonly process: ChildProcess;
  readonly output: string[];
  readonly ended: Promise<number | null>;
}

const directory = mkdtempSync(join(tmpdir(), 'millrace-contract-'));
const ports = new Map<number, number>();
let resources: readonly RegisteredResource[] = [];
let coordinator: Pod;
let worker: Pod;

beforeAll(async () => {
  const sections = readStackFile('dev');
  const run = await runStack({ stack: 'dev', config: toConfig(sections) }, async () => {
    const config = readStackConfig();
    new StreamPlatform('millrace', { config, plan: await planJob(config, describeJob) });
    return {};
  });
  resources = run.resources;
  const containers = ['coordinator', 'worker'].map((role) => findContainer(role));
  await choosePorts(containers.flatMap((container) => container.ports));
  [coordinator, worker] = containers.map((container) => start(container)) as [Pod, Pod];
});

afterAll(() => {
  for (const pod of [coordinator, worker]) pod.process.kill('SIGKILL');
  rmSync(directory, { recursive: true, force: true });
});

describe('the rendered preflight', () => {
  it('passes the settings, the job and the plan of the preview', async () => {
    const preflight = start(findContainer('preflight'), asItIs);
    expect(await preflight.ended, preflight.output.join('')).toBe(0);
  });

  it('fails with exit code 1 and the reason as its last words when the image runs another plan', async () => {
    const container = findContainer('preflight');
    const command = [...container.command.slice(0, -1), 'cafe'];
    const preflight = start({ ...container, command }, asItIs);
    expect(await preflight.ended).toBe(1);
    const [last] = preflight.output.join('').trim().split('\n').slice(-1);
    expect(last).toContain('runs another plan of monitoring than the preview showed');
  });
});

describe('the rendered pods', () => {
  it('register with each other with the slots of the stack', async () => {
    await until('the worker registers', async () => {
      const { taskmanagers } = await overview();
      return taskmanagers === 1;
    });
    expect(await overview()).toMatchObject({ taskmanagers: 1, 'slots-total': 2 });
  });

  it.each(['readinessProbe', 'livenessProbe'] as const)('answer their %s', async (probe) => {
    for (const { container } of [coordinator, worker]) {
      const { path, port } = container[probe].httpGet;
      await until(`${path} on ${port}`, async () => (await get(port, path)).ok);
    }
  });

  it('run the plan that the preview shows, a line an operator', () => {
    const lines = findConfigMap('millrace-plan')['plan.txt']!.split('\n');
    expect(lines.slice(0, 3)).toEqual(['job monitoring', 'parallelism 2', 'upgrade stateless']);
    expect(lines.filter((line) => / \| source \| uid /.test(line))).not.toEqual([]);
  });

  it('run the job of the stack', async () => {
    await until('the job runs', async () => {
      const response = await get(8081, '/jobs/overview');
      const { jobs } = (await response.json()) as { jobs: { name: string; state: string }[] };
      const [job] = jobs;
      expect(job?.state).not.toBe('FAILED');
      return job?.name === 'monitoring' && ['RUNNING', 'FINISHED'].includes(job.state);
    });
  });

  it('end on SIGTERM without being killed', async () => {
    for (const pod of [worker, coordinator]) {
      pod.process.kill('SIGTERM');
      expect(await pod.ended, pod.output.join('')).toBe(0);
    }
  });
});

function findContainer(role: string): Container {
  const templates = resources.filter(({ type }) => /:(Deployment|Job)$/.test(type));
  const containers = templates.flatMap(({ inputs }) => {
    const { template } = inputs['spec'] as {
      template: { spec: { containers: (Container & { name: string })[] } };
    };
    return template.spec.containers;
  });
  return containers.find(({ name }) => name === role)!;
}

/** Each port of a manifest gets a free one of this machine. */
async function choosePorts(wanted: readonly { readonly containerPort: number }[]): Promise<void> {
  const servers = wanted.map(() => createServer());
  for (const [index, server] of servers.entries()) {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    ports.set(wanted[index]!.containerPort, (server.address() as AddressInfo).port);
  }
  for (const server of servers) await new Promise((resolve) => server.close(resolve));
}

/** As the kubelet would: the ConfigMaps first, then the container's own variables, nothing of this process. */
function start(container: Container, placed = place): Pod {
  const data = container.envFrom.map(({ configMapRef }) => findConfigMap(configMapRef.name));
  const own = container.env.map(({ name, value }) => [name, value ?? '127.0.0.1']);
  const environment = Object.assign({}, ...data, Object.fromEntries(own)) as Record<string, string>;
  const replaced = Object.entries(environment).map(([name, value]) => [
    name,
    placed(name, value, container),
  ]);
  const [command = '', ...parameters] = container.command;
  const child = spawn(command, parameters, {
    env: { ...(Object.fromEntries(replaced) as Record<string, string>), PATH: process.env['PATH'] },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => output.push(chunk.toString()));
  }
  const ended = new Promise<number | null>((resolve) =>
    child.once('exit', (code) => resolve(code)),
  );
  return { container, process: child, output, ended };
}

function findConfigMap(name: string): Record<string, string> {
  const maps = resources.filter(({ type }) => type === 'kubernetes:core/v1:ConfigMap');
  const found = maps.find(({ inputs }) => (inputs['metadata'] as { name: string }).name === name);
  return found!.inputs['data'] as Record<string, string>;
}

/** What stands for the cluster's network and volumes; every other value is passed on as it is. */
function place(name: string, value: string, container: Container): string {
  if (name === 'MILLRACE_COORDINATOR_HOST') return '127.0.0.1';
  if (name.endsWith('_PORT')) return String(ports.get(Number(value)));
  const isMounted = container.volumeMounts.find(({ mountPath }) => value.includes(mountPath));
  return isMounted === undefined ? value : value.replaceAll(isMounted.mountPath, directory);
}

/** The preflight opens nothing, so it needs none of that; and a parameter that is another path makes another plan. */
function asItIs(_name: string, value: string): string {
  return value;
}

function get(containerPort: number, path: string): Promise<Response> {
  return fetch(`http://127.0.0.1:${ports.get(containerPort)!}${path}`);
}

async function overview(): Promise<{ taskmanagers: number }> {
  return (await (await get(8081, '/overview')).json()) as { taskmanagers: number };
}

/** Polls, since processes start when they can; a failure shows what they said. */
async function until(what: string, check: () => Promise<boolean>): Promise<void> {
  const deadlineMs = Date.now() + DEADLINE_MS;
  for (;;) {
    // A refused connection means that the process is not up yet.
    const isDone = await check().catch((error: unknown) => {
      if (error instanceof TypeError) return false;
      throw error as Error;
    });
    if (isDone) return;
    if (Date.now() > deadlineMs) {
      const said = [coordinator, worker].map(({ output }) => output.join('')).join('\n');
      throw new Error(`${what}: not within ${DEADLINE_MS} ms; the processes said:\n${said}`);
    }
    await sleep(POLL_MS);
  }
}
