// The `millrace` command as a process, for tests: what it says, how it ends, and the worker processes it starts.

import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { until } from '../cluster/harness.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const MAIN = fileURLToPath(new URL('../../runtime/main.ts', import.meta.url));

/** How a command ended. */
export interface Ended {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command that was started. */
export class RunningCommand {
  stdout = '';
  stderr = '';
  readonly process: ChildProcess;
  readonly ended: Promise<Ended>;

  constructor(args: readonly string[], environment: Readonly<Record<string, string>> = {}) {
    this.process = spawn(process.execPath, [MAIN, ...args], {
      cwd: ROOT,
      env: { ...process.env, NO_COLOR: '1', ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.process.stdout?.on('data', (chunk: Buffer) => (this.stdout += chunk.toString()));
    this.process.stderr?.on('data', (chunk: Buffer) => (this.stderr += chunk.toString()));
    this.ended = new Promise((resolve) => {
      this.process.once('close', (exitCode, signal) => {
        resolve({ exitCode, signal, stdout: this.stdout, stderr: this.stderr });
      });
    });
  }

  get pid(): number {
    return this.process.pid ?? -1;
  }

  /** Process ids of its workers, once there are so many; only where the system tells them. */
  workers(count: number): Promise<readonly number[]> {
    return until(`${count} workers are started`, () => {
      const children = childrenOf(this.pid);
      return children.length >= count && children;
    });
  }

  /** What the page's line says, once it is there. */
  async pageUrl(): Promise<string> {
    return until('the page is up', () => /page: (http:\S+)/.exec(this.stderr)?.[1]);
  }
}

/** Runs a command to its end. */
export function millrace(...args: readonly string[]): Promise<Ended> {
  return new RunningCommand(args).ended;
}

function childrenOf(pid: number): readonly number[] {
  const list = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  return list === '' ? [] : list.split(' ').map(Number);
}
