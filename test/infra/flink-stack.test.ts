// Flink as it is deployed: what the pods of each kind of stack run and read, who finds whom, what a change touches, and that
// docs/flink.md says the same.

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parse } from 'yaml';
import { StreamPlatform } from '../../infra/components/stream-platform.ts';
import { readStackConfig } from '../../infra/config.ts';
import { renderConfiguration } from '../../infra/engines/flink/files.ts';
import { MAPPED_OPTIONS } from '../../infra/engines/flink/options.ts';
import { planJob } from '../../infra/job-plan.ts';
import type { MemoryBudgetLine } from '../../infra/sizing.ts';
import { FLINK_GUIDE, renderFlinkGuide } from './config-reference.ts';
import { PROJECT, runStack, toConfig } from './stack-harness.ts';
import type { RegisteredResource } from './stack-harness.ts';

type Sections = Record<string, Record<string, unknown>>;
interface Expected {
  readonly isNewJob: boolean;
  readonly rolled: readonly string[];
}
interface Container {
  readonly args?: readonly string[];
  readonly command?: readonly string[];
  readonly env: readonly { readonly name: string }[];
}

const base: Sections = {
  image: { source: 'prebuilt', reference: 'example/flink:1' },
  engine: { kind: 'flink', version: '2.3.0', mainClass: 'com.example.Counts' },
  kubernetes: { name: 'counts' },
};
const store = { checkpoints: { kind: 'volume', size: '1GiB' } };
const available: Sections = {
  ...base,
  coordinator: { highAvailability: true },
  storage: store,
};

function merge(sections: Sections, change: Sections): Sections {
  const names = Object.keys({ ...sections, ...change });
  return Object.fromEntries(names.map((name) => [name, { ...sections[name], ...change[name] }]));
}

class Deployed {
  readonly resources: readonly RegisteredResource[];
  readonly budget: readonly MemoryBudgetLine[];

  constructor(resources: readonly RegisteredResource[], budget: readonly MemoryBudgetLine[]) {
    this.resources = resources;
    this.budget = budget;
  }

  get image(): unknown {
    return this.resources.find(({ type }) => type.startsWith('docker:'))?.inputs['imageName'];
  }

  spec(name: string): Record<string, unknown> {
    const found = this.resources.find((resource) => resource.name === `millrace-cluster-${name}`);
    expect(found, name).toBeDefined();
    return found!.inputs['spec'] as Record<string, unknown>;
  }

  container(name: string): Container {
    const { template } = this.spec(name) as { template: { spec: { containers: [Container] } } };
    return template.spec.containers[0];
  }

  /** Options of a role by name. */
  options(role: 'coordinator' | 'worker'): Record<string, unknown> {
    const plan = this.resources.find(({ name }) => name.endsWith('-plan'));
    const data = plan!.inputs['data'] as Record<string, string>;
    return parse(data[`${role}.yaml`]!) as Record<string, unknown>;
  }

  kinds(): readonly string[] {
    return this.resources.map(({ type }) => type.split(':').pop()!);
  }
}

async function deploy(sections: Sections): Promise<Deployed> {
  let budget: readonly MemoryBudgetLine[] = [];
  const { resources } = await runStack({ stack: 'test', config: toConfig(sections) }, async () => {
    const config = readStackConfig();
    const plan = await planJob(config, () => Promise.reject(new Error('not a job of ours')));
    budget = new StreamPlatform('millrace', { config, plan }).memoryBudget;
    return {};
  });
  return new Deployed(resources, budget);
}

describe('without high availability', () => {
  it('TaskManagers find the JobManager of the same job, and nobody has rights', async () => {
    const deployed = await deploy(base);
    const service = deployed.resources.find(({ name }) =>
      /-coordinator-rpc-[0-9a-f]{10}$/.test(name),
    )!;
    const { name } = service.inputs['metadata'] as { name: string };
    expect(service.inputs['spec']).toMatchObject({
      clusterIP: 'None',
      selector: { 'millrace.dev/generation': name },
    });
    expect(deployed.spec('coordinator-deployment')).toMatchObject({
      template: { metadata: { labels: { 'millrace.dev/generation': name } } },
    });
    for (const role of ['coordinator', 'worker'] as const) {
      expect(deployed.options(role)['jobmanager.rpc.address']).toBe(name);
    }
    expect(deployed.kinds()).not.toContain('Role');
    expect(deployed.container('coordinator-deployment').args).toEqual([
      'standalone-job',
      '--job-classname',
      'com.example.Counts',
    ]);
  });
});

