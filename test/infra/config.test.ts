// Bad stack files are refused before anything is registered: every problem at once, by path, with the rule.

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { parseStackConfig, StackConfigError } from '../../infra/config.ts';
import { stackSections } from '../../infra/stack-schema.ts';
import { readStackFile, STACKS } from './stack-harness.ts';

const minimal = `
image: { source: prebuilt, reference: 'example/engine:1' }
job: { name: clicks }
`;

function sectionsOf(text: string): Record<string, unknown> {
  return { ...(parse(minimal) as object), ...(parse(text) as object) };
}

function accept(text: string, encrypted: readonly string[] = []) {
  return parseStackConfig({
    sections: sectionsOf(text),
    encryptedSections: new Set(encrypted),
  });
}

/** The problems of a refused file, a line each. */
function refuse(text: string, encrypted: readonly string[] = []): readonly string[] {
  try {
    accept(text, encrypted);
  } catch (error) {
    if (error instanceof StackConfigError) return error.message.split('\n  ').slice(1);
    throw error;
  }
  throw new Error('the stack file was accepted');
}

describe('parseStackConfig', () => {
  it('fills the defaults of everything but image and job', () => {
    expect(accept('')).toMatchObject({
      workers: { slots: 2, memory: { total: 1024 ** 3, network: 64 * 1024 ** 2 } },
      autoscaling: { mode: 'none' },
      storage: { checkpoints: { kind: 'none' } },
      security: { level: 'development', workerEgress: [] },
      kubernetes: { namespace: 'millrace', name: 'millrace', rolloutTimeout: 600_000 },
      engine: { kind: 'millrace', settings: {} },
    });
    expect(accept('').job.preflight).toEqual({ enabled: true, timeout: 300_000 });
  });

  it('takes windows of seconds for an autoscaler, and none at all', () => {
    const windows = 'scaleUpWindow: 0s, scaleDownWindow: 5s';
    const text = `autoscaling: { mode: hpa, minReplicas: 1, maxReplicas: 2, ${windows} }`;
    expect(accept(text).autoscaling).toMatchObject({ scaleUpWindow: 0, scaleDownWindow: 5_000 });
  });

  it('takes a load balancer by its addresses', () => {
    const text =
      'exposure: { kind: ingress, host: a.example, className: alb, fromRanges: [10.0.0.0/16] }';
    expect(accept(text).exposure).toMatchObject({ fromRanges: ['10.0.0.0/16'] });
  });

  it('reads where pods may run', () => {
    const text = `kubernetes: { nodeSelector: { disk: ssd }, tolerations: [{ key: spot, operator: Exists }] }`;
    expect(accept(text).kubernetes).toMatchObject({
      nodeSelector: { disk: 'ssd' },
      tolerations: [{ key: 'spot', operator: 'Exists' }],
    });
  });

  it('reads units, in the section for the engine too', () => {
    const config = accept(`
workers: { memory: { total: 2GiB, heap: 1GiB }, cpu: { request: 1.5, limit: 2000m }, drainTimeout: 2m }
engine: { MILLRACE_BUFFER_TIMEOUT: off, MILLRACE_COLLECT_ROWS_MAX: 7, MILLRACE_BUFFER_SIZE: 64KiB }
`);
    expect(config.workers).toMatchObject({
      memory: { total: 2 * 1024 ** 3 },
      cpu: { request: 1500, limit: 2000 },
      drainTimeout: 120_000,
    });
    expect(config.engine).toEqual({
      kind: 'millrace',
      settings: { bufferTimeoutMs: -1, collectRowsMax: 7, bufferBytes: 65_536 },
    });
  });

  it.each(['off', '"off"', 'false'])('reads a buffer timeout of %s as off', (off) => {
    const { engine } = accept(`engine: { MILLRACE_BUFFER_TIMEOUT: ${off} }`);
    expect(engine).toEqual({ kind: 'millrace', settings: { bufferTimeoutMs: -1 } });
  });

  it.each(STACKS)('accepts stacks/Pulumi.%s.yaml', (stack) => {
    const sections = readStackFile(stack);
    expect(() => parseStackConfig({ sections, encryptedSections: new Set() })).not.toThrow();
  });

  it('I1: reports every problem of every section at once', () => {
    const problems = refuse(`
image: { source: docker }
job: { name: clicks, parallelism: 0 }
workers: { slots: 300, memory: { total: 1000, heap: 10KB }, cpu: { request: lots } }
kubernetes: { namespace: Not_A_Name }
engine: { MILLRACE_RPC_PORT: 1, MILLRACE_REPORT_INTERVAL: soon }
`);
    expect(problems).toEqual([
      'image.source = "docker": needs `source: build` or `source: prebuilt`',
      'job.parallelism = 0: must be at least 1',
      'workers.slots = 300: must be at most 256',
      'workers.memory.total = 1000: must be a size in quotes, such as "512MiB"',
      'workers.memory.heap = "10KB": must be a size such as "512MiB" or "2GiB"',
      'workers.cpu.request = "lots": must be cores such as 2 or "500m", at least 1m',
      'kubernetes.namespace = "Not_A_Name": must be lowercase letters, digits and dashes',
      'engine.MILLRACE_REPORT_INTERVAL = "soon": must be a duration such as "500ms", "10s" or "5m"',
      'engine: unrecognized key: "MILLRACE_RPC_PORT"',
    ]);
  });

  it('says what is required and what is not a section', () => {
    const sections = { workrs: {} };
    const run = () => parseStackConfig({ sections, encryptedSections: new Set() });
    expect(run).toThrow('workrs: is not a section; there are image, job, workers');
    expect(run).toThrow('job.name: is required');
    expect(run).toThrow(/ image: /);
  });

  it('I2: never shows a password', () => {
    const registry = '{ server: r, username: u, password: 7 }';
    const problems = refuse(`image: { source: build, repository: r/e, registry: ${registry} }`);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(/^image\.registry\.password: /);
  });
});

