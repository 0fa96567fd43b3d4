// `kubernetes:*` resources on a real cluster, by the rules of Pulumi's provider: server-side apply under a field manager of
// its own, replacement where the API server refuses a change, and waiting until what was made is ready.
//   I1. What exists before the stack creates it is never taken over.
//   I2. A field that another manager owns is only taken over where the annotation `pulumi.com/patchForce` says so.
//   I3. A preview sends dry runs only, and none when the cluster, the namespace or a value is not there yet.

import { createHash } from 'node:crypto';
import { diffProperties } from '../property-diff.ts';
import { hasUnknown, isRecord, makeSecret, reveal } from '../property-value.ts';
import type { PropertyMap } from '../property-value.ts';
import type {
  Carried,
  ChangePlan,
  OperationContext,
  ProviderMaker,
  ResourceProvider,
  Target,
} from '../provider.ts';
import type { ResourceState } from '../stack-state.ts';
import { ApiClient, ApiError } from './api-client.ts';
import type { KubernetesObject } from './api-client.ts';
import { awaitGone, awaitReady, describe, isAwaitMissing } from './await-ready.ts';
import type { WaitOptions } from './await-ready.ts';
import { keepIgnoredFields } from './managed-fields.ts';
import { assessJob } from './readiness.ts';
import { findReplacements } from './replacement-rules.ts';

/** Bounds that hold where a resource's own options set none; the provider's, unless a test wants less. */
export interface KubernetesTimeouts {
  readonly readyMs: number;
  readonly deleteMs: number;
  readonly pollMs: number;
}

const DEFAULT_TIMEOUTS: KubernetesTimeouts = {
  readyMs: 600_000,
  deleteMs: 300_000,
  pollMs: 500,
};
const SETTINGS = ['kubeconfig', 'context', 'clusterIdentifier'];
const PATCH_FORCE = 'pulumi.com/patchForce';
const SKIP_AWAIT = 'pulumi.com/skipAwait';
const TIMEOUT_SECONDS = 'pulumi.com/timeoutSeconds';
const REPLACE_UNREADY = 'pulumi.com/replaceUnready';
const ANNOTATIONS = [PATCH_FORCE, SKIP_AWAIT, TIMEOUT_SECONDS, REPLACE_UNREADY];

type Manifest = PropertyMap & KubernetesObject;

/** Makes providers with these bounds. */
export function makeKubernetesProvider(timeouts: Partial<KubernetesTimeouts>): ProviderMaker {
  return (settings) => {
    const unknown = Object.keys(settings).filter((key) => !SETTINGS.includes(key));
    if (unknown.length > 0) {
      throw new Error(`the test engine does not implement ${unknown.join(', ')} of the provider`);
    }
    return new KubernetesProvider(settings, { ...DEFAULT_TIMEOUTS, ...timeouts });
  };
}

class KubernetesProvider implements ResourceProvider {
  readonly #settings: PropertyMap;
  readonly #timeouts: KubernetesTimeouts;
  #client: ApiClient | undefined;
  #unreachable: Promise<string | undefined> | undefined;

  constructor(settings: PropertyMap, timeouts: KubernetesTimeouts) {
    this.#settings = settings;
    this.#timeouts = timeouts;
  }

  async check({ type, name, inputs }: Target): Promise<PropertyMap> {
    const { metadata } = inputs;
    const isObject = typeof inputs['apiVersion'] === 'string' && typeof inputs['kind'] === 'string';
    if (!isObject || /(Patch|List)$/.test(type)) {
      throw new Error(`${type} is not a plain object; the test engine implements no others`);
    }
    if (!isRecord(metadata) || typeof metadata['name'] !== 'string') {
      throw new Error(`${name} has no metadata.name; the test engine gives no names`);
    }
    const object = inputs as Manifest;
    const others = Object.keys(object.metadata.annotations ?? {}).filter(
      (key) => key.startsWith('pulumi.com/') && !ANNOTATIONS.includes(key),
    );
    if (others.length > 0) {
      throw new Error(`the test engine does not implement ${others.join(', ')} of ${name}`);
    }
    if (isAwaitMissing(object) && !isTrue(object, SKIP_AWAIT)) {
      throw new Error(
        `the test engine cannot wait for a ${object.kind}: ${name} needs ${SKIP_AWAIT}`,
      );
    }
    return inputs;
  }

  diff(old: ResourceState, { inputs }: Target): ChangePlan {
    const changes = diffProperties(old.inputs, inputs);
    const isUnready = isUnreadyJob(inputs as Manifest, old.outputs as Manifest);
    const replacedBy = [
      ...findReplacements(inputs as Manifest, changes),
      ...(isUnready ? [`metadata.annotations["${REPLACE_UNREADY}"]`] : []),
    ];
    const [before, after] = [old.inputs as Manifest, inputs as Manifest].map(({ metadata }) => [
      metadata.name,
      metadata.namespace,
    ]);
    // A second object of the same name cannot be there at the same time.
    return { changes, replacedBy, deletesFirst: String(before) === String(after) };
  }

