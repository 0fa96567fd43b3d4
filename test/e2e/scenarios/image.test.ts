// The image as a user gets it: small, not root, nothing but production packages, and a list of them; it runs on a read-only
// root without network and capabilities; and a user's jobs come on top in two lines.

import { chown, mkdir, readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { RUNTIME_USER } from '../../../infra/k8s/security-context.ts';
import { buildArguments, type DockerCli, runDocker } from '../images/docker-cli.ts';
import { ORDERS } from '../images/user-job/jobs/received.ts';

const ROOT = resolve(import.meta.dirname, '../../..');
const USER_JOB = join(ROOT, 'test/e2e/images/user-job');
const ENGINE = 'localhost/millrace-image-test/engine';
const JOBS = 'localhost/millrace-image-test/jobs';
const BYTES_MAX = 200e6;
const LOCKED_DOWN = [
  ...['run', '--rm', '--read-only', '--tmpfs', '/tmp', '--network', 'none'],
  ...['--cap-drop', 'ALL', '--security-opt', 'no-new-privileges'],
];
/** Lists the packages that Node could load, as name@version. */
const LIST_PACKAGES = `
  const read = (path) => JSON.parse(fs.readFileSync(path));
  const paths = fs.globSync('/app/**/node_modules/{*,@*/*}/package.json');
  console.log(JSON.stringify(paths.map(read).map(({ name, version }) => name + '@' + version)));
`;

interface ImageFacts {
  readonly Size: number;
  readonly RootFS: { readonly Layers: readonly string[] };
  readonly Config: {
    readonly User: string;
    readonly WorkingDir: string;
    readonly Entrypoint: readonly string[];
    readonly Labels: Readonly<Record<string, string>>;
  };
}

const { own } = inject('facts');

describe.skipIf(own === undefined)('the image', () => {
  let cli: DockerCli;
  let base: Readonly<Record<string, string>>;
  let workDirectory: string;

  beforeAll(async () => {
    if (own === undefined) throw new Error('the suite has no daemon of its own here');
    cli = { host: own.dockerHost, command: own.dockerCommand };
    base = { BUILD_IMAGE: own.buildImage, BASE_IMAGE: own.baseImage };
    workDirectory = join(own.workDirectory, 'image-test');
    await buildEngine(ENGINE);
    await build(JOBS, [...buildArguments({ ENGINE }), USER_JOB]);
  });

  async function build(tag: string, rest: readonly string[]): Promise<void> {
    await runDocker(cli, ['build', '--quiet', '--network', 'host', '--tag', tag, ...rest]);
  }

  async function buildEngine(tag: string, ...options: readonly string[]): Promise<void> {
    const file = join(ROOT, 'runtime/Dockerfile');
    await build(tag, [...options, ...buildArguments(base), '--file', file, ROOT]);
  }

  async function inspect(image: string): Promise<ImageFacts> {
    const [facts] = JSON.parse(await runDocker(cli, ['image', 'inspect', image])) as ImageFacts[];
    if (facts === undefined) throw new Error(`there is no image ${image}`);
    return facts;
  }

  const run = (...args: readonly string[]): Promise<string> =>
    runDocker(cli, [...LOCKED_DOWN, ...args]);
  const evaluate = (script: string): Promise<string> =>
    run('--entrypoint', 'node', ENGINE, '-e', script);

  /** A directory that the container may write to; the path is the same on both sides. */
  async function openDirectory(name: string): Promise<string> {
    const path = join(workDirectory, name);
    await mkdir(path, { recursive: true });
    await chown(path, RUNTIME_USER, RUNTIME_USER);
    return path;
  }

  it('is smaller than 200 MB', async () => {
    expect((await inspect(ENGINE)).Size).toBeLessThan(BYTES_MAX);
  });

  it('says who runs, where, and what it is', async () => {
    const { User, WorkingDir, Entrypoint, Labels } = (await inspect(ENGINE)).Config;
    expect({ User, WorkingDir, Entrypoint }).toEqual({
      User: `${RUNTIME_USER}:${RUNTIME_USER}`,
      WorkingDir: '/app',
      Entrypoint: ['node', 'runtime/main.ts'],
    });
    expect(Labels).toMatchObject({
      'org.opencontainers.image.title': 'Millrace',
      'org.opencontainers.image.version': (await readPackage()).version,
      'org.opencontainers.image.base.name': base['BASE_IMAGE'],
      'millrace.sbom': '/app/sbom.cdx.json',
    });
  });

  it('has the production packages of the lockfile, no others, and lists just these', async () => {
    const expected = await listProductionPackages();
    const installed = JSON.parse(await evaluate(LIST_PACKAGES)) as string[];
    expect(installed.toSorted()).toEqual(expected);
    const sbom = JSON.parse(
      await evaluate("process.stdout.write(fs.readFileSync('/app/sbom.cdx.json'))"),
    ) as { readonly components: readonly { readonly name: string; readonly version: string }[] };
    const listed = sbom.components.map(({ name, version }) => `${name}@${version}`);
    expect(listed.toSorted()).toEqual(expected);
  });

  it('has one Node, and no shell', async () => {
    const big = "fs.globSync('/**/node').filter((path) => fs.statSync(path).size > 50e6)";
    expect(JSON.parse(await evaluate(`console.log(JSON.stringify(${big}))`))).toHaveLength(1);
    await expect(run('--entrypoint', 'sh', ENGINE, '-c', 'true')).rejects.toThrow('not found');
  });

  it('cannot be written to, has no capability, and is not root', async () => {
    const write =
      "try { fs.writeFileSync('/app/x', '') } catch (error) { console.log(error.code) }";
    expect(await evaluate(write)).toBe('EROFS\n');
    const status = await evaluate("console.log(fs.readFileSync('/proc/self/status', 'utf8'))");
    expect(status).toMatch(/^Uid:\t10001\t10001\t/m);
    expect(status).toMatch(/^CapEff:\t0+$/m);
    expect(status).toMatch(/^NoNewPrivs:\t1$/m);
  });

  it('says its version, and explains the job that comes with it', async () => {
    expect(await run(ENGINE, '--version')).toBe(`${(await readPackage()).version}\n`);
    expect(await run(ENGINE, 'explain', 'monitoring')).toContain('job monitoring (bounded), plan ');
  });

  it('runs the example job on its own data, without network, to the known answer', async () => {
    const results = await openDirectory('monitoring');
    const job = ['run', 'monitoring', '--check', '--out', '/out'];
    // The check decides the exit code.
    await run('--volume', `${results}:/out`, ENGINE, ...job);
    expect(await readdir(results)).not.toEqual([]);
  });

  it('takes the jobs of a user on top in two lines, and runs one by its path', async () => {
    const results = await openDirectory('orders');
    const job = ['run', 'jobs/orders.ts', '--out', '/out'];
    await run('--volume', `${results}:/out`, JOBS, ...job);
    expect(await readTotals(results)).toEqual(expectedTotals());
    const [engine, jobs] = [await inspect(ENGINE), await inspect(JOBS)];
    expect(jobs.RootFS.Layers.slice(0, -1)).toEqual(engine.RootFS.Layers);
  });

  it('takes the jobs of a volume by name', async () => {
    const jobs = `${join(USER_JOB, 'jobs')}:/var/lib/millrace/jobs:ro`;
    const directory = 'JOB_MANAGER_REMOTE_JOBS_DIR=/var/lib/millrace/jobs';
    const named = ['--volume', jobs, '--env', directory, '--env', 'JOB_NAME=orders'];
    expect(await run(...named, ENGINE, 'check')).toContain('orders');
  });

  it('has the same layers when it is built again from nothing', async () => {
    const again = `${ENGINE}:again`;
    await buildEngine(again, '--no-cache');
    expect((await inspect(again)).RootFS.Layers).toEqual((await inspect(ENGINE)).RootFS.Layers);
  });
});

async function readPackage(): Promise<{ readonly version: string }> {
  return JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as { version: string };
}

async function listProductionPackages(): Promise<readonly string[]> {
  const lockfile = JSON.parse(await readFile(join(ROOT, 'package-lock.json'), 'utf8')) as {
    readonly packages: Readonly<Record<string, { readonly version: string; readonly dev?: true }>>;
  };
  return Object.entries(lockfile.packages)
    .filter(([path, { dev }]) => path !== '' && dev !== true)
    .map(([path, { version }]) => `${path.replace(/^.*node_modules\//, '')}@${version}`)
    .sort();
}

async function readTotals(directory: string): Promise<Readonly<Record<string, number>>> {
  const files = await readdir(directory);
  const texts = await Promise.all(files.map((file) => readFile(join(directory, file), 'utf8')));
  const lines = texts.flatMap((text) => text.split('\n')).filter((line) => line !== '');
  const totals = lines.map((line) => JSON.parse(line) as { customer: string; cents: number });
  return Object.fromEntries(totals.map(({ customer, cents }) => [customer, cents]));
}

/** Without the engine. */
function expectedTotals(): Readonly<Record<string, number>> {
  const totals: Record<string, number> = {};
  for (const { customer, cents } of ORDERS) totals[customer] = (totals[customer] ?? 0) + cents;
  return totals;
}
