// What the scenarios ask of a cluster besides deploying to it: pods, commands in them, deletions, nodes. Works with any
// kubeconfig; knows nothing of how the cluster was started.

import { Writable } from 'node:stream';
import {
  AppsV1Api,
  AutoscalingV2Api,
  BatchV1Api,
  CoreV1Api,
  Exec,
  KubeConfig,
  NetworkingV1Api,
  PolicyV1Api,
  type V1Pod,
  type V1Status,
} from '@kubernetes/client-node';

/** What a command in a container did. */
export interface CommandResult {
  readonly exitCode: number;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/** One cluster. */
export class Cluster {
  readonly config = new KubeConfig();
  readonly core: CoreV1Api;
  readonly apps: AppsV1Api;
  readonly autoscaling: AutoscalingV2Api;
  readonly batch: BatchV1Api;
  readonly policy: PolicyV1Api;
  readonly networking: NetworkingV1Api;

  constructor(kubeconfig: string) {
    this.config.loadFromFile(kubeconfig);
    this.core = this.config.makeApiClient(CoreV1Api);
    this.apps = this.config.makeApiClient(AppsV1Api);
    this.autoscaling = this.config.makeApiClient(AutoscalingV2Api);
    this.batch = this.config.makeApiClient(BatchV1Api);
    this.policy = this.config.makeApiClient(PolicyV1Api);
    this.networking = this.config.makeApiClient(NetworkingV1Api);
  }

  /** Pods that are not on their way out, by name. */
  async pods(namespace: string, labelSelector?: string): Promise<readonly V1Pod[]> {
    const { items } = await this.core.listNamespacedPod({
      namespace,
      ...(labelSelector === undefined ? {} : { labelSelector }),
    });
    return items
      .filter((pod) => pod.metadata?.deletionTimestamp === undefined)
      .sort((left, right) => (nameOf(left) < nameOf(right) ? -1 : 1));
  }

  /** Runs a command in a pod's first container; does not judge its exit code. */
  async run(namespace: string, pod: string, command: readonly string[]): Promise<CommandResult> {
    const stdout = new Collector();
    const stderr = new Collector();
    const exitCode = await new Promise<number>((resolve, reject) => {
      new Exec(this.config)
        .exec(namespace, pod, '', [...command], stdout, stderr, null, false, (status) => {
          resolve(exitCodeOf(status));
        })
        .then((socket: unknown) => {
          // A connection that breaks brings no status.
          (socket as EventTarget).addEventListener('close', () => {
            reject(new Error(`the connection to ${namespace}/${pod} broke`));
          });
        }, reject);
    });
    return { exitCode, stdout: stdout.content(), stderr: stderr.content().toString() };
  }

  /** What a command in a pod printed; rejects when it failed. */
  async output(namespace: string, pod: string, command: readonly string[]): Promise<Buffer> {
    const { exitCode, stdout, stderr } = await this.run(namespace, pod, command);
    if (exitCode === 0) return stdout;
    throw new Error(
      `${command.join(' ')} in ${namespace}/${pod} ended with ${exitCode}: ${stderr}`,
    );
  }

  async namespaceExists(name: string): Promise<boolean> {
    const { items } = await this.core.listNamespace({ fieldSelector: `metadata.name=${name}` });
    return items.length > 0;
  }
}

/** The name of an object that the API server returned. */
export function nameOf(object: { readonly metadata?: { readonly name?: string } }): string {
  return object.metadata?.name ?? '';
}

/** Whether a pod's containers all pass their readiness probes. */
export function isReady(pod: V1Pod): boolean {
  return (
    pod.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ??
    false
  );
}

/** How often the containers of a pod were started again. */
export function restartsOf(pod: V1Pod): number {
  return (pod.status?.containerStatuses ?? []).reduce((sum, each) => sum + each.restartCount, 0);
}

class Collector extends Writable {
  readonly #chunks: Buffer[] = [];

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.#chunks.push(Buffer.from(chunk));
    done();
  }

  content(): Buffer {
    return Buffer.concat(this.#chunks);
  }
}

function exitCodeOf(status: V1Status): number {
  if (status.status === 'Success') return 0;
  const code = status.details?.causes?.find(({ reason }) => reason === 'ExitCode')?.message;
  if (code === undefined) throw new Error(`a command could not be run: ${status.message ?? ''}`);
  return Number(code);
}