describe('with high availability', () => {
  it('the leader is found in ConfigMaps, which TaskManagers may only read', async () => {
    const deployed = await deploy(available);
    const names = deployed.resources.map(({ name }) => name).join();
    expect(names).not.toContain('coordinator-rpc');
    const rules = deployed.resources
      .filter(({ type }) => type.endsWith(':Role'))
      .sort((left, right) => (left.name < right.name ? -1 : 1))
      .map(({ inputs }) => inputs['rules']);
    const read = ['get', 'list', 'watch'];
    const configMaps = { apiGroups: [''], resources: ['configmaps'] };
    expect(rules).toEqual([
      [{ ...configMaps, verbs: [...read, 'create', 'update', 'patch', 'delete'] }],
      [{ ...configMaps, verbs: read }],
    ]);
    const id = deployed.options('worker')['kubernetes.cluster-id'];
    expect(id).toMatch(/^counts-coordinator-[0-9a-f]{10}$/);
    expect(deployed.options('coordinator')).toMatchObject({
      'high-availability.type': 'kubernetes',
      'high-availability.storageDir': 'file:///var/lib/millrace/checkpoints/ha',
      'high-availability.cluster-id': id,
      'kubernetes.cluster-id': id,
      // A job that has finished is not run again by the next JobManager.
      'job-result-store.delete-on-commit': false,
      'application-result-store.delete-on-commit': false,
    });
    expect(deployed.container('coordinator-deployment').args?.[1]).toBe(
      '-Djobmanager.rpc.address=$(POD_IP)',
    );
    const out = JSON.stringify(deployed.spec('workers-policy')['egress']);
    expect(out).toContain('{"ipBlock":{"cidr":"0.0.0.0/0"}}');
    expect(out).toContain('6443');
  });
});

