// When a pod counts as started, ready and alive. Liveness never asks about others: a coordinator that is down must not
// restart its workers. The coordinator answers on its REST port, a worker on a port of its own.

import type * as k8s from '@pulumi/kubernetes';

type Probe = k8s.types.input.core.v1.Probe;

/** The probes of a container, as its fields. */
export interface Probes {
  readonly startupProbe: Probe;
  readonly readinessProbe: Probe;
  readonly livenessProbe: Probe;
}

/** Of coordinator and worker alike: alive when the event loop turns, ready when it can do its part. */
export function engineProbes(port: number): Probes {
  return {
    startupProbe: { httpGet: { path: '/healthz', port }, periodSeconds: 2, failureThreshold: 60 },
    readinessProbe: { httpGet: { path: '/readyz', port }, periodSeconds: 5, timeoutSeconds: 3 },
    livenessProbe: {
      httpGet: { path: '/healthz', port },
      periodSeconds: 10,
      timeoutSeconds: 5,
      failureThreshold: 6,
    },
  };
}
