// Coordinator and workers as processes of their own, started with the verbs and the environment of pods, and seen from
// outside: by REST, by their logs, by their exit codes.

import { createServer, type AddressInfo } from 'node:net';
import { systemClock } from '../../runtime/core/clock.ts';
import type { ClusterSnapshot, JobSnapshot } from '../../runtime/protocol/cluster-snapshot.ts';
import { RunningCommand } from '../cli/command.ts';
import { isAlive } from './harness.ts';

const LOOK_AGAIN_MS = 20;
const DEADLINE_MS = 30_000;

type Environment = Readonly<Record<string, string>>;

/** Processes that find each other; `end` ends those that are left. */
export class Pods {
  readonly #environment: Environment;
  readonly #restPort: string;
  readonly #started: RunningCommand[] = [];

  private constructor(environment: Environment, restPort: string) {
    this.#environment = environment;
    this.#restPort = restPort;
  }

  /** `environment`: of every process, besides ports and hosts. */
  static async prepare(environment: Environment): Promise<Pods> {
    const [rpcPort, restPort] = [await freePort(), await freePort()];
    const own = {
      MILLRACE_RPC_PORT: rpcPort,
      MILLRACE_REST_PORT: restPort,
      MILLRACE_BIND_HOST: '127.0.0.1',
      MILLRACE_DATA_PORT: '0',
      MILLRACE_PROBE_PORT: '0',
      TASK_MANAGER_NUMBER_TASK_SLOTS: '1',
    };
    return new Pods({ ...own, ...environment }, restPort);
  }

  start(role: 'coordinator' | 'worker', environment: Environment = {}): RunningCommand {
    const pod = new RunningCommand([role], { ...this.#environment, ...environment });
    this.#started.push(pod);
    return pod;
  }

  async end(): Promise<void> {
    for (const pod of this.#started) {
      if (isAlive(pod.pid)) pod.process.kill('SIGKILL');
      await pod.ended;
    }
  }

  /** Resolves with what `look` finds in a snapshot, once it finds something; a coordinator that is away is asked again. */
  async until<Found>(
    what: string,
    look: (snapshot: ClusterSnapshot) => Found | undefined | false,
  ): Promise<Found> {
    const endMs = systemClock.monotonicMs() + DEADLINE_MS;
    for (;;) {
      const snapshot = await this.#snapshot();
      const found = snapshot === undefined ? undefined : look(snapshot);
      if (found !== undefined && found !== false) return found;
      if (systemClock.monotonicMs() > endMs) throw new Error(this.#describe(what, snapshot));
      await new Promise<void>((resolve) => {
        systemClock.after(LOOK_AGAIN_MS, resolve);
      });
    }
  }

  /** Resolves with an attempt of the job, once it has this status. */
  untilJob(attempt: number, status: JobSnapshot['status']): Promise<JobSnapshot> {
    return this.until(`attempt ${attempt} is ${status}`, ({ jobs }) =>
      jobs.find((job) => job.attempt === attempt && job.status === status),
    );
  }

  untilWorkers(count: number): Promise<true> {
    return this.until(`${count} workers`, ({ workers }) => workers.length === count);
  }

  /** As the page does; the status of the answer. */
  async cancel(jobId: string): Promise<number> {
    return (await this.#fetch(`jobs/${jobId}`, 'PATCH')).status;
  }

  async #snapshot(): Promise<ClusterSnapshot | undefined> {
    try {
      return (await (await this.#fetch('millrace/snapshot')).json()) as ClusterSnapshot;
    } catch (error) {
      if (error instanceof TypeError) return undefined; // nobody listens
      throw error;
    }
  }

  #fetch(path: string, method = 'GET'): Promise<Response> {
    return fetch(`http://127.0.0.1:${this.#restPort}/${path}`, { method });
  }

  #describe(what: string, snapshot: ClusterSnapshot | undefined): string {
    const jobs = snapshot?.jobs.map(({ attempt, status }) => `${attempt} ${status}`).join(', ');
    const said = this.#started.map(({ stderr }) => stderr).join('\n');
    return `not within ${DEADLINE_MS} ms: ${what}; jobs: ${jobs ?? 'unknown'}; the processes said:\n${said}`;
  }
}

async function freePort(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return String(port);
}
