// How the node tells the host how far it is: one small file, replaced as a whole, since the host outlives and precedes
// the node and no pipe between them should.

import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';

/** How far the node's start is. */
export interface NodeStatus {
  readonly kind: 'starting' | 'ready' | 'failed';
  /** What is done, in order. */
  readonly steps: readonly string[];
  /** Of a failure: what went wrong, and the log that says more. */
  readonly message?: string;
  readonly logFile?: string;
}

/** Replaces the status. */
export function writeNodeStatus(file: string, status: NodeStatus): void {
  writeFileSync(`${file}.new`, JSON.stringify(status));
  renameSync(`${file}.new`, file);
}

/** The status, before which nothing is done. */
export function readNodeStatus(file: string): NodeStatus {
  if (!existsSync(file)) return { kind: 'starting', steps: [] };
  return JSON.parse(readFileSync(file, 'utf8')) as NodeStatus;
}