describe('the job', () => {
  it('starts from a snapshot, with its arguments after all of Flink', async () => {
    const path = '/var/lib/millrace/checkpoints/savepoints/savepoint-1';
    const engine = {
      args: ['--host', 'kafka'],
      restoreFrom: { kind: 'snapshot', path, allowNonRestoredState: true },
    };
    const deployed = await deploy(merge(available, { engine }));
    expect(deployed.container('coordinator-deployment').args?.slice(2)).toEqual([
      ...['--job-classname', 'com.example.Counts'],
      ...['--fromSavepoint', path, '--allowNonRestoredState'],
      ...['--', '--host', 'kafka'],
    ]);
  });

  it('runs on all slots unless it has a parallelism', async () => {
    const [reactive, fixed] = await Promise.all([
      deploy(base),
      deploy(merge(base, { job: { parallelism: 2 }, workers: { replicas: 2, slots: 1 } })),
    ]);
    expect(reactive.options('coordinator')).toMatchObject({ 'scheduler-mode': 'reactive' });
    expect(reactive.options('coordinator')).not.toHaveProperty('parallelism.default');
    expect(fixed.options('coordinator')).toMatchObject({ 'parallelism.default': 2 });
    expect(fixed.options('coordinator')).not.toHaveProperty('scheduler-mode');
  });

  it('has its class loaded by Java before a pod is replaced', async () => {
    const deployed = await deploy(base);
    const preflight = deployed.resources.find(({ type }) => type.endsWith(':Job'))!;
    expect(JSON.stringify(preflight.inputs)).toContain(
      '"command":["java","--dry-run","-cp","/opt/flink/lib/*:/opt/flink/usrlib/*","com.example.Counts"]',
    );
  });

  it('is put into an image whose tag follows the jar', async () => {
    mkdirSync('out', { recursive: true });
    const folder = mkdtempSync(join('out', 'flink-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const jar = join(folder, 'counts.jar');
    const { kubernetes, engine } = base;
    const image = { source: 'build', repository: 'example/flink' };
    const build = async (content: string) => {
      writeFileSync(jar, content);
      return deploy({ kubernetes: kubernetes!, image, engine: { ...engine, jar } });
    };
    const first = await build('one');
    const { inputs } = first.resources.find(({ type }) => type.startsWith('docker:'))!;
    expect(inputs['build']).toMatchObject({
      context: folder,
      dockerfile: 'infra/engines/flink/Dockerfile',
      args: { BASE_IMAGE: 'apache/flink:2.3.0-java17', JAR: 'counts.jar' },
    });
    const second = await build('two');
    expect(second.image).not.toBe(first.image);
    expect((await build('one')).image).toBe(first.image);
  });
});

describe('a change of', () => {
  const fixed = merge(available, {
    job: { parallelism: 2 },
    workers: { replicas: 2, slots: 1 },
  });

  it.each<[string, Sections, Sections, Expected]>([
    ['nothing', available, {}, { isNewJob: false, rolled: [] }],
    [
      'workers, in reactive mode',
      available,
      { workers: { replicas: 3 } },
      { isNewJob: false, rolled: [] },
    ],
    [
      'memory',
      available,
      { workers: { memory: { total: '4GiB' } } },
      { isNewJob: false, rolled: ['workers'] },
    ],
    [
      'the JobManager',
      available,
      { coordinator: { memory: '2GiB' } },
      { isNewJob: false, rolled: ['coordinator'] },
    ],
    [
      'an option of TaskManagers',
      available,
      { engine: { flinkConfiguration: { 'taskmanager.debug.memory.log': true } } },
      { isNewJob: false, rolled: ['workers'] },
    ],
    [
      'an option of both',
      available,
      { engine: { flinkConfiguration: { 'heartbeat.timeout': '20 s' } } },
      { isNewJob: false, rolled: ['coordinator', 'workers'] },
    ],
    [
      'an option of the graph',
      available,
      { engine: { flinkConfiguration: { 'pipeline.max-parallelism': 64 } } },
      { isNewJob: true, rolled: ['coordinator', 'workers'] },
    ],
    [
      'the image',
      available,
      { image: { reference: 'a/b:2' } },
      { isNewJob: true, rolled: ['coordinator', 'workers'] },
    ],
    [
      'an argument',
      available,
      { engine: { args: ['x'] } },
      { isNewJob: true, rolled: ['coordinator', 'workers'] },
    ],
    [
      'what it starts from',
      available,
      { engine: { restoreFrom: { kind: 'snapshot', path: 's3://a/b' } } },
      { isNewJob: true, rolled: ['coordinator', 'workers'] },
    ],
    [
      'the parallelism',
      fixed,
      { job: { parallelism: 1 } },
      { isNewJob: true, rolled: ['coordinator', 'workers'] },
    ],
  ])('%s', async (_what, before, change, { isNewJob, rolled }) => {
    const [left, right] = await Promise.all([deploy(before), deploy(merge(before, change))]);
    const [leftId, rightId] = [left, right].map(
      (each) => each.options('worker')['kubernetes.cluster-id'],
    );
    expect(rightId !== leftId).toBe(isNewJob);
    const rolls = ['coordinator', 'workers'].filter((part) => {
      const templates = [left, right].map((each) => each.spec(`${part}-deployment`)['template']);
      return JSON.stringify(templates[0]) !== JSON.stringify(templates[1]);
    });
    expect(rolls).toEqual(rolled);
  });
});

describe('config.yaml', () => {
  it('keeps every value as it is, whatever is in it', () => {
    const values = [
      '10 s',
      'a: b',
      "it's #1",
      '"x"',
      '-Da=b -Dc=d',
      's3://a/b?c',
      '{a}',
      'true',
      '',
    ];
    const text = renderConfiguration(values.map((value, index) => [`key.${index}`, value]));
    const read = parse(text) as Record<string, unknown>;
    expect(Object.values(read).map(String)).toEqual(values);
  });

  it('has each option once in the mapping', () => {
    const options = MAPPED_OPTIONS.map(({ option }) => option);
    expect(new Set(options).size).toBe(options.length);
  });
});

describe('docs/flink.md', () => {
  const page = readFileSync(FLINK_GUIDE, 'utf8');

  it('has the mapping of the code (mend: node test/infra/config-reference.ts)', async () => {
    expect(page).toBe(await renderFlinkGuide(page));
  });

  it('shows a stack file that gives a TaskManager what the Deployment gave it', async () => {
    const shown = /```yaml\n# equivalent\n([^]*?)```/.exec(page)?.[1] ?? '';
    expect(shown.trim().split('\n').length).toBeLessThanOrEqual(15);
    const { config } = parse(shown) as { config: Sections };
    const own = Object.entries(config).filter(([key]) => key.startsWith(`${PROJECT}:`));
    const sections = own.map(([key, section]) => [key.slice(PROJECT.length + 1), section]);
    const deployed = await deploy(Object.fromEntries(sections) as Sections);
    expect(deployed.spec('workers-deployment')['replicas']).toBe(3);
    const { budget } = deployed;
    const sizes = Object.fromEntries(budget.map(({ part, mebibytes }) => [part, mebibytes]));
    expect(sizes).toMatchObject({
      'JVM overhead': 204.8,
      network: 256,
      'managed (state)': 51.2,
      'task heap': 1024,
      limit: 2048,
    });
  });
});
