// Undoes what a state file records. Used by the janitor only: after a run, after a crash, by `--down` and before a start.
// Each step may find its work done already, so a teardown that was stopped is simply done again.
//   I1. Nothing is killed by name: only recorded processes that are still the same, and their groups and children.
//   I2. The working directory is removed only if nothing is mounted in it.

import { existsSync, readFileSync, readdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { runCommand } from '../machine/command.ts';
import {
  isRunning,
  readBootId,
  readProcessTable,
  type ProcessEntry,
} from '../machine/process-table.ts';
import { readCgroupRoots } from '../machine/requirements.ts';
import { removeState, type RunState } from './state.ts';

const POLL_MS = 50;
const END_MS = 15_000;

/** Undoes everything; says what could not be undone, and then keeps the state file for another try. */
export async function tearDown(stateFile: string, state: RunState): Promise<string[]> {
  const isSameBoot = state.bootId === readBootId();
  const left = [
    ...(isSameBoot ? await endProcesses(state) : []),
    ...(await removeLink(state.link)),
    ...(await removeCgroups(state.cgroup)),
    ...(isSameBoot ? restoreSettings(state.settings) : []),
    ...removeMountPoints(state.mountPoints),
    ...(await removeDirectory(state.root)),
  ];
  if (left.length === 0) removeState(stateFile);
  return left;
}

/** Which processes to kill: recorded ones that are the same as ever, their groups, and what they started themselves. */
export function processesToKill(
  recorded: RunState['processes'],
  table: readonly ProcessEntry[],
): ProcessEntry[] {
  return recorded.flatMap(({ pid, startTime }) => {
    const leader = table.find((entry) => entry.pid === pid);
    if (leader !== undefined && leader.startTime !== startTime) return []; // I1
    return table.filter(
      (entry) =>
        entry.pid === pid ||
        (entry.groupId === pid && entry.startTime >= startTime) ||
        (leader !== undefined && entry.parentPid === pid),
    );
  });
}

async function endProcesses({ processes }: RunState): Promise<string[]> {
  const doomed = processesToKill(processes, readProcessTable());
  for (const entry of doomed) {
    if (isRunning(entry)) kill(entry.pid);
  }
  await until(() => !doomed.some(isRunning));
  return doomed.filter(isRunning).map(({ pid }) => `process ${pid} does not end`);
}

/** The link goes with the node's namespace, a moment after its last process. */
async function removeLink(link: string): Promise<string[]> {
  const isThere = (): boolean => existsSync(`/sys/class/net/${link}`);
  await until(() => !isThere());
  if (isThere()) await runCommand(['ip', 'link', 'delete', link]);
  return isThere() ? [`network link ${link}`] : [];
}

async function removeCgroups(name: string): Promise<string[]> {
  const trees = readCgroupRoots().map((root) => join(root, name));
  await until(() => {
    for (const tree of trees) removeTree(tree);
    return !trees.some(existsSync);
  });
  return trees.filter(existsSync).map((tree) => `control group ${tree}`);
}

/** A control group is removed by its directories; its files are the kernel's. */
function removeTree(directory: string): void {
  if (!existsSync(directory)) return;
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    if (entry.isDirectory()) removeTree(join(directory, entry.name));
  }
  tryRemove(directory);
}

function restoreSettings(settings: RunState['settings']): string[] {
  return Object.entries(settings).flatMap(([path, before]) => {
    if (readFileSync(path, 'utf8').trim() === before) return [];
    writeFileSync(path, before);
    return readFileSync(path, 'utf8').trim() === before ? [] : [`setting ${path}`];
  });
}

function removeMountPoints(directories: readonly string[]): string[] {
  return directories
    .filter((directory) => !tryRemove(directory))
    .map((directory) => `${directory} is not empty`);
}

async function removeDirectory(root: string): Promise<string[]> {
  const mounts = readFileSync('/proc/self/mounts', 'utf8').split('\n');
  const inside = mounts
    .map((line) => line.split(' ')[1] ?? '')
    .filter((path) => path === root || path.startsWith(`${root}/`));
  if (inside.length > 0) return inside.map((path) => `mount ${path}`); // I2
  await rm(root, { recursive: true, force: true, maxRetries: 3 });
  return [];
}

/** Removes an empty directory; false if it is still there. */
function tryRemove(directory: string): boolean {
  try {
    rmdirSync(directory);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return true;
    if (code === 'EBUSY' || code === 'ENOTEMPTY') return false;
    throw error;
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    // It ended in between.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

async function until(isDone: () => boolean): Promise<void> {
  const deadlineMs = performance.now() + END_MS;
  while (!isDone() && performance.now() < deadlineMs) await delay(POLL_MS);
}
