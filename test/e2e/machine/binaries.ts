// The cluster's programs, built from the Go modules of test/e2e/go and kept in the cache. The key of a build is a hash of
// all that goes into it, so a changed module is built anew and an old build can be deleted at any time.
//   I1. A directory with the name of a key holds a whole build: programs are built elsewhere and moved in at the end.
//   I2. A build that is stopped leaves its programs in the scratch directory only, which the janitor removes.

import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** Runs one Go command in a directory; how it is stopped is the caller's business. */
export type GoCommand = (
  command: readonly [string, ...string[]],
  options: { readonly directory: string; readonly environment: Readonly<Record<string, string>> },
) => Promise<void>;

interface GoModule {
  readonly name: string;
  /** What to build, by import path; a path's last part names the program. */
  readonly packages: readonly string[];
  /** The name of the only program, where the import path does not say it. */
  readonly output?: string;
  /** How long a build took on two cores with nothing in Go's caches. */
  readonly coldSeconds: number;
}

const COMMANDS = 'k8s.io/kubernetes/cmd';
const MODULES: readonly GoModule[] = [
  {
    name: 'kube',
    packages: [
      `${COMMANDS}/kube-apiserver`,
      `${COMMANDS}/kube-controller-manager`,
      `${COMMANDS}/kube-scheduler`,
      `${COMMANDS}/kubelet`,
      `${COMMANDS}/kube-proxy`,
      `${COMMANDS}/kubectl`,
    ],
    coldSeconds: 330,
  },
  { name: 'kube', packages: ['go.etcd.io/etcd/server/v3'], output: 'etcd', coldSeconds: 15 },
  { name: 'coredns', packages: ['.'], output: 'coredns', coldSeconds: 50 },
  {
    name: 'metrics-server',
    packages: ['sigs.k8s.io/metrics-server/cmd/metrics-server'],
    coldSeconds: 180,
  },
  { name: 'pause', packages: ['.'], output: 'pause', coldSeconds: 5 },
];

/** Static programs, so that no C compiler is needed and they run in an empty image. */
const ENVIRONMENT = { CGO_ENABLED: '0' };
/** Counts up when programs are built in another way from the same modules. */
const RECIPE = 1;
/** Go says nothing while it builds. */
const HEARTBEAT_MS = 30_000;

/** The modules as they are in the repository. */
export const GO_DIRECTORY = resolve(import.meta.dirname, '../go');

/** Where everything that may be kept between runs is. */
export function cacheDirectory(environment: NodeJS.ProcessEnv = process.env): string {
  const named = environment['MILLRACE_E2E_CACHE'];
  if (named !== undefined && named !== '') return resolve(named);
  const shared = environment['XDG_CACHE_HOME'];
  const base = shared === undefined || shared === '' ? join(homedir(), '.cache') : shared;
  return join(base, 'millrace', 'e2e');
}

/** Names a build: the same files, processor and recipe give the same name. */
export function buildKey(directory = GO_DIRECTORY, architecture: string = process.arch): string {
  const hash = createHash('sha256').update(JSON.stringify([RECIPE, architecture]));
  const files = readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  for (const file of files) {
    const content = readFileSync(file);
    hash.update(JSON.stringify([file.slice(directory.length), content.length])).update(content);
  }
  return hash.digest('hex').slice(0, 16);
}

/** Where a build is, and whether it is there. */
export function findBuild(cache: string): {
  readonly directory: string;
  readonly isThere: boolean;
} {
  const directory = join(cache, `bin-${buildKey()}`);
  return { directory, isThere: existsSync(directory) };
}

/** Builds what is missing; afterwards the directory is whole. */
export async function buildBinaries(
  directory: string,
  options: {
    readonly scratch: string;
    readonly go: GoCommand;
    readonly onProgress: (line: string) => void;
  },
): Promise<void> {
  const { scratch, go, onProgress } = options;
  const coldSeconds = MODULES.reduce((sum, { coldSeconds: seconds }) => sum + seconds, 0);
  const minutes = Math.ceil(coldSeconds / 60);
  onProgress(`building Kubernetes from Go modules, once: up to ${minutes} minutes on two cores`);
  await rm(scratch, { recursive: true, force: true });
  await mkdir(scratch, { recursive: true });
  for (const [index, module] of MODULES.entries()) {
    const programs = module.output ?? module.packages.map(programOf).join(', ');
    onProgress(`building ${programs} (${index + 1} of ${MODULES.length})`);
    const startedMs = performance.now();
    const heartbeat = setInterval(() => {
      const seconds = Math.round((performance.now() - startedMs) / 1000);
      onProgress(`... ${seconds} s of about ${module.coldSeconds}`);
    }, HEARTBEAT_MS);
    try {
      await go(buildCommand(module, scratch), {
        directory: join(GO_DIRECTORY, module.name),
        environment: ENVIRONMENT,
      });
    } finally {
      clearInterval(heartbeat);
    }
  }
  await rename(scratch, directory); // I1
}

function buildCommand(module: GoModule, scratch: string): readonly [string, ...string[]] {
  const output = module.output === undefined ? `${scratch}/` : join(scratch, module.output);
  return [
    'go',
    'build',
    '-trimpath',
    '-buildvcs=false',
    '-ldflags',
    `-s -w ${versionFlags()}`,
    '-o',
    output,
    ...module.packages,
  ];
}

/** Kubernetes learns its version from the linker. */
function versionFlags(): string {
  const { version, major, minor } = kubernetesVersion();
  const variable = '-X k8s.io/component-base/version';
  return [
    `${variable}.gitVersion=${version}`,
    `${variable}.gitMajor=${major}`,
    `${variable}.gitMinor=${minor}`,
  ].join(' ');
}

/** The version that go.mod asks for. */
export function kubernetesVersion(): { version: string; major: string; minor: string } {
  const text = readFileSync(join(GO_DIRECTORY, 'kube', 'go.mod'), 'utf8');
  const [, version, major, minor] = /k8s\.io\/kubernetes (v(\d+)\.(\d+)\.\d+)/.exec(text) ?? [];
  if (version === undefined || major === undefined || minor === undefined) {
    throw new Error('test/e2e/go/kube/go.mod requires no version of k8s.io/kubernetes');
  }
  return { version, major, minor };
}

const programOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
