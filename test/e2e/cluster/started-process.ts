// Starts a process that may run as long as the run or longer: the node, dockerd, builds, scenarios. Each leads a session
// of its own, so Ctrl-C in a terminal reaches the runner only, which then has the janitor stop everything in one way.
//   I1. Nothing runs that is not in the state file: a shell waits until its pid is written down, and becomes the command.

import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';

import { isRunning, readProcess } from '../machine/process-table.ts';
import type { Ledger, StartedProcess } from './state.ts';

export interface StartOptions {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
  /** Where its output goes; without one it goes where the runner's goes. */
  readonly logFile?: string;
  readonly directory?: string;
  readonly environment?: NodeJS.ProcessEnv;
}

/** A process and its end. */
export interface RunningProcess extends StartedProcess {
  /** The exit code, or the signal's name. */
  readonly ended: Promise<number | string>;
}

/** Names the run a process belongs to, for people who look at what runs. */
const RUN_VARIABLE = 'MILLRACE_E2E_RUN';

/** An environment without proxies, agents and other settings of whoever started the run. */
export function plainEnvironment(home: string): NodeJS.ProcessEnv {
  return { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', HOME: home };
}

/** Starts a process and records it. */
export async function startProcess(ledger: Ledger, options: StartOptions): Promise<RunningProcess> {
  const { name, command, logFile, directory, environment = process.env } = options;
  if (logFile !== undefined) await mkdir(dirname(logFile), { recursive: true });
  const output = logFile === undefined ? 'inherit' : openSync(logFile, 'a');
  const child = spawn('/bin/sh', ['-c', 'read -r _ && exec "$@"', name, ...command], {
    cwd: directory,
    env: { ...environment, [RUN_VARIABLE]: ledger.state.root },
    detached: true,
    stdio: ['pipe', output, output],
  });
  const ended = new Promise<number | string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(code ?? signal ?? 'unknown'));
  });
  if (typeof output === 'number') closeSync(output);
  const entry = child.pid === undefined ? undefined : readProcess(child.pid);
  if (entry === undefined) throw new Error(`${name} could not be started: ${await ended}`);
  const started = { name, pid: entry.pid, startTime: entry.startTime };
  ledger.update({ processes: [...ledger.state.processes, started] });
  child.stdin?.on('error', () => undefined); // Its end is reported by `ended`.
  child.stdin?.end('go\n'); // I1
  child.unref();
  return { ...started, ended };
}

/** Runs a process to its end, or ends it and its group at once when the signal says so. */
export async function runProcess(
  ledger: Ledger,
  options: StartOptions,
  signal: AbortSignal,
): Promise<number | string> {
  signal.throwIfAborted();
  const running = await startProcess(ledger, options);
  const stop = (): void => {
    if (isRunning(running)) process.kill(-running.pid, 'SIGKILL');
  };
  signal.addEventListener('abort', stop);
  // `unref` let go of it; somebody waits for this one.
  const keepAlive = setInterval(() => undefined, 60_000);
  try {
    return await running.ended;
  } finally {
    clearInterval(keepAlive);
    signal.removeEventListener('abort', stop);
    const { processes } = ledger.state;
    ledger.update({ processes: processes.filter(({ pid }) => pid !== running.pid) });
    signal.throwIfAborted();
  }
}
