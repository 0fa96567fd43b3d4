// Whether this machine can run a cluster of its own. `readFacts` looks, `canRun` decides, and says what is missing in
// words that name the remedy. What can be installed from the distribution is not a reason to refuse: see `packages.ts`.

import { accessSync, constants, readFileSync, statfsSync } from 'node:fs';
import { mkdir, mkdtemp, rmdir } from 'node:fs/promises';
import { availableParallelism, totalmem } from 'node:os';
import { join } from 'node:path';

import { runCommand } from './command.ts';

/** What was found; nothing inferred. */
export interface MachineFacts {
  readonly platform: string;
  readonly architecture: string;
  readonly isRoot: boolean;
  readonly coreCount: number;
  readonly memoryBytes: number;
  /** Free bytes where the cache is. */
  readonly diskFreeBytes: number;
  /** The cache is on an overlay, on which containers cannot be stacked. */
  readonly isCacheOnOverlay: boolean;
  readonly cacheDirectory: string;
  /** New network, pid and mount namespaces can be made. */
  readonly canUnshare: boolean;
  /** Control groups can be made. */
  readonly canMakeCgroups: boolean;
  readonly hasApt: boolean;
  /** Packages of the distribution that have to be installed first. */
  readonly missingPackages: readonly string[];
  /** As `go version` says it, or undefined. */
  readonly goVersion: string | undefined;
  /** The binaries of the cluster are in the cache. */
  readonly areBinariesBuilt: boolean;
}

/** Same facts, same decision. */
export type RunDecision =
  { readonly kind: 'yes' } | { readonly kind: 'no'; readonly reason: string };

const GIB = 2 ** 30;
const CORES_MIN = 2;
const MEMORY_BYTES_MIN = 6 * GIB;
const DISK_BYTES_MIN = 6 * GIB;
/** Go's caches of modules and objects take most of it. */
const DISK_BYTES_TO_BUILD_MIN = 20 * GIB;
/** From here on Go fetches the toolchain that go.mod asks for by itself. */
const GO_MINOR_MIN = 21;
/** A socket's path has at most 107 bytes, and the longest of ours adds 50 to the cache's. */
const CACHE_PATH_LENGTH_MAX = 57;
const OVERLAY_MAGIC = 0x794c7630;

/** Whether the suite can start a cluster here. */
export function canRun(facts: MachineFacts): RunDecision {
  const reason = reasonsAgainst(facts).find((candidate) => candidate !== undefined);
  return reason === undefined ? { kind: 'yes' } : { kind: 'no', reason };
}

function reasonsAgainst(facts: MachineFacts): (string | undefined)[] {
  const diskMin = facts.areBinariesBuilt ? DISK_BYTES_MIN : DISK_BYTES_TO_BUILD_MIN;
  const elsewhere = 'set MILLRACE_E2E_CACHE to another directory';
  return [
    when(
      facts.platform !== 'linux' || !/^(x64|arm64)$/.test(facts.architecture),
      `a cluster needs Linux on x64 or arm64, and this is ${facts.platform} on ${facts.architecture}`,
    ),
    when(!facts.isRoot, 'a cluster needs root: namespaces, mounts, a network link'),
    when(
      facts.coreCount < CORES_MIN,
      `scenarios need ${CORES_MIN} cores, and there is ${facts.coreCount}`,
    ),
    when(
      facts.memoryBytes < MEMORY_BYTES_MIN,
      `scenarios need ${gib(MEMORY_BYTES_MIN)} of memory, and there are ${gib(facts.memoryBytes)}`,
    ),
    when(!facts.canUnshare, 'namespaces cannot be made here (`unshare --net --pid --mount` fails)'),
    when(!facts.canMakeCgroups, 'control groups cannot be made under /sys/fs/cgroup'),
    when(
      facts.isCacheOnOverlay,
      `${facts.cacheDirectory} is on an overlay file system, on which containers cannot be stacked: ${elsewhere}`,
    ),
    when(
      facts.cacheDirectory.length > CACHE_PATH_LENGTH_MAX,
      `${facts.cacheDirectory} is too long a path for sockets (at most ${CACHE_PATH_LENGTH_MAX}): ${elsewhere}`,
    ),
    when(
      facts.diskFreeBytes < diskMin,
      `${facts.cacheDirectory} needs ${gib(diskMin)} free, and has ${gib(facts.diskFreeBytes)}: ${elsewhere}`,
    ),
    when(
      facts.missingPackages.length > 0 && !facts.hasApt,
      `these Debian packages or what they hold must be installed first: ${facts.missingPackages.join(' ')}`,
    ),
    facts.areBinariesBuilt ? undefined : reasonAgainstGo(facts.goVersion),
  ];
}

function reasonAgainstGo(version: string | undefined): string | undefined {
  const wanted = `Go 1.${GO_MINOR_MIN} or newer builds the cluster's binaries`;
  if (version === undefined) return `${wanted}, and \`go\` is not in PATH`;
  const [, major, minor] = /go(\d+)\.(\d+)/.exec(version) ?? [];
  const isNewEnough = Number(major) > 1 || Number(minor) >= GO_MINOR_MIN;
  return when(!isNewEnough, `${wanted}, and \`go version\` says: ${version}`);
}

/** Looks at the machine. Changes nothing that it does not undo at once. */
export async function readFacts(
  cache: { readonly directory: string; readonly areBinariesBuilt: boolean },
  missingPackages: readonly string[],
): Promise<MachineFacts> {
  const isRoot = process.getuid?.() === 0;
  await mkdir(cache.directory, { recursive: true });
  const disk = statfsSync(cache.directory);
  return {
    platform: process.platform,
    architecture: process.arch,
    isRoot,
    coreCount: availableParallelism(),
    memoryBytes: totalmem(),
    diskFreeBytes: disk.bavail * disk.bsize,
    isCacheOnOverlay: disk.type === OVERLAY_MAGIC,
    cacheDirectory: cache.directory,
    canUnshare:
      isRoot && (await succeeds(['unshare', '--net', '--pid', '--mount', '--fork', 'true'])),
    canMakeCgroups: isRoot && (await canMakeCgroups()),
    hasApt: await succeeds(['apt-get', '--version']),
    missingPackages,
    goVersion: await runCommand(['go', 'version']).then(
      (text) => text.trim(),
      () => undefined,
    ),
    areBinariesBuilt: cache.areBinariesBuilt,
  };
}

/** The hierarchies of control groups: one a controller, or a single one. */
export function readCgroupRoots(): string[] {
  const mounts = readFileSync('/proc/self/mounts', 'utf8').split('\n');
  return mounts
    .map((line) => line.split(' '))
    .filter(([, , type]) => type === 'cgroup' || type === 'cgroup2')
    .map(([, path = '']) => path);
}

async function canMakeCgroups(): Promise<boolean> {
  const [root] = readCgroupRoots();
  if (root === undefined) return false;
  try {
    accessSync(root, constants.W_OK);
    await rmdir(await mkdtemp(join(root, 'millrace-e2e-probe-')));
    return true;
  } catch {
    return false;
  }
}

async function succeeds(command: readonly [string, ...string[]]): Promise<boolean> {
  return runCommand(command).then(
    () => true,
    () => false,
  );
}

const when = (holds: boolean, reason: string): string | undefined => (holds ? reason : undefined);
const gib = (bytes: number): string => `${(bytes / GIB).toFixed(0)} GiB`;
