// Ends a container's process from the node, as the kernel does when memory runs out: at once, without a word.

import { readdirSync, readFileSync } from 'node:fs';
import type { V1Pod } from '@kubernetes/client-node';

/** Kills every process of a pod's container that runs the engine; the kubelet then starts the container again. */
export function killContainer(pod: V1Pod): void {
  const uid = pod.metadata?.uid;
  if (uid === undefined) throw new Error('the pod has no uid');
  const found = processIds().filter((pid) => belongsTo(pid, uid) && runsEngine(pid));
  if (found.length === 0) throw new Error(`no process of pod ${uid} is visible on this machine`);
  for (const pid of found) process.kill(pid, 'SIGKILL');
}

function processIds(): readonly number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => Number.isInteger(pid));
}

function belongsTo(pid: number, podUid: string): boolean {
  return read(`/proc/${pid}/cgroup`).includes(`pod${podUid}`);
}

function runsEngine(pid: number): boolean {
  return read(`/proc/${pid}/cmdline`).includes('runtime/main.ts');
}

/** A process may end while it is looked at. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
