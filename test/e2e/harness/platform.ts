// One deployed stack under test: its stack file with what the scenario changes in it, the commands of Pulumi on it, and what
// its pods, its REST API and its results say.

import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { V1Deployment, V1Pod } from '@kubernetes/client-node';
import { parse, stringify } from 'yaml';
import type { Deployer, Outcome } from '../deployer/deployer.ts';
import { type Cluster, isReady, nameOf } from './cluster.ts';
import { accessByNode, type PodAccess } from './pod-access.ts';
import { until } from './until.ts';

const REPOSITORY = resolve(import.meta.dirname, '../../..');

/** The role of a pod. */
export type Role = 'coordinator' | 'worker';

/** A job as Flink's REST API lists it. */
export interface JobOverview {
  readonly jid: string;
  readonly name: string;
  readonly state: string;
}

/** Sections of a stack file, as deep as a scenario wants to change them. */
export type Sections = Readonly<Record<string, unknown>>;

export interface PlatformOptions {
  readonly cluster: Cluster;
  readonly namespace: string;
  /** Name of a file in `test/e2e/stacks`, without `Pulumi.` and `.yaml`. */
  readonly stackFile: string;
  /** What the cluster decides, such as the image. */
  readonly sections: Sections;
  /** Makes what carries out `preview`, `up` and `destroy` for a stack file; `directory` is for its state. */
  readonly deploy: (stackFile: string, directory: string) => Deployer;
  /** How its pods are asked; by Node, which our engine's image has, when left out. */
  readonly access?: PodAccess;
}

/** One stack; `open` it, and `close` it whatever happened. */
export class Platform {
  readonly namespace: string;
  readonly #cluster: Cluster;
  readonly #access: PodAccess;
  readonly #options: PlatformOptions;
  readonly #directory: string;
  readonly #deployer: Deployer;
  #sections: Sections;

