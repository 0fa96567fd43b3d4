// How a Deployment goes from one revision to the next: what must be done before, and how long it may take.
//   I1. Kubernetes gives up on pods that do not start before Pulumi gives up on the Deployment, so that the reason is told.
//   I2. No old revision is kept. Its settings are deleted with it, so `kubectl rollout undo` would only make pods that cannot
//       start; the way back is the stack's previous commit and `pulumi up`, which goes through the preflight.

import type * as k8s from '@pulumi/kubernetes';
import type * as pulumi from '@pulumi/pulumi';

/** Of all Deployments of a stack alike. */
export interface Rollout {
  /** How long all pods of a Deployment may take. */
  readonly timeoutSeconds: number;
  /** What must have succeeded before the first pod is replaced. */
  readonly after: readonly pulumi.Resource[];
}

/** What follows for the Deployment's spec, and for the options of the resource. */
export interface RolloutParts {
  readonly rollout: Pick<
    k8s.types.input.apps.v1.DeploymentSpec,
    'progressDeadlineSeconds' | 'revisionHistoryLimit'
  >;
  readonly options: Pick<pulumi.CustomResourceOptions, 'dependsOn' | 'customTimeouts'>;
}

/** The same rules for every Deployment. */
export function describeRollout({ timeoutSeconds, after }: Rollout): RolloutParts {
  const timeout = `${timeoutSeconds}s`;
  return {
    rollout: {
      // I1. Counts anew with each pod that gets ready, unlike the timeout of the whole.
      progressDeadlineSeconds: Math.ceil(timeoutSeconds / 2),
      revisionHistoryLimit: 0, // I2
    },
    options: { dependsOn: [...after], customTimeouts: { create: timeout, update: timeout } },
  };
}
