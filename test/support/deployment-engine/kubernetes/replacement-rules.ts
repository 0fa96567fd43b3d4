// Which changes of an object the API server refuses, so that the object must be replaced: the provider's own table (diff.go),
// for the kinds that a platform like this deploys.

import { isWithin } from '../property-path.ts';
import type { PropertyDiff } from '../outcome.ts';

const JOB = ['spec.completions', 'spec.parallelism', 'spec.selector', 'spec.template'];
const STATEFUL_SET = [
  ...['spec.podManagementPolicy', 'spec.revisionHistoryLimit', 'spec.selector'],
  ...['spec.serviceName', 'spec.volumeClaimTemplates'],
];
const CLAIM = ['spec.accessModes', 'spec.selector', 'spec.storageClassName', 'spec.volumeName'];

/** Paths by kind; `apiVersion/Kind` as a manifest has them. */
const IMMUTABLE: Readonly<Record<string, readonly string[]>> = {
  'v1/ConfigMap': ['binaryData', 'data'],
  'v1/Secret': ['type', 'stringData', 'data'],
  'v1/PersistentVolumeClaim': CLAIM,
  'v1/ResourceQuota': ['spec.scopes'],
  'v1/Service': ['spec.clusterIP'],
  'apps/v1/Deployment': ['spec.selector'],
  'apps/v1/StatefulSet': STATEFUL_SET,
  'batch/v1/Job': JOB,
  'rbac.authorization.k8s.io/v1/RoleBinding': ['roleRef'],
  'rbac.authorization.k8s.io/v1/ClusterRoleBinding': ['roleRef'],
  'storage.k8s.io/v1/StorageClass': ['parameters', 'provisioner'],
};
const IDENTITY = ['metadata.name', 'metadata.namespace'];

/** The changed paths that force a replacement. */
export function findReplacements(
  object: { readonly apiVersion: string; readonly kind: string },
  changes: readonly PropertyDiff[],
): readonly string[] {
  const fixed = [...IDENTITY, ...(IMMUTABLE[`${object.apiVersion}/${object.kind}`] ?? [])];
  return changes
    .map(({ path }) => path)
    .filter((path) => fixed.some((rule) => isWithin(path, rule)));
}
