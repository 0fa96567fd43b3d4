// The claim that a scenario's stack names in `storage.data`: created once the stack has made its namespace, while its pods
// wait for it. On the cluster of the suite a volume is a directory of the node; elsewhere the default storage class makes it.

import type { Cluster } from './cluster.ts';
import { until } from './until.ts';

/** Where the claim's volume comes from. */
export type VolumeSource =
  { readonly kind: 'directory'; readonly path: string } | { readonly kind: 'storage-class' };

const SIZE = '2Gi';
const ACCESS_MODES = ['ReadWriteMany'];
const NAMESPACE_MS = 120_000;

/** Creates the claim `name`, and the volume for it where nothing else makes one. */
export async function provideClaim(
  cluster: Cluster,
  namespace: string,
  name: string,
  source: VolumeSource,
): Promise<void> {
  await until(
    `the stack creates the namespace ${namespace}`,
    () => cluster.namespaceExists(namespace),
    NAMESPACE_MS,
  );
  const volumeName = volumeNameOf(namespace, name);
  if (source.kind === 'directory') await provideVolume(cluster, namespace, name, source.path);
  await cluster.core.createNamespacedPersistentVolumeClaim({
    namespace,
    body: {
      metadata: { name },
      spec: {
        accessModes: ACCESS_MODES,
        resources: { requests: { storage: SIZE } },
        ...(source.kind === 'directory' ? { storageClassName: '', volumeName } : {}),
      },
    },
  });
}

/** Creates the volume for a claim that someone else makes, and for no other claim. */
export async function provideVolume(
  cluster: Cluster,
  namespace: string,
  name: string,
  path: string,
): Promise<void> {
  await cluster.core.createPersistentVolume({
    body: {
      metadata: { name: volumeNameOf(namespace, name) },
      spec: {
        capacity: { storage: SIZE },
        accessModes: ACCESS_MODES,
        storageClassName: '',
        persistentVolumeReclaimPolicy: 'Retain',
        claimRef: { namespace, name },
        hostPath: { path, type: 'Directory' },
      },
    },
  });
}

/** Removes what outlives the namespace. */
export async function removeVolume(
  cluster: Cluster,
  namespace: string,
  name: string,
): Promise<void> {
  const volumeName = volumeNameOf(namespace, name);
  const { items } = await cluster.core.listPersistentVolume({
    fieldSelector: `metadata.name=${volumeName}`,
  });
  if (items.length > 0) await cluster.core.deletePersistentVolume({ name: volumeName });
}

/** Volumes have no namespace. */
function volumeNameOf(namespace: string, claim: string): string {
  return `${namespace}-${claim}`;
}
