// Where checkpoints and savepoints are kept: a volume claim that every pod mounts, or nothing.

import * as k8s from '@pulumi/kubernetes';
import * as pulumi from '@pulumi/pulumi';
import { CHECKPOINT_DIRECTORY } from '../cluster-contract.ts';
import type { MountedVolume } from '../k8s/engine-pod.ts';
import { clusterLabels } from '../k8s/labels.ts';
import type { Transform } from '../k8s/transform.ts';
import { applyTransform } from '../k8s/transform.ts';
import { memoryQuantity } from '../quantity.ts';
import type { StackConfig } from '../stack-schema.ts';

/** Nothing, or a claim. */
export type CheckpointSpec = StackConfig['storage']['checkpoints'];
type CheckpointVolume = Extract<CheckpointSpec, { kind: 'volume' }>;

export interface CheckpointStorageArgs {
  readonly namespace: pulumi.Input<string>;
  /** The cluster's name: prefix of the claim's name. */
  readonly instance: string;
  /** Decides whether there is a claim at all, hence plain. */
  readonly spec: CheckpointSpec;
  /**
   * Refuse to delete the claim, and with it the state of the jobs.
   * @default false
   */
  readonly protect?: boolean;
  readonly transform?: { readonly claim?: Transform<k8s.core.v1.PersistentVolumeClaimArgs> };
}

/** Gives the volume to mount in a pod; none when nothing is kept. */
export class CheckpointStorage extends pulumi.ComponentResource {
  readonly volumes: readonly MountedVolume[];

  constructor(name: string, args: CheckpointStorageArgs, opts?: pulumi.ComponentResourceOptions) {
    super('millrace:platform:CheckpointStorage', name, { kind: args.spec.kind }, opts);
    this.volumes =
      args.spec.kind === 'none' ? [] : [mountClaim(createClaim(this, name, args.spec, args))];
    this.registerOutputs({});
  }
}

function createClaim(
  parent: pulumi.Resource,
  name: string,
  spec: CheckpointVolume,
  args: CheckpointStorageArgs,
): k8s.core.v1.PersistentVolumeClaim {
  const claim: k8s.core.v1.PersistentVolumeClaimArgs = {
    metadata: {
      name: `${args.instance}-checkpoints`,
      namespace: args.namespace,
      labels: clusterLabels(args.instance),
      // A storage class that binds at first use would keep the deployment waiting for a pod that waits for it.
      annotations: { 'pulumi.com/skipAwait': 'true' },
    },
    spec: {
      accessModes: [spec.accessMode],
      resources: { requests: { storage: memoryQuantity(spec.size) } },
      ...(spec.storageClassName === undefined ? {} : { storageClassName: spec.storageClassName }),
    },
  };
  return new k8s.core.v1.PersistentVolumeClaim(
    `${name}-claim`,
    applyTransform(claim, args.transform?.claim),
    { parent, protect: args.protect ?? false },
  );
}

function mountClaim(claim: k8s.core.v1.PersistentVolumeClaim): MountedVolume {
  return {
    volume: {
      name: 'checkpoints',
      persistentVolumeClaim: { claimName: claim.metadata.name },
    },
    mount: { mountPath: CHECKPOINT_DIRECTORY },
  };
}