  async preview(target: Target, context: OperationContext): Promise<PropertyMap> {
    const { inputs, old } = target;
    const isBlind = hasUnknown(inputs) || (await this.#findUnreachable()) !== undefined; // I3
    if (isBlind) return inputs;
    const manifest = reveal(inputs) as Manifest;
    const live = await this.#connect().read(manifest);
    if (live !== undefined && context.replaces) return inputs;
    if (live !== undefined && old === undefined) throw this.#exists(manifest); // I1
    try {
      return toOutputs(await this.#apply(manifest, target, { live, dryRun: true, context }));
    } catch (error) {
      // The namespace, or the definition of the kind, is created by the same update.
      if (live === undefined && error instanceof ApiError && error.status === 404) return inputs;
      throw error;
    }
  }

  async create(target: Target, context: OperationContext): Promise<Carried> {
    const manifest = reveal(target.inputs) as Manifest;
    await this.#needCluster();
    if ((await this.#connect().read(manifest)) !== undefined) throw this.#exists(manifest); // I1
    const made = await this.#apply(manifest, target, { live: undefined, dryRun: false, context });
    return this.#finish(manifest, made, context);
  }

  async update(target: Target, context: OperationContext): Promise<Carried> {
    const manifest = reveal(target.inputs) as Manifest;
    await this.#needCluster();
    const live = await this.#connect().read(manifest);
    if (live === undefined) {
      throw new Error(
        `${describe(manifest)} is gone from the cluster; destroy the stack, or restore it`,
      );
    }
    const made = await this.#apply(manifest, target, { live, dryRun: false, context });
    return this.#finish(manifest, made, context);
  }

  async delete(old: ResourceState, { timeoutMs, progress }: OperationContext): Promise<void> {
    await this.#needCluster();
    const client = this.#connect();
    const manifest = reveal(old.inputs) as Manifest;
    const live = await client.read(manifest);
    if (live === undefined) return;
    await client.delete(manifest);
    const options = { timeoutMs: timeoutMs ?? this.#timeouts.deleteMs, progress };
    await awaitGone(client, manifest, live.metadata.uid, {
      ...options,
      pollMs: this.#timeouts.pollMs,
    });
  }

  async #finish(
    manifest: Manifest,
    made: KubernetesObject,
    context: OperationContext,
  ): Promise<Carried> {
    const id = idOf(made);
    context.record(id, toOutputs(made));
    const isWaitedFor = !isTrue(manifest, SKIP_AWAIT);
    const ready = isWaitedFor
      ? await awaitReady(this.#connect(), manifest, this.#waitOptions(manifest, context))
      : made;
    return { id, outputs: toOutputs(ready) };
  }

  #waitOptions(manifest: Manifest, { timeoutMs, progress }: OperationContext): WaitOptions {
    const seconds = Number(manifest.metadata.annotations?.[TIMEOUT_SECONDS] ?? 0);
    const annotatedMs = seconds > 0 ? seconds * 1_000 : undefined;
    return {
      timeoutMs: timeoutMs ?? annotatedMs ?? this.#timeouts.readyMs,
      pollMs: this.#timeouts.pollMs,
      progress,
    };
  }

  async #apply(
    manifest: Manifest,
    { urn, ignoreChanges }: Target,
    how: {
      readonly live: KubernetesObject | undefined;
      readonly dryRun: boolean;
      readonly context: OperationContext;
    },
  ): Promise<KubernetesObject> {
    const { live, dryRun, context } = how;
    const fieldManager = fieldManagerOf(urn);
    const sent =
      live === undefined
        ? manifest
        : keepIgnoredFields(manifest, live, { paths: ignoreChanges, fieldManager });
    // A dry run of something new has no one to conflict with.
    const force = isTrue(manifest, PATCH_FORCE) || (dryRun && live === undefined); // I2
    const options = { fieldManager, force, dryRun };
    return this.#connect().apply(sent as Manifest, options, context.warn);
  }

  #connect(): ApiClient {
    const { kubeconfig, context } = this.#settings;
    if (typeof kubeconfig !== 'string') {
      throw new Error('there is no kubeconfig: an update needs a cluster');
    }
    this.#client ??= new ApiClient({ kubeconfig, context: context as string | undefined });
    return this.#client;
  }

  /** Asked once: a cluster that is away in a preview stays away. */
  #findUnreachable(): Promise<string | undefined> {
    if (typeof this.#settings['kubeconfig'] !== 'string') return Promise.resolve('no kubeconfig');
    this.#unreachable ??= this.#connect().findUnreachable();
    return this.#unreachable;
  }

  async #needCluster(): Promise<void> {
    const why = await this.#findUnreachable();
    if (why !== undefined) throw new Error(`configured Kubernetes cluster is unreachable: ${why}`);
  }

  #exists(manifest: Manifest): Error {
    return new Error(
      `${describe(manifest)} exists already and is not of this stack: delete it, or choose another name`,
    );
  }
}

function isTrue({ metadata }: KubernetesObject, annotation: string): boolean {
  return metadata.annotations?.[annotation] === 'true';
}

/** A Job that failed cannot be tried again in place: its template is fixed, and so is its end. */
function isUnreadyJob(inputs: Manifest, last: Manifest): boolean {
  const isAsked = inputs.kind === 'Job' && isTrue(inputs, REPLACE_UNREADY);
  return isAsked && assessJob(last).kind !== 'ready';
}

/** One manager for each resource, as the provider's: two resources never share the ownership of a field. */
function fieldManagerOf(urn: string): string {
  return `pulumi-kubernetes-${createHash('sha256').update(urn).digest('hex').slice(0, 8)}`;
}

function idOf({ metadata }: KubernetesObject): string {
  const { name, namespace } = metadata;
  return namespace === undefined ? name : `${namespace}/${name}`;
}

/** The content of a Secret stays secret, whoever wrote it; who manages which field is of no use to a program. */
function toOutputs(object: KubernetesObject): PropertyMap {
  const { managedFields: _, ...metadata } = object.metadata;
  const outputs = { ...object, metadata };
  if (object.kind !== 'Secret') return outputs;
  const hidden = ['data', 'stringData'].filter((key) => key in outputs);
  return {
    ...outputs,
    ...Object.fromEntries(hidden.map((key) => [key, makeSecret(object[key])])),
  };
}