const prod = 'security: { level: production }\njob: { name: clicks, upgrade: savepoint }\n';
const shared = 'storage: { checkpoints: { kind: volume, size: 1GiB } }\n';

describe('rules across sections', () => {
  it.each([
    [
      'memory that does not add up',
      'workers: { memory: { total: 1GiB, heap: 1GiB } }',
      'workers.memory: the memory does not add up: limit 1024 MiB = overhead 112 MiB + network 64 MiB + ' +
        'state -176 MiB + 2 slots x 512 MiB heap; the state needs at least 16 MiB: ' +
        'raise the limit to 1227 MiB, or lower heap, network or slots',
    ],
    [
      'more state than is left',
      'workers: { memory: { total: 1GiB, state: 500MiB } }',
      'workers.memory.state = "500 MiB": only 336 MiB of 1024 MiB are left for the state after ' +
        'overhead, network and heap: raise the total by 164 MiB or lower the heap',
    ],
    [
      'a CPU limit below the request',
      'workers: { cpu: { request: 2, limit: 1 } }',
      'workers.cpu.limit = "1000m": must be at least the request, 2000m',
    ],
    [
      'fewer slots than the parallelism',
      'job: { name: clicks, parallelism: 7 }\nworkers: { replicas: 3, slots: 2 }',
      'job.parallelism = 7: needs 7 slots, but 3 workers x 2 slots = 6: run 4 workers, or lower the parallelism',
    ],
    [
      'fewer slots than the parallelism when scaled down',
      'job: { name: clicks, parallelism: 4 }\nautoscaling: { mode: hpa, minReplicas: 1, maxReplicas: 4 }',
      'job.parallelism = 4: needs 4 slots, but 1 workers x 2 slots = 2: run 2 workers, or lower the parallelism',
    ],
    [
      'replicas that an autoscaler owns',
      'workers: { replicas: 2 }\nautoscaling: { mode: hpa, minReplicas: 1, maxReplicas: 2 }',
      'workers.replicas = 2: the autoscaler owns the number of workers: leave it out, or set autoscaling.mode: none',
    ],
    [
      'bounds of an autoscaler that cross',
      'autoscaling: { mode: hpa, minReplicas: 3, maxReplicas: 2 }',
      'autoscaling.minReplicas = 3: must be at most autoscaling.maxReplicas, 2',
    ],
    [
      'checkpoints that workers do not share',
      'workers: { replicas: 2 }\nstorage: { checkpoints: { kind: volume, size: 1GiB, accessMode: ReadWriteOnce } }',
      'storage.checkpoints.accessMode = "ReadWriteOnce": up to 2 workers on different nodes share the checkpoints: use ReadWriteMany',
    ],
    [
      'high availability without a store',
      'coordinator: { highAvailability: true }',
      'coordinator.highAvailability = true: a new coordinator finds the jobs in the checkpoint storage: set storage.checkpoints',
    ],
    [
      'savepoints without a store',
      'job: { name: clicks, upgrade: savepoint }',
      'job.upgrade = "savepoint": a savepoint is kept in the checkpoint storage: set storage.checkpoints',
    ],
    [
      'a repository with a tag',
      'image: { source: build, repository: "host:5000/engine:1" }',
      'image.repository = "host:5000/engine:1": must not have a tag: the program computes it from the sources',
    ],
    [
      'a job outside of the project',
      'job: { name: ../orders.ts }',
      'job.name = "../orders.ts": must be relative to the root of the project, and is /app/<path> in the image',
    ],
    [
      'a job by an absolute path',
      'job: { name: /app/jobs/orders.ts }',
      'job.name = "/app/jobs/orders.ts": must be relative to the root of the project, and is /app/<path> in the image',
    ],
    [
      'a job that the built image does not contain',
      'image: { source: build, repository: example/engine }\njob: { name: jobs/orders.ts }',
      'job.name = "jobs/orders.ts": is not in the image that is built here, which has only runtime/: build one on ' +
        'top of it with the job, and set image.source: prebuilt',
    ],
    [
      'a page that the policy lets nobody reach',
      'exposure: { kind: ingress, host: a.example, className: alb }',
      'exposure.fromNamespace: is required, for the policy to let the ingress controller in; or exposure.fromRanges, ' +
        'for a load balancer outside of the cluster',
    ],
    [
      'a namespace of the cluster',
      'kubernetes: { namespace: kube-system }',
      'kubernetes.namespace = "kube-system": belongs to the cluster, and the stack needs a namespace of its own: choose another',
    ],
    [
      'settings of the engine that contradict each other',
      'engine: { MILLRACE_HEARTBEAT_TIMEOUT: 2s }',
      'engine (MILLRACE_HEARTBEAT_TIMEOUT, MILLRACE_HEARTBEAT_INTERVAL) = "2s, (default)": the timeout of ' +
        '2000ms must be more than twice the interval of 1000ms, or one late heartbeat loses a worker',
    ],
    [
      'an image that moves, in production',
      `${prod}${shared}image: { source: prebuilt, reference: "example/engine:latest" }`,
      'image.reference = "example/engine:latest": production needs a digest (@sha256:…) or a tag that is not latest',
    ],
    [
      'an image without a tag, in production',
      `${prod}${shared}image: { source: prebuilt, reference: "host:5000/engine" }`,
      'image.reference = "host:5000/engine": production needs a digest (@sha256:…) or a tag that is not latest',
    ],
    [
      'a base image that moves, in production',
      `${prod}${shared}image: { source: build, repository: example/engine, baseImage: "node:latest" }`,
      'image.baseImage = "node:latest": production needs a digest (@sha256:…) or a tag that is not latest',
    ],
    [
      'a build image that moves, in production',
      `${prod}${shared}image: { source: build, repository: example/engine, buildImage: "node" }`,
      'image.buildImage = "node": production needs a digest (@sha256:…) or a tag that is not latest',
    ],
    [
      'a stateless upgrade, in production',
      'security: { level: production }',
      'job.upgrade = "stateless": production does not drop the state of a job at an upgrade: use savepoint',
    ],
    [
      'a page without TLS, in production',
      `${prod}${shared}exposure: { kind: ingress, host: a.example, className: c, fromNamespace: n }`,
      'exposure.tlsSecretName: production serves the page over TLS only: name the Secret with the certificate',
    ],
  ])('refuse %s', (_name, text, problem) => {
    expect(refuse(text)).toEqual([problem]);
  });

  it('refuse parameters that look like secrets, in production, without showing them', () => {
    const parameters = '{ kafka: { password: hunter2 }, passwordFile: /etc/x, tokensPerSecond: 5 }';
    const text = `security: { level: production }\n${shared}job: { name: n, upgrade: savepoint, parameters: ${parameters} }`;
    const problems = refuse(text);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(/^job\.parameters\.kafka\.password: looks like a secret/);
    expect(problems[0]).not.toContain('hunter2');
  });

  it('refuse a password in clear, in production, and take it encrypted', () => {
    const registry = '{ server: r, username: u, password: hunter2 }';
    const text = `${prod}${shared}image: { source: build, repository: r/e, registry: ${registry} }`;
    expect(refuse(text)).toEqual([
      'image.registry.password: production keeps no secret in clear: ' +
        'run `pulumi config set --secret --path image.registry.password`',
    ]);
    expect(() => accept(text, ['image'])).not.toThrow();
  });

  it('I1: do not judge a section that is wrong by itself', () => {
    const text = 'job: { name: clicks, parallelism: 9 }\nworkers: { slots: none }';
    expect(refuse(text)).toHaveLength(1);
  });
});

describe('Pulumi.yaml', () => {
  it('declares every section with its description and its default', () => {
    const project = parse(readFileSync('Pulumi.yaml', 'utf8')) as {
      config: Record<string, { type: string; description: string; default?: unknown }>;
    };
    expect(Object.keys(project.config)).toEqual(Object.keys(stackSections));
    for (const [name, section] of Object.entries(stackSections)) {
      const declared = project.config[name]!;
      expect(declared.type).toBe('object');
      expect(declared.description).toBe(section.description);
      const withoutValue = section.safeParse(undefined);
      expect('default' in declared, name).toBe(withoutValue.success);
      if (withoutValue.success) expect(section.parse(declared.default)).toEqual(withoutValue.data);
    }
  });
});
