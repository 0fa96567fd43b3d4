// The host's side of the node: makes what the node needs from the machine (records first), starts it in namespaces of its
// own, joins it to the host by one link, and waits until it is ready. When the first process in there dies, the kernel
// ends all processes, mounts, firewall rules and bridges of the node.

import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { lastLines, runCommand } from '../machine/command.ts';
import { findCommand, NETWORK_PLUGIN_DIRECTORIES } from '../machine/packages.ts';
import { childrenOf } from '../machine/process-table.ts';
import { readCgroupRoots } from '../machine/requirements.ts';
import { writeConfiguration } from './configuration.ts';
import type { Layout } from './layout.ts';
import type { Network } from './network.ts';
import { readNodeStatus } from './node-status.ts';
import { plainEnvironment, startProcess, type RunningProcess } from './started-process.ts';
import type { Ledger } from './state.ts';

export interface NodeOptions {
  readonly cache: string;
  readonly layout: Layout;
  readonly network: Network;
  readonly binaries: string;
  readonly ledger: Ledger;
  readonly signal: AbortSignal;
  readonly onProgress: (line: string) => void;
}

/** Mounted on inside the node: kubelet and network plugins know no other place. */
const MOUNT_POINTS = ['/var/lib/kubelet', '/var/lib/cni'];
/** What the kubelet sets for the whole machine. */
const SETTINGS = [
  'vm/overcommit_memory',
  'vm/panic_on_oom',
  'kernel/panic',
  'kernel/panic_on_oops',
  'kernel/keys/root_maxkeys',
  'kernel/keys/root_maxbytes',
].map((name) => `/proc/sys/${name}`);
const BRIDGE_FILTER = '/proc/sys/net/bridge/bridge-nf-call-iptables';
const NAMESPACES = ['--net', '--pid', '--mount', '--uts', '--ipc'] as const;
const POLL_MS = 100;
const FIRST_PROCESS_MS = 10_000;

/** Starts the node; returns the pid of its first process. */
export async function startNode(options: NodeOptions): Promise<number> {
  const { layout, signal, ledger, network } = options;
  await refuseTakenAddresses(network);
  await loadBridgeFilter();
  await prepareMachine(ledger, layout);
  await writeConfiguration({
    ...options,
    coreCount: availableParallelism(),
    pluginDirectory: NETWORK_PLUGIN_DIRECTORIES.find(existsSync) ?? NETWORK_PLUGIN_DIRECTORIES[0],
  });
  signal.throwIfAborted();
  const unshare = await startProcess(ledger, {
    name: 'node',
    logFile: join(layout.logs, 'node.log'),
    environment: plainEnvironment(layout.root),
    command: [
      ...(['unshare', ...NAMESPACES, '--fork', '--kill-child', '--mount-proc'] as const),
      ...['--propagation', 'private', findCommand('tini') ?? 'tini', '--'],
      ...[process.execPath, join(import.meta.dirname, 'node-main.ts')],
      ...[options.cache, String(network.block), options.binaries],
    ],
  });
  const firstPid = await findFirstProcess(unshare, signal);
  await connect(network, firstPid, signal);
  await waitUntilReady(options, unshare);
  return firstPid;
}

/** What the node needs before it starts, each written down before it is made. */
async function prepareMachine(ledger: Ledger, layout: Layout): Promise<void> {
  const mountPoints = MOUNT_POINTS.filter((directory) => !existsSync(directory));
  const settings = SETTINGS.map((path) => [path, readFileSync(path, 'utf8').trim()] as const);
  ledger.update({ mountPoints, settings: Object.fromEntries(settings) });
  for (const directory of mountPoints) mkdirSync(directory, { recursive: true });
  for (const root of readCgroupRoots()) mkdirSync(join(root, layout.cgroup), { recursive: true });
  for (const directory of [layout.logs, layout.podLogs, layout.volumes]) {
    await mkdir(directory, { recursive: true });
  }
}

async function refuseTakenAddresses({ block, everything }: Network): Promise<void> {
  const routes = await runCommand(['ip', '-4', 'route', 'show', 'root', everything]);
  const taken = routes.trim();
  if (taken === '') return;
  throw new Error(
    `the addresses 10.${block}.0.0/16 are in use here (${lastLines(taken, 1)}): set MILLRACE_E2E_NETWORK to another N of 10.N.0.0/16`,
  );
}

/** A module of the kernel that may not be loaded yet. */
async function loadBridgeFilter(): Promise<void> {
  if (!existsSync(BRIDGE_FILTER)) await runCommand(['modprobe', '-a', 'br_netfilter', 'overlay']);
}

async function findFirstProcess(unshare: RunningProcess, signal: AbortSignal): Promise<number> {
  const deadlineMs = performance.now() + FIRST_PROCESS_MS;
  while (performance.now() < deadlineMs) {
    const [child] = childrenOf(unshare.pid);
    if (child !== undefined) return child.pid;
    await delay(POLL_MS / 5, undefined, { signal });
  }
  throw new Error('the node did not start: `unshare` made no process');
}

async function connect(network: Network, pid: number, signal: AbortSignal): Promise<void> {
  const { link, hostAddress, nodeAddress, everything } = network;
  const ip = async (line: string): Promise<string> =>
    runCommand(['ip', ...line.split(' ')], { signal });
  await ip(`link add ${link} type veth peer name eth0 netns ${pid}`);
  await ip(`address add ${hostAddress}/30 dev ${link}`);
  await ip(`link set ${link} up`);
  await ip(`route add ${everything} via ${nodeAddress}`);
}

async function waitUntilReady(options: NodeOptions, unshare: RunningProcess): Promise<void> {
  const { layout, signal, onProgress } = options;
  let end: number | string | undefined;
  void unshare.ended.then((how) => (end = how));
  let shown = 0;
  for (;;) {
    const status = readNodeStatus(layout.nodeStatusFile);
    for (const step of status.steps.slice(shown)) onProgress(step);
    shown = status.steps.length;
    if (status.kind === 'ready') return;
    if (status.kind === 'failed' || end !== undefined) {
      const logFile = status.logFile ?? join(layout.logs, 'node.log');
      const message = status.message ?? `the node ended (${end ?? 'unknown'})`;
      throw new Error(
        `${message}; the end of ${logFile}:\n${lastLines(readFileSync(logFile, 'utf8'))}`,
      );
    }
    await delay(POLL_MS, undefined, { signal });
  }
}
