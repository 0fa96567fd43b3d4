// Waits until an object is ready, or gone, by looking at it in short intervals, and says why when time is up.

import { setTimeout as sleep } from 'node:timers/promises';
import { valueAt } from '../property-path.ts';
import type { ApiClient, KubernetesObject, ObjectName } from './api-client.ts';
import { describePods } from './pod-trouble.ts';
import {
  assessClaim,
  assessDeployment,
  assessIngress,
  assessJob,
  assessQuota,
  assessService,
} from './readiness.ts';
import type { Readiness } from './readiness.ts';

/** How long to wait, and how often to look. */
export interface WaitOptions {
  readonly timeoutMs: number;
  readonly pollMs: number;
  readonly progress: (text: string) => void;
}

const LOOK_AT_PODS_MS = 2_000;

type Assess = (client: ApiClient, object: KubernetesObject) => Promise<Readiness>;

const AWAITED: Readonly<Record<string, Assess>> = {
  'apps/v1/Deployment': async (_client, object) => assessDeployment(object),
  'batch/v1/Job': async (_client, object) => assessJob(object),
  'v1/Service': async (client, object) => assessService(object, await readSlices(client, object)),
  'v1/PersistentVolumeClaim': async (client, object) =>
    assessClaim(object, await readStorageClass(client, object)),
  'networking.k8s.io/v1/Ingress': async (_client, object) => assessIngress(object),
  'v1/ResourceQuota': async (_client, object) => assessQuota(object),
};

/** Kinds that the provider waits for and this engine does not: they need `pulumi.com/skipAwait`. */
const NOT_IMPLEMENTED = [
  ...['apps/v1/StatefulSet', 'apps/v1/DaemonSet', 'v1/Pod', 'v1/ReplicationController'],
  'v1/PersistentVolume',
];

/** True for kinds whose readiness this engine cannot tell. */
export function isAwaitMissing({ apiVersion, kind }: Pick<ObjectName, 'apiVersion' | 'kind'>) {
  return NOT_IMPLEMENTED.includes(`${apiVersion}/${kind}`);
}

/** Resolves to the ready object; kinds without a rule are ready when they exist. */
export async function awaitReady(
  client: ApiClient,
  name: ObjectName,
  options: WaitOptions,
): Promise<KubernetesObject> {
  const assess = AWAITED[`${name.apiVersion}/${name.kind}`];
  const deadlineMs = performance.now() + options.timeoutMs;
  const troubles = new Troubles(client);
  let said = '';
  for (;;) {
    const object = await client.read(name);
    if (object === undefined) throw new Error(`${describe(name)} was deleted by someone else`);
    const readiness = await assess?.(client, object);
    if (readiness === undefined || readiness.kind === 'ready') return object;
    const isLate = performance.now() >= deadlineMs;
    const isOver = isLate || readiness.kind === 'failed';
    const why = [readiness.reason, ...(await troubles.look(object, isOver))].join('\n');
    if (isOver) {
      const when =
        readiness.kind === 'failed'
          ? 'failed'
          : `was not ready within ${options.timeoutMs / 1_000} s`;
      throw new Error(`${describe(name)} ${when}: ${why}`);
    }
    if (why !== said) options.progress(`waiting: ${why}`);
    said = why;
    await sleep(options.pollMs);
  }
}

/** Resolves when there is no such object any more, or another one of its name. */
export async function awaitGone(
  client: ApiClient,
  name: ObjectName,
  uid: string | undefined,
  options: WaitOptions,
): Promise<void> {
  const deadlineMs = performance.now() + options.timeoutMs;
  for (;;) {
    const object = await client.read(name);
    if (object === undefined || (uid !== undefined && object.metadata.uid !== uid)) return;
    if (performance.now() >= deadlineMs) {
      const finalizers = valueAt(object, ['metadata', 'finalizers']);
      throw new Error(
        `${describe(name)} was not gone within ${options.timeoutMs / 1_000} s; its finalizers: ${JSON.stringify(finalizers ?? [])}`,
      );
    }
    await sleep(options.pollMs);
  }
}

/** For messages: the kind and where it is. */
export function describe({ kind, metadata }: ObjectName): string {
  const { name, namespace } = metadata;
  return `${kind} ${namespace === undefined ? name : `${namespace}/${name}`}`;
}

/** What the pods of an object complained of last: those of a Job that gives up are gone by the time it says so. */
class Troubles {
  readonly #client: ApiClient;
  #nextMs = 0;
  #last: readonly string[] = [];

  constructor(client: ApiClient) {
    this.#client = client;
  }

  /** Looks again if it is time to, or asked for; keeps what it saw when there is nothing new. */
  async look(object: KubernetesObject, isAsked: boolean): Promise<readonly string[]> {
    const hasPods = object.kind === 'Deployment' || object.kind === 'Job';
    if (!hasPods || (!isAsked && performance.now() < this.#nextMs)) return this.#last;
    this.#nextMs = performance.now() + LOOK_AT_PODS_MS;
    const seen = await describePods(this.#client, object);
    if (seen.length > 0) this.#last = seen;
    return this.#last;
  }
}

function readSlices(client: ApiClient, { metadata }: KubernetesObject) {
  const { namespace = 'default', name } = metadata;
  return client.list(
    { apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', namespace },
    { 'kubernetes.io/service-name': name },
  );
}

async function readStorageClass(client: ApiClient, claim: KubernetesObject) {
  const name = valueAt(claim, ['spec', 'storageClassName']);
  if (typeof name !== 'string' || name === '') return undefined;
  return client.read({
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name },
  });
}
