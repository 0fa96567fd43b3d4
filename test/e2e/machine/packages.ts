// What the cluster needs from the Debian distribution: container runtime, network plugins, image builder and registry.
// Something that is there already, from wherever, is not installed again. Nothing that is installed is started: the
// suite starts what it needs by itself, in namespaces of its own. Installed packages stay.

import { existsSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

import { runCommand } from './command.ts';

/** Where the plugins are that connect pods to the node's bridge. */
export const NETWORK_PLUGIN_DIRECTORIES = ['/usr/lib/cni', '/opt/cni/bin'] as const;

/** A package, and commands or absolute paths of which one shows that what it brings is there. */
const NEEDED: readonly (readonly [name: string, ...signs: string[]])[] = [
  ['docker.io', 'dockerd'],
  ['containerd', 'containerd'],
  ['runc', 'runc'],
  ['docker-registry', 'docker-registry'],
  ['containernetworking-plugins', ...NETWORK_PLUGIN_DIRECTORIES.map((path) => `${path}/bridge`)],
  ['iptables', 'iptables'],
  ['iproute2', 'ip'],
  ['conntrack', 'conntrack'],
  ['kmod', 'modprobe'],
  ['tini', 'tini'],
  ['openssl', 'openssl'],
  ['busybox-static', '/bin/busybox'],
  ['ca-certificates', '/etc/ssl/certs/ca-certificates.crt'],
];

/** Debian keeps commands of the administrator where PATH may not lead. */
const COMMAND_DIRECTORIES = [
  ...(process.env['PATH'] ?? '').split(delimiter),
  '/usr/sbin',
  '/usr/bin',
  '/sbin',
  '/bin',
];
/** Asked by the packages' scripts before they start a service; 101 forbids it. */
const START_POLICY = '/usr/sbin/policy-rc.d';

/** The packages to install. */
export function missingPackages(isThere: (sign: string) => boolean = isInstalled): string[] {
  return NEEDED.filter(([, ...signs]) => !signs.some(isThere)).map(([name]) => name);
}

/** Installs packages without starting what is in them. Not to be stopped midway, so there is no signal. */
export async function installPackages(names: readonly string[]): Promise<void> {
  const environment = { DEBIAN_FRONTEND: 'noninteractive' };
  const mayStart = !existsSync(START_POLICY);
  if (mayStart) await writeFile(START_POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    await runCommand(['apt-get', 'update', '-q'], { environment });
    await runCommand(['apt-get', 'install', '-qy', '--no-install-recommends', ...names], {
      environment,
    });
  } finally {
    if (mayStart) await rm(START_POLICY);
  }
}

/** The path of a command, which PATH need not lead to. */
export function findCommand(name: string): string | undefined {
  return COMMAND_DIRECTORIES.map((directory) => join(directory, name)).find(existsSync);
}

function isInstalled(sign: string): boolean {
  return sign.startsWith('/') ? existsSync(sign) : findCommand(sign) !== undefined;
}
