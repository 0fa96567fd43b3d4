// The claim that a scenario's stack names in `storage.data`: created once the stack has made its namespace, while its pods
// wait for it. On the cluster of the suite a volume is a directory of the node; elsewhere the default storage class makes it.

import type { Cluster } from './cluster.ts';
import { until } from './until.ts';

/** Where the claim's volume comes from. */
export type VolumeSource =
  { readonly kind: 'directory'; readonly path: string } | { readonly kind: 'storage-class' };

const SIZE = '2Gi';
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
  const volumeName = `${namespace}-${name}`;
  const accessModes = ['ReadWriteMany'];
  if (source.kind === 'directory') {
    await cluster.core.createPersistentVolume({
      body: {
        metadata: { name: volumeName },
        spec: {
          capacity: { storage: SIZE },
          accessModes,
          storageClassName: '',
          persistentVolumeReclaimPolicy: 'Retain',
          claimRef: { namespace, name },
          hostPath: { path: source.path, type: 'Directory' },
        },
      },
    });
  }
  await cluster.core.createNamespacedPersistentVolumeClaim({
    namespace,
    body: {
      metadata: { name },
      spec: {
        accessModes,
        resources: { requests: { storage: SIZE } },
        ...(source.kind === 'directory' ? { storageClassName: '', volumeName } : {}),
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
  const volumeName = `${namespace}-${name}`;
  const { items } = await cluster.core.listPersistentVolume({
    fieldSelector: `metadata.name=${volumeName}`,
  });
  if (items.length > 0) await cluster.core.deletePersistentVolume({ name: volumeName });
}
