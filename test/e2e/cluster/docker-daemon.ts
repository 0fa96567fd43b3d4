// The image builder: a dockerd of the run's own, on the host's network, without bridge and firewall rules. Its data is in
// the working directory, its processes and mounts in namespaces that end with it.

import { existsSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import type { DockerCli } from '../images/docker-cli.ts';
import { lastLines, runCommand } from '../machine/command.ts';
import { findCommand } from '../machine/packages.ts';
import type { Layout } from './layout.ts';
import type { Network } from './network.ts';
import { plainEnvironment, startProcess } from './started-process.ts';
import type { Ledger } from './state.ts';

/** The distribution's CLI fits its daemon; another one found first in PATH may lack the builder's plugin. */
const DISTRIBUTION_CLI = '/usr/bin/docker';
const POLL_MS = 100;
const START_MS = 60_000;

/** Starts dockerd and waits until it answers. */
export async function startDocker(
  ledger: Ledger,
  { layout, network }: { readonly layout: Layout; readonly network: Network },
  signal: AbortSignal,
): Promise<DockerCli> {
  const directory = dirname(layout.dockerSocket);
  const logFile = join(layout.logs, 'dockerd.log');
  const host = `unix://${layout.dockerSocket}`;
  await mkdir(directory, { recursive: true });
  const flags = {
    'data-root': join(directory, 'data'),
    'exec-root': join(directory, 'exec'),
    pidfile: join(directory, 'dockerd.pid'),
    host,
    bridge: 'none',
    'ip-forward': false,
    iptables: false,
    ip6tables: false,
    'storage-driver': 'overlay2',
    'cgroup-parent': `/${layout.cgroup}/docker`,
    // Where systemd runs, its driver is the default, and takes slices only.
    'exec-opt': 'native.cgroupdriver=cgroupfs',
    'insecure-registry': network.registry,
  };
  const daemon = await startProcess(ledger, {
    name: 'dockerd',
    logFile,
    environment: plainEnvironment(directory),
    command: [
      ...(['unshare', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc'] as const),
      // Without a /run of its own it would leave files in the machine's.
      ...['sh', '-c', 'mount -t tmpfs tmpfs /run && exec tini -- dockerd "$@"', 'dockerd'],
      ...Object.entries(flags).map(([flag, value]) => `--${flag}=${value}`),
    ],
  });
  const cli = { host, command: dockerCommand() };
  let end: number | string | undefined;
  void daemon.ended.then((how) => (end = how));
  const deadlineMs = performance.now() + START_MS;
  while (!(await answers(cli, signal))) {
    if (end !== undefined || performance.now() > deadlineMs) {
      const log = lastLines(await readFile(logFile, 'utf8'));
      throw new Error(`dockerd did not start; the end of ${logFile}:\n${log}`);
    }
    await delay(POLL_MS, undefined, { signal });
  }
  return cli;
}

function dockerCommand(): string {
  return existsSync(DISTRIBUTION_CLI) ? DISTRIBUTION_CLI : (findCommand('docker') ?? 'docker');
}

async function answers({ host, command }: DockerCli, signal: AbortSignal): Promise<boolean> {
  return runCommand([command, 'version'], { signal, environment: { DOCKER_HOST: host } }).then(
    () => true,
    () => false,
  );
}