  private constructor(options: PlatformOptions, directory: string) {
    this.#options = options;
    this.#cluster = options.cluster;
    this.#access = options.access ?? accessByNode(options.cluster);
    this.namespace = options.namespace;
    this.#directory = directory;
    this.#sections = merge(options.sections, {
      kubernetes: { namespace: options.namespace, name: 'millrace' },
    });
    this.#deployer = options.deploy(this.#stackFile, directory);
  }

  static async open(options: PlatformOptions): Promise<Platform> {
    const directory = await mkdtemp(join(tmpdir(), `millrace-e2e-${options.namespace}-`));
    return new Platform(options, directory);
  }

  /** The `image` section that the stack was opened with. */
  get firstImage(): unknown {
    return this.#options.sections['image'];
  }

  /** Changes the stack file from here on; `null` removes a key. */
  configure(sections: Sections): void {
    this.#sections = merge(this.#sections, sections);
  }

  async preview(): Promise<Outcome> {
    await this.#writeStackFile();
    return this.#deployer.preview();
  }

  async up(): Promise<Outcome> {
    await this.#writeStackFile();
    return this.#deployer.up();
  }

  async destroy(): Promise<Outcome> {
    await this.#writeStackFile();
    return this.#deployer.destroy();
  }

  /** Removes the stack and all traces of it; also after a failure half-way. */
  async close(): Promise<void> {
    await this.destroy();
    await rm(this.#directory, { recursive: true });
  }

  pods(role: Role): Promise<readonly V1Pod[]> {
    return this.#cluster.pods(this.namespace, `app.kubernetes.io/component=${role}`);
  }

  /** The pod of this name. */
  pod(name: string): Promise<V1Pod> {
    return this.#cluster.core.readNamespacedPod({ namespace: this.namespace, name });
  }

  /** Resolves when no pod has this name any more. */
  async podIsGone(name: string): Promise<void> {
    await until(`${name} is gone`, async () => {
      const all = await this.#cluster.core.listNamespacedPod({ namespace: this.namespace });
      return all.items.every((pod) => nameOf(pod) !== name);
    });
  }

  /** The one coordinator, once it is ready. */
  coordinator(): Promise<V1Pod> {
    return until('the coordinator is ready', async () =>
      (await this.pods('coordinator')).find(isReady),
    );
  }

  /** All workers, once there are `count` of them, all ready. */
  workers(count: number): Promise<readonly V1Pod[]> {
    return until(`${count} workers are ready`, async () => {
      const pods = await this.pods('worker');
      return pods.length === count && pods.every(isReady) && pods;
    });
  }

  workerDeployment(): Promise<V1Deployment> {
    return this.#cluster.apps.readNamespacedDeployment({
      namespace: this.namespace,
      name: 'millrace-worker',
    });
  }

  /** Asks the coordinator in its own pod. */
  async rest<Answer>(path: string, method = 'GET', body?: unknown): Promise<Answer> {
    const name = nameOf(await this.coordinator());
    const pod = { namespace: this.namespace, name };
    return JSON.parse(await this.#access.ask(pod, { path, method, body })) as Answer;
  }

  /** The jobs of the coordinator, the newest first. */
  async jobs(): Promise<readonly JobOverview[]> {
    return (await this.rest<{ jobs: JobOverview[] }>('/jobs/overview')).jobs;
  }

  /** The newest job, once it is in this state. */
  jobIs(state: string, deadlineMs = 120_000): Promise<JobOverview> {
    return until(
      `the job of ${this.namespace} is ${state}`,
      async () => {
        const newest = (await this.jobs())[0];
        return newest?.state === state && newest;
      },
      deadlineMs,
    );
  }

  /** What the process of a pod holds in memory, by the kernel's count. */
  async residentMebibytes(pod: string): Promise<number> {
    const script = "process.stdout.write(fs.readFileSync('/proc/1/status', 'utf8'))";
    const status = await this.#cluster.output(this.namespace, pod, ['node', '-e', script]);
    return Number(/VmRSS:\s+(\d+) kB/.exec(status.toString())?.[1]) / 1_024;
  }

  /** Copies the files below a folder of the pods' volume, read by a worker, into a folder of this machine. */
  async download(folder: string): Promise<string> {
    const target = await mkdtemp(join(this.#directory, 'download-'));
    for (const [path, content] of Object.entries(await this.#readFiles(folder))) {
      await mkdir(dirname(join(target, path)), { recursive: true });
      await writeFile(join(target, path), content);
    }
    return target;
  }

  /** The lines of all files below a folder of the pods' volume, sorted. */
  async lines(folder: string): Promise<readonly string[]> {
    return Object.values(await this.#readFiles(folder))
      .flatMap((content) => content.split('\n').filter((line) => line !== ''))
      .sort();
  }

  async #readFiles(folder: string): Promise<Readonly<Record<string, string>>> {
    const pod = await until('a worker is ready', async () =>
      (await this.pods('worker')).find(isReady),
    );
    return this.#access.readFiles({ namespace: this.namespace, name: nameOf(pod) }, folder);
  }

  get #stackFile(): string {
    return join(this.#directory, 'Pulumi.e2e.yaml');
  }

  async #writeStackFile(): Promise<void> {
    const file = join(REPOSITORY, 'test/e2e/stacks', `Pulumi.${this.#options.stackFile}.yaml`);
    const { config } = parse(await readFile(file, 'utf8')) as { config: Sections };
    const own = Object.fromEntries(
      Object.entries(this.#sections).map(([name, section]) => [`millrace:${name}`, section]),
    );
    await writeFile(this.#stackFile, stringify({ config: withoutNulls(merge(config, own)) }));
  }
}

function merge(base: Sections, changes: Sections): Sections {
  const merged: Record<string, unknown> = { ...base };
  for (const [key, change] of Object.entries(changes)) {
    const old = merged[key];
    merged[key] = isSection(old) && isSection(change) ? merge(old, change) : change;
  }
  return merged;
}

/** Null has removed a key, here or in the file below. */
function withoutNulls(sections: Sections): Sections {
  const kept = Object.entries(sections).filter(([, value]) => value !== null);
  return Object.fromEntries(
    kept.map(([key, value]) => [key, isSection(value) ? withoutNulls(value) : value]),
  );
}

function isSection(value: unknown): value is Sections {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
