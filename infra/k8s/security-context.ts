// Pod Security Standard "restricted" for every pod of ours, and a read-only root file system on top of it.

import type * as k8s from '@pulumi/kubernetes';

/** User and group of our engine's image. */
export const RUNTIME_USER = 10_001;

/** Of the pod: a numeric user, so that the kubelet can see that it is not root, its group on volumes, and the runtime's seccomp profile. */
export function restrictedPod(user: number): k8s.types.input.core.v1.PodSecurityContext {
  return {
    runAsNonRoot: true,
    runAsUser: user,
    runAsGroup: user,
    fsGroup: user,
    // Changing the owner of every file of a large volume would delay each start by minutes.
    fsGroupChangePolicy: 'OnRootMismatch',
    seccompProfile: { type: 'RuntimeDefault' },
  };
}

/** Of each container. */
export function restrictedContainer(): k8s.types.input.core.v1.SecurityContext {
  return {
    allowPrivilegeEscalation: false,
    capabilities: { drop: ['ALL'] },
    readOnlyRootFilesystem: true,
  };
}
