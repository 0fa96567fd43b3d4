// When a pod counts as started, ready and alive. Liveness never asks about others: a coordinator that is down must not
// restart its workers.

import type * as k8s from '@pulumi/kubernetes';

type Probe = k8s.types.input.core.v1.Probe;

/** The probes of a container, as its fields. */
export interface Probes {
  readonly startupProbe: Probe;
  readonly readinessProbe: Probe;
  readonly livenessProbe: Probe;
}

/** The coordinator answers over its REST port: alive when its event loop turns, ready when it takes jobs. */
export function coordinatorProbes(port: number): Probes {
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

/** A worker is ready when it is registered; it is alive while it holds its probe port open. */
export function workerProbes(port: number): Probes {
  return {
    startupProbe: { tcpSocket: { port }, periodSeconds: 2, failureThreshold: 60 },
    readinessProbe: { httpGet: { path: '/readyz', port }, periodSeconds: 5, timeoutSeconds: 3 },
    livenessProbe: {
      tcpSocket: { port },
      periodSeconds: 10,
      timeoutSeconds: 5,
      failureThreshold: 6,
    },
  };
}
