// When an object counts as ready, by the rules of the provider. Pure: the object and what belongs to it in, a verdict out;
// `await-ready.ts` reads and waits.
//   I1. A status that is older than the last change of the spec says nothing.

import { isDeepStrictEqual } from 'node:util';
import { valueAt } from '../property-path.ts';
import { isRecord } from '../property-value.ts';
import type { KubernetesObject } from './api-client.ts';

/** Ready, not yet and why, or never. */
export type Readiness =
  | { readonly kind: 'ready' }
  | { readonly kind: 'waiting'; readonly reason: string }
  | { readonly kind: 'failed'; readonly reason: string };

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
}

const READY: Readiness = { kind: 'ready' };

/** The rollout is complete: every pod is of the new revision and available, and no old one is left. */
export function assessDeployment(deployment: KubernetesObject): Readiness {
  const { generation = 0 } = deployment.metadata;
  if (Number(at(deployment, 'status.observedGeneration') ?? 0) < generation) {
    return waiting('its controller has not seen the change yet'); // I1
  }
  const refused = conditionOf(deployment, 'ReplicaFailure');
  if (refused?.status === 'True') return waiting(`pods are refused: ${refused.message ?? ''}`);
  const wanted = Number(at(deployment, 'spec.replicas') ?? 1);
  const [updated, total, available] = ['updatedReplicas', 'replicas', 'availableReplicas'].map(
    (field) => Number(at(deployment, `status.${field}`) ?? 0),
  ) as [number, number, number];
  const isRolledOut = conditionOf(deployment, 'Progressing')?.reason === 'NewReplicaSetAvailable';
  const isAvailable = conditionOf(deployment, 'Available')?.status === 'True';
  const isComplete = updated === wanted && total === wanted && available === wanted;
  if (isComplete && isAvailable && isRolledOut) return READY;
  return waiting(
    `${available} of ${wanted} pods are available, ${updated} of the new revision, ${total} in all`,
  );
}

/** Complete; a failure is final, since the Job's own retries are used up by then. */
export function assessJob(job: KubernetesObject): Readiness {
  if (conditionOf(job, 'Complete')?.status === 'True') return READY;
  const failed = conditionOf(job, 'Failed');
  if (failed?.status === 'True') {
    return {
      kind: 'failed',
      reason: `the Job failed: ${failed.reason ?? ''} ${failed.message ?? ''}`,
    };
  }
  return waiting(`${Number(at(job, 'status.active') ?? 0)} pods are active`);
}

/** Pods stand behind it, unless it is one that needs none; and a load balancer has its address. */
export function assessService(
  service: KubernetesObject,
  slices: readonly KubernetesObject[],
): Readiness {
  const type = at(service, 'spec.type');
  const needsNone = type === 'ExternalName' || at(service, 'spec.clusterIP') === 'None';
  const hasSelector = Object.keys(recordAt(service, 'spec.selector')).length > 0;
  const hasTargets = slices.some((slice) => listAt(slice, 'endpoints').length > 0);
  if (!needsNone && hasSelector && !hasTargets) {
    return waiting(
      'the Service does not target any Pods: selected Pods may not be ready, or spec.selector may not match labels on any',
    );
  }
  const isBalanced = listAt(service, 'status.loadBalancer.ingress').length > 0;
  if (type === 'LoadBalancer' && !isBalanced) return waiting('no load balancer gave it an address');
  return READY;
}

/** Bound, or waiting for its first pod because its class says so. */
export function assessClaim(
  claim: KubernetesObject,
  storageClass: KubernetesObject | undefined,
): Readiness {
  const phase = (at(claim, 'status.phase') ?? 'Pending') as string;
  if (phase === 'Bound') return READY;
  const isLate = storageClass?.['volumeBindingMode'] === 'WaitForFirstConsumer';
  if (phase === 'Pending' && isLate) return READY;
  return waiting(`the claim is ${phase}`);
}

/** A controller gave it an address. */
export function assessIngress(ingress: KubernetesObject): Readiness {
  if (listAt(ingress, 'status.loadBalancer.ingress').length > 0) return READY;
  return waiting('no ingress controller gave it an address');
}

/** The quota is in force. */
export function assessQuota(quota: KubernetesObject): Readiness {
  const [wanted, seen] = ['spec.hard', 'status.hard'].map((path) => recordAt(quota, path));
  return isDeepStrictEqual(wanted, seen) ? READY : waiting('the quota is not in force yet');
}

function waiting(reason: string): Readiness {
  return { kind: 'waiting', reason };
}

function conditionOf(object: KubernetesObject, type: string): Condition | undefined {
  return (listAt(object, 'status.conditions') as Condition[]).find((one) => one.type === type);
}

function at(object: KubernetesObject, path: string): unknown {
  return valueAt(object, path.split('.'));
}

function listAt(object: KubernetesObject, path: string): readonly unknown[] {
  const value = at(object, path);
  return Array.isArray(value) ? value : [];
}

function recordAt(object: KubernetesObject, path: string): Record<string, unknown> {
  const value = at(object, path);
  return isRecord(value) ? value : {};
}
