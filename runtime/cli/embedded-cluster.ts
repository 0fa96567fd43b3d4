// A whole cluster on one machine: the coordinator in this process, each worker a process of its own, the same program that
// the containers run.
//   I1. No worker outlives this process: it ends when the channel to its parent closes, however the parent went.

import { type ChildProcess, spawn } from 'node:child_process';
import { getCompileCacheDir } from 'node:module';
import { fileURLToPath } from 'node:url';
import { renderEnvironment } from '../config/environment.ts';
import { readProcessEnvironment } from '../config/load.ts';
import type { Settings } from '../config/schema.ts';
import { Coordinator } from '../coordinator/coordinator.ts';
import { systemClock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import { systemRandom } from '../core/random.ts';
import { engineVersion } from './version.ts';

const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url));
const LOOPBACK = '127.0.0.1';
const STOP_TIMEOUT_MS = 5_000;

export interface EmbeddedClusterOptions {
  readonly workers: number;
  /** For every process; ports are chosen here. */
  readonly settings: Settings;
  readonly log: Log;
  /** What a worker writes: results of print sinks on `stdout`, its log on `stderr`. */
  onOutput(stream: 'stdout' | 'stderr', text: string): void;
}

/** A running embedded cluster. */
export class EmbeddedCluster {
  readonly coordinator: Coordinator;
  readonly #options: EmbeddedClusterOptions;
  readonly #workers: ChildProcess[] = [];

  private constructor(options: EmbeddedClusterOptions) {
    this.#options = options;
    this.coordinator = new Coordinator({
      version: engineVersion(),
      ...options.settings,
      clock: systemClock,
      random: systemRandom,
      log: options.log,
    });
  }

  /** Resolves when the coordinator listens and the workers are on their way. */
  static async start(options: EmbeddedClusterOptions): Promise<EmbeddedCluster> {
    const cluster = new EmbeddedCluster(options);
    const rpcPort = await cluster.coordinator.listen(LOOPBACK, 0);
    for (let index = 0; index < options.workers; index++) cluster.#startWorker(rpcPort);
    return cluster;
  }

  /** Process ids of the workers. */
  get workerPids(): readonly number[] {
    return this.#workers.flatMap((worker) => worker.pid ?? []);
  }

  /** Resolves when every worker process is gone. */
  async stop(): Promise<void> {
    const ended = this.#workers.map((worker) => endOf(worker));
    for (const worker of this.#workers) worker.kill('SIGTERM');
    const cancel = systemClock.after(STOP_TIMEOUT_MS, () => {
      for (const worker of this.#workers) worker.kill('SIGKILL');
    });
    await Promise.all(ended);
    cancel();
    this.coordinator.stop();
  }

  #startWorker(rpcPort: number): void {
    const { settings } = this.#options;
    const environment = renderEnvironment({
      ...settings,
      coordinatorHost: LOOPBACK,
      bindHost: LOOPBACK,
      workerHost: LOOPBACK,
      rpcPort,
      dataPort: 0,
      probePort: 0,
    });
    const worker = spawn(process.execPath, [...process.execArgv, MAIN, 'worker'], {
      env: { ...compileCache(), ...readProcessEnvironment(), ...environment },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      detached: true, // an interrupt at the terminal is this process's to handle
    });
    worker.stdout?.on('data', (chunk: Buffer) => {
      this.#options.onOutput('stdout', chunk.toString());
    });
    worker.stderr?.on('data', (chunk: Buffer) => {
      this.#options.onOutput('stderr', chunk.toString());
    });
    this.#workers.push(worker);
  }
}

/** As a variable, V8's code cache also serves entry modules and threads, which start before they could ask for it. */
function compileCache(): Readonly<Record<string, string>> {
  const directory = getCompileCacheDir();
  return directory === undefined ? {} : { NODE_COMPILE_CACHE: directory };
}

function endOf(worker: ChildProcess): Promise<void> {
  if (worker.exitCode !== null || worker.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    worker.once('close', () => {
      resolve();
    });
  });
}
