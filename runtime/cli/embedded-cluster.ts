// A whole cluster on one machine: the coordinator in this process, each worker a process of its own, the same program that
// the containers run.
//   I1. No worker outlives this process (see worker-process.ts).

import type { ChildProcess } from 'node:child_process';
import { renderEnvironment } from '../config/environment.ts';
import { readProcessEnvironment } from '../config/process-environment.ts';
import type { Settings } from '../config/schema.ts';
import { CONNECTORS } from '../connectors/catalog.ts';
import { Coordinator } from '../coordinator/coordinator.ts';
import { systemClock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import { systemRandom } from '../core/random.ts';
import { engineVersion } from './version.ts';
import { sendEnvironment, startWorkerProcesses } from './worker-process.ts';

const LOOPBACK = '127.0.0.1';
const STOP_TIMEOUT_MS = 5_000;

export interface EmbeddedClusterOptions {
  readonly workers: number;
  /** The worker processes, if they were started already; else they are started here. */
  readonly processes?: readonly ChildProcess[];
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
  readonly #workers: readonly ChildProcess[];
  /** Resolves with how a worker ended that nobody told to. */
  readonly workerEnded: Promise<string>;
  #onWorkerEnded: (how: string) => void = () => undefined;
  #isStopping = false;

  private constructor(options: EmbeddedClusterOptions) {
    this.#options = options;
    this.workerEnded = new Promise((resolve) => {
      this.#onWorkerEnded = resolve;
    });
    this.#workers =
      options.processes ?? startWorkerProcesses(options.workers, readProcessEnvironment());
    this.coordinator = new Coordinator({
      version: engineVersion(),
      ...options.settings,
      clock: systemClock,
      random: systemRandom,
      log: options.log,
      enumerators: CONNECTORS.enumerators,
    });
  }

  /** Resolves when the coordinator listens and the workers are on their way. */
  static async start(options: EmbeddedClusterOptions): Promise<EmbeddedCluster> {
    const cluster = new EmbeddedCluster(options);
    const rpcPort = await cluster.coordinator.listen(LOOPBACK, 0);
    for (const worker of cluster.#workers) cluster.#settle(worker, rpcPort);
    return cluster;
  }

  /** Process ids of the workers. */
  get workerPids(): readonly number[] {
    return this.#workers.flatMap((worker) => worker.pid ?? []);
  }

  /** Resolves when every worker process is gone. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    const ended = this.#workers.map((worker) => endOf(worker));
    for (const worker of this.#workers) worker.kill('SIGTERM');
    const cancel = systemClock.after(STOP_TIMEOUT_MS, () => {
      for (const worker of this.#workers) worker.kill('SIGKILL');
    });
    await Promise.all(ended);
    cancel();
    this.coordinator.stop();
  }

  /** Tells a worker its settings, and hears what it writes. */
  #settle(worker: ChildProcess, rpcPort: number): void {
    const { settings } = this.#options;
    worker.stdout?.on('data', (chunk: Buffer) => {
      this.#options.onOutput('stdout', chunk.toString());
    });
    worker.stderr?.on('data', (chunk: Buffer) => {
      this.#options.onOutput('stderr', chunk.toString());
    });
    void endOf(worker).then(() => {
      const how =
        worker.signalCode === null ? `exit code ${worker.exitCode ?? 0}` : worker.signalCode;
      if (!this.#isStopping) this.#onWorkerEnded(`process ${worker.pid ?? 0}, ${how}`);
    });
    sendEnvironment(
      worker,
      renderEnvironment({
        ...settings,
        coordinatorHost: LOOPBACK,
        bindHost: LOOPBACK,
        workerHost: LOOPBACK,
        rpcPort,
        dataPort: 0,
        probePort: 0,
      }),
    );
  }
}

function endOf(worker: ChildProcess): Promise<void> {
  if (worker.exitCode !== null || worker.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    worker.once('close', () => {
      resolve();
    });
  });
}
