// Starts worker processes for an embedded cluster before anything else is loaded: they start while this process is still
// importing, and wait for their settings on the channel to their parent.
//   I1. A worker ends when the channel closes, so it never outlives its parent, however the parent went.

import { type ChildProcess, spawn } from 'node:child_process';
import { getCompileCacheDir } from 'node:module';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url));

/** Settings of a worker, as environment variables. */
export type WorkerEnvironment = Readonly<Record<string, string>>;

/** Processes on their way; each waits for `sendEnvironment`. `environment` is inherited. */
export function startWorkerProcesses(
  count: number,
  environment: Readonly<Record<string, string | undefined>>,
): readonly ChildProcess[] {
  return Array.from({ length: count }, () =>
    spawn(process.execPath, [...process.execArgv, MAIN, 'worker'], {
      env: { ...compileCache(), ...environment },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      detached: true, // an interrupt at the terminal is the parent's to handle
    }),
  );
}

/** Lets a started worker go on; one that has ended already is noticed by its end. */
export function sendEnvironment(worker: ChildProcess, environment: WorkerEnvironment): void {
  worker.send(environment, () => undefined);
}

/** In a worker: what its parent sends, or undefined when the parent goes without a word. */
export function receiveEnvironment(): Promise<WorkerEnvironment | undefined> {
  return new Promise((resolve) => {
    process.once('disconnect', () => {
      resolve(undefined);
    });
    process.once('message', (message) => {
      resolve(message as WorkerEnvironment);
    });
  });
}

/** As a variable, V8's code cache also serves entry modules and threads, which start before they could ask for it. */
function compileCache(): WorkerEnvironment {
  const directory = getCompileCacheDir();
  return directory === undefined ? {} : { NODE_COMPILE_CACHE: directory };
}
