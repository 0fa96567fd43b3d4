// What the kernel says of processes. A pid alone names nobody, since pids are used again: a process is its pid and the
// time it was started at, in this boot of the machine.

import { readdirSync, readFileSync } from 'node:fs';

/** A process that cannot be mistaken for a later one with the same pid. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks since the machine was booted. */
  readonly startTime: number;
}

/** One process that runs; those that only wait to be reaped are not listed. */
export interface ProcessEntry extends ProcessIdentity {
  readonly parentPid: number;
  readonly groupId: number;
}

/** Distinguishes boots: start times begin anew with each. */
export function readBootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
}

/** Everything that runs now. */
export function readProcessTable(): ProcessEntry[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => readProcess(Number(name)))
    .filter((entry) => entry !== undefined);
}

/** One process, or undefined if it has ended. */
export function readProcess(pid: number): ProcessEntry | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch (error) {
    if (hasEnded(error)) return undefined;
    throw error;
  }
  return parseStat(stat);
}

/** A line of /proc/PID/stat. The name in brackets may hold anything, so fields count from the last bracket. */
export function parseStat(stat: string): ProcessEntry | undefined {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, parentPid, groupId] = fields;
  if (state === 'Z' || state === 'X') return undefined;
  return {
    pid: Number.parseInt(stat, 10),
    parentPid: Number(parentPid),
    groupId: Number(groupId),
    startTime: Number(fields[19]),
  };
}

/** Whether a process that was seen before still runs. */
export function isRunning({ pid, startTime }: ProcessIdentity): boolean {
  return readProcess(pid)?.startTime === startTime;
}

/** The processes started by one process. */
export function childrenOf(pid: number): ProcessEntry[] {
  return readProcessTable().filter((entry) => entry.parentPid === pid);
}

function hasEnded(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' || code === 'ESRCH';
}
